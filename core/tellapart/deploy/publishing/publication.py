"""publish: an app's folder as a public repository on GitHub, from which mybinder.org opens it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tellapart.deploy.app_folder import files_of, is_left_in_app, read_record
from tellapart.deploy.publishing.git_push import git_program, push_folder
from tellapart.deploy.publishing.github import GitHub, wrong_token
from tellapart.deploy.publishing.services import GITHUB, Services
from tellapart.deploy.voila.repository import Repository
from tellapart.errors import PublishCode, PublishError
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_paths import strange_files

_MAX_FILE_BYTES = 100 * 2**20  # GitHub takes no larger file by git
_MAX_DEPTH = 8


@dataclass(frozen=True)
class Published:
    """address: of the repository's page. link: opens the app on mybinder.org. commit: the id of what was pushed.
    is_new: whether the repository was made just now."""

    address: str
    link: str
    commit: str
    is_new: bool


def publish(
    folder: Path | str,
    repository: Repository,
    token: str,
    *,
    update: bool = False,
    services: Services = GITHUB,
    progress: Progress = silent,
) -> Published:
    """Make the repository and push the app into it. The folder stays as it is; the token is kept nowhere.

    Args:
        folder: that `export_voila` made, with the same repository in its README.md.
        update: push on top of a repository that is there; else one with anything in it is left alone.
    Raises:
        PublishError: see `PublishCode`.
    """
    root = Path(folder).expanduser().absolute()
    _check(root)
    if not token or any(character.isspace() or not character.isprintable() for character in token):
        raise wrong_token()
    git_program()  # before anything is made at GitHub
    progress(0, 3, Doing(Step.CHECKING, "Asking GitHub whose token it is"))
    with GitHub(services, token) as github:
        login = github.login()
        progress(1, 3, Doing(Step.PREPARING, f"Making the repository {repository.owner}/{repository.name}"))
        is_new = github.create(repository, login, "An app that tells pictures apart, made with tellapart")
    if not is_new and not update:
        raise PublishError(
            f"There is a repository {repository.owner}/{repository.name} already. Choose another name, or, if it is "
            "this app's, update it (--update).",
            PublishCode.TAKEN,
        )
    progress(2, 3, Doing(Step.UPLOADING, "Uploading the app"))
    address = f"{services.git}/{repository.owner}/{repository.name}.git"
    message = "Publish the app" if is_new else "Update the app"
    commit = push_folder(root, address, login, token, message, is_new)
    progress(3, 3, Doing(Step.UPLOADING, "Published"))
    return Published(repository.address, repository.binder, commit, is_new)


def _check(root: Path) -> None:
    if read_record(root) is None:
        raise PublishError(
            f"{root} is no app that tellapart made. Make one first: tellapart app PROJECT FOLDER --target voila",
            PublishCode.NO_APP,
        )
    if strange := sorted(name for name in strange_files(root, depth=_MAX_DEPTH) if not is_left_in_app(name)):
        raise PublishError(
            f"{root.name} holds a link or a special file, {strange[0]}, which could publish what it should not. "
            "Remove it.",
            PublishCode.NO_APP,
        )
    for path in files_of(root):
        if path.stat().st_size >= _MAX_FILE_BYTES:
            raise PublishError(
                f"{path.name} has {path.stat().st_size / 2**20:.0f} MB; GitHub takes files below 100 MB. Train with a "
                "smaller backbone and make the app again.",
                PublishCode.TOO_LARGE,
            )
