"""A token for GitHub that this computer has already: in a variable, of GitHub's own program, or kept by git."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

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
    """What a program prints; "" where it is missing, fails or would ask a person.

    It runs in an empty folder: the settings of a repository around a stranger's project may name programs to run.
    """
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "GCM_INTERACTIVE": "never"}
    try:
        with tempfile.TemporaryDirectory(prefix="tellapart-token-", ignore_cleanup_errors=True) as place:
            done = subprocess.run(
                command, cwd=place, input=asked, capture_output=True, encoding="utf-8", errors="replace", check=False,
                env={**os.environ, **quiet, "GIT_CEILING_DIRECTORIES": str(Path(place).parent)}, timeout=_PATIENCE_S,
            )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
