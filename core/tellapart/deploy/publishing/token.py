"""A token for GitHub that this computer has already: in a variable, of GitHub's own program, or kept by git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from tellapart.errors import PublishCode, PublishError
from tellapart.runs import VISITOR

TOKEN_VARIABLES = ("TELLAPART_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN")
_PATIENCE_S = 10


def token_at_hand() -> str:
    """The first that is found, "" for none. Nobody is asked for anything."""
    if os.environ.get(VISITOR):
        return ""
    of_variable = next((os.environ[name] for name in TOKEN_VARIABLES if os.environ.get(name)), "")
    return of_variable or _said(["gh", "auth", "token"]).strip() or _kept_by_git()


def no_token() -> PublishError:
    """There is none, and nobody gave one."""
    return PublishError(
        "There is no token for GitHub. Make one at github.com/settings/tokens (box public_repo) and paste it.",
        PublishCode.WRONG_TOKEN,
    )


def _kept_by_git() -> str:
    said = _said(["git", "credential", "fill"], "protocol=https\nhost=github.com\n\n")
    fields = dict(line.partition("=")[::2] for line in said.splitlines())
    return fields.get("password", "")


def _said(command: Sequence[str], asked: str = "") -> str:
    """What a program prints; "" where it is missing, fails or would ask a person."""
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "GCM_INTERACTIVE": "never"}
    try:
        done = subprocess.run(
            command, input=asked, env={**os.environ, **quiet}, capture_output=True, encoding="utf-8",
            errors="replace", check=False, timeout=_PATIENCE_S,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
