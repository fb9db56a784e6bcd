"""One folder as one commit, pushed with git over HTTPS. The folder stays as it is: git's own files lie elsewhere.

The token goes into git's environment, not on its command line, which everybody on a computer can read, and not into any
file. Source: https://git-scm.com/docs/git-config, GIT_CONFIG_COUNT.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tellapart.deploy.app_folder import files_of
from tellapart.deploy.publishing.github import offline, wrong_token
from tellapart.errors import PublishCode, PublishError

BRANCH = "main"
_NETWORK_S = 600.0
_LOCAL_S = 120.0


def git_program() -> str:
    """Where git is.

    Raises:
        PublishError: it is not installed.
    """
    found = shutil.which("git")
    if found is None:
        raise PublishError(
            "git is not installed on this computer, so nothing can be pushed. Install it (git-scm.com/downloads), or "
            "upload the folder's files on github.com by the steps in its README.md.",
            PublishCode.NO_GIT,
        )
    return found


def push_folder(folder: Path, address: str, login: str, token: str, message: str, is_new: bool) -> str:
    """The id of the commit that the repository at `address` has on its branch main now, with the app's files
    (`files_of`) and no others.

    Args:
        is_new: it is empty; else the commit goes on top of what is there, which stays in its history.
    Raises:
        PublishError: git is missing, the repository refuses, or cannot be reached.
    """
    with tempfile.TemporaryDirectory(prefix="tellapart-publish-", ignore_cleanup_errors=True) as scratch:
        git = _Git(git_program(), Path(scratch) / "repository", folder, login, token, address)
        git.local("init", "--quiet", f"--initial-branch={BRANCH}")
        if not is_new and git.remote("fetch", "--quiet", "--depth=1", address, BRANCH, may_lack_branch=True):
            git.local("reset", "--quiet", "--soft", "FETCH_HEAD")
        names = [path.relative_to(folder).as_posix() for path in files_of(folder)]
        git.local("add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul", asked="\0".join(names))
        git.local("commit", "--quiet", "--allow-empty", "-m", message)
        git.remote("push", "--quiet", address, f"HEAD:refs/heads/{BRANCH}")
        return git.local("rev-parse", "HEAD").strip()


class _Git:
    """git on one folder, with no settings but ours: a person's own may sign, hook or rewrite addresses."""

    def __init__(self, program: str, git_dir: Path, work_tree: Path, login: str, token: str, address: str):
        self._command = [program, "--literal-pathspecs", f"--git-dir={git_dir}", f"--work-tree={work_tree}"]
        self._folder = work_tree
        secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        name, mail = login, f"{login}@users.noreply.github.com"
        settings = {
            "core.autocrlf": "false",
            "core.excludesFile": os.devnull,
            "core.hooksPath": os.devnull,
            "commit.gpgSign": "false",
            "gc.auto": "0",
            "credential.helper": "",
            "http.followRedirects": "false",
            f"http.{address}.extraHeader": f"Authorization: Basic {secret}",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self._environment = {
            **kept,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            "LC_ALL": "C",
            "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail,
            "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail,
            "GIT_CONFIG_COUNT": str(len(settings)),
            **{f"GIT_CONFIG_KEY_{i}": key for i, key in enumerate(settings)},
            **{f"GIT_CONFIG_VALUE_{i}": value for i, value in enumerate(settings.values())},
        }  # fmt: skip

    def local(self, *arguments: str, asked: str = "") -> str:
        """What git prints. asked: what it reads."""
        done = self._run(arguments, _LOCAL_S, asked)
        if done.returncode:
            raise PublishError(
                f"git {arguments[0]} failed: {_last_line(done.stderr)}. Upload the folder's files by the steps in its "
                "README.md.",
                PublishCode.REFUSED,
            )
        return done.stdout

    def remote(self, *arguments: str, may_lack_branch: bool = False) -> bool:
        """Whether it was done; False where the branch is not there and may lack."""
        done = self._run(arguments, _NETWORK_S)
        if not done.returncode:
            return True
        said = done.stderr
        if may_lack_branch and _says(said, "couldn't find remote ref"):
            return False
        if _says(said, "authentication failed", "could not read username", "error: 401"):
            raise wrong_token()
        if _says(said, "could not resolve host", "failed to connect", "timed out", "connection refused"):
            raise offline(_last_line(said))
        raise PublishError(
            f"The repository refused the push: {_last_line(said)}. Look at its settings on github.com (protected "
            "branches, rules), or choose another name.",
            PublishCode.REFUSED,
        )

    def _run(
        self, arguments: Sequence[str], patience_s: float, asked: str = ""
    ) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [*self._command, *arguments], cwd=self._folder, env=self._environment, input=asked,
                capture_output=True, encoding="utf-8", errors="replace", check=False, timeout=patience_s,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise offline(f"git {arguments[0]} was not done after {patience_s:.0f} s") from None


def _says(said: str, *words: str) -> bool:
    """git has no codes for what goes wrong on the way; its English words, which LC_ALL=C fixes, have been the same for
    years."""
    return any(word in said.lower() for word in words)


def _last_line(said: str) -> str:
    """What matters most of it: what the server says, else what git itself does."""
    lines = [line.strip().rstrip(".") for line in said.splitlines() if line.strip()]
    for start in ("remote:", "fatal:", "!", "error:", ""):
        of_it = [line for line in lines if line.startswith(start) and line.removeprefix(start).strip()]
        if of_it:
            return of_it[-1].removeprefix(start).strip()[:200]
    return "it gave no reason"
