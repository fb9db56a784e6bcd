"""ImageClassifierCleaner: the Clean page in a cell of a notebook, for those who go on in Python."""

from __future__ import annotations

from pathlib import Path

from ipywidgets import VBox
from tellapart.store.journal import Decision, Entry, Mark, Relabel, Remove, Restore
from tellapart.store.project import Project

from tellapart_dashboards.app.cell_pages import show_in_cell
from tellapart_dashboards.app.event_loop import follow
from tellapart_dashboards.app.page_frame import style
from tellapart_dashboards.app.project_state import ProjectState, project_dir_from
from tellapart_dashboards.pages.clean.controller import CleanPage
from tellapart_dashboards.pages.clean.view import clean_view
from tellapart_dashboards.widgets.steps.steps import Steps


class ImageClassifierCleaner(VBox):
    """What to look at in a project, worst first, to be decided with one key each: the last line of a cell shows it.

    Decisions are in the project at once, nothing has to be applied afterwards; each can be undone, also next week.

    Args:
        project: a project, or its folder.
    Raises:
        ProjectError: it is no project, or cannot be opened. TypeError: it is no folder either.
        RuntimeError: no event loop runs, as it does in a notebook.
    """

    def __init__(self, project: Project | str | Path) -> None:
        if not isinstance(project, Project | str | Path):
            raise TypeError(
                f"ImageClassifierCleaner needs a project or its folder, not a {type(project).__name__}. Make one of "
                'the folder of pictures: ImageClassifierCleaner(new_project("my-bears", "bears")).'
            )
        root = project.root if isinstance(project, Project) else project_dir_from(project)
        self._project = ProjectState(root, pages=["clean"], current="clean")
        self._page = CleanPage(self._project)
        body = VBox([clean_view(self._page)]).add_class("ta-main")
        steps = Steps(project_name=self._project.name)  # keeps JupyterLab's letter keys out of the cell
        super().__init__([style(), steps, body])
        self.add_class("ta")
        follow(self, [self._project, self._page])
        show_in_cell(self)

    def decisions(self) -> list[Decision]:
        """What was decided about the project's pictures and still stands, oldest first, also in earlier sittings."""
        return [_decision(entry) for entry in self._project.project.journal.decided().entries]


def _decision(entry: Entry) -> Decision:
    if entry.kind == "relabel":
        return Relabel(entry.image_id, entry.after["label"])
    if entry.kind == "mark":
        return Mark(entry.image_id, entry.after["mark"])
    return Remove(entry.image_id) if entry.kind == "remove" else Restore(entry.image_id)
