"""Pictures as a kind: a database in the project, the commands that need no name before them."""

from __future__ import annotations

from pathlib import Path

from tellapart.errors import ProjectError
from tellapart.kinds.kind import ThingKind
from tellapart.progress import Progress, silent

_DATABASE = "tellapart.db"  # `DB_NAME` of the store, which takes its time to import


class PicturesKind(ThingKind):
    """Its projects are opened by several programs at once, so that a database is asked and copied, not a file."""

    @property
    def head_name(self) -> str:
        """The database."""
        return _DATABASE

    def facts(self, root: Path) -> str:
        """For instance "96 pictures, 4 labels".

        Raises:
            ProjectError: it is damaged, or of a newer version.
        """
        from tellapart.store.sqlite.glance import Glance, glance

        database = root / self.head_name
        seen = glance(database) if database.is_file() else Glance()
        if seen.is_newer:
            raise ProjectError("Made by a newer tellapart. Update tellapart to open it.")
        if not seen.n_pictures:
            return "no pictures yet"
        return ", ".join(
            f"{n:,} {noun}{'s' * (n != 1)}"
            for n, noun in ((seen.n_pictures, "picture"), (seen.n_labels, "label"))
        )

    def copy(self, root: Path, target: Path, progress: Progress = silent) -> None:
        """Copy a project to a new folder while others may work on it, see `copy_project`."""
        from tellapart.store.sqlite.project_copy import copy_project

        copy_project(root, target, progress)


KIND = PicturesKind(
    name="pictures",
    model_name="bundle.json",
    verbs_at="tellapart.vision",
    studio_at="tellapart_dashboards.pages.pictures.door",
)
