"""Three ways into an empty project: one's own pictures, the web, or the sample, which is a project of its own."""

from __future__ import annotations

import asyncio

from ipywidgets import VBox
from tellapart.workspace.addresses import address_of
from tellapart.workspace.changing import sample_project
from tellapart.workspace.names import SAMPLE
from tellapart.workspace.places import workspace_dir

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.public.visiting import OWN_AND_SAMPLE, is_visiting
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.widgets.doors.doors import Doors

_DOORS = (
    {
        "key": "own", "title": "My pictures", "target": ".ta-upload .ta-choose",
        "text": "Drop files, a folder or a zip, or use the camera. One folder per kind is best.",
    },
    {
        "key": "web", "title": "Search the web", "target": ".ta-labelrows input",
        "text": "Type what you want to tell apart, and keep the pictures that fit.",
    },
    {
        "key": SAMPLE, "title": "Try the sample", "target": "",
        "text": "About 200 drawn leaves, in a project of their own. Nothing to prepare.",
    },
)  # fmt: skip


def doors_view(state: GatherState) -> VBox:
    """The doors, in sight while the project is empty, nothing is on its way and nothing waits for a choice."""
    doors = Doors(lambda _key: soon(_open_sample(doors)), doors=list(_DOORS), accessible_name="Begin with")
    box = VBox([doors])
    project, search = state.project, state.search

    def is_empty() -> bool:
        is_coming = (
            state.stage == "running" or search.is_searching or any(row["n_held"] for row in search.rows)
        )
        return not project.counts and not is_coming

    shown_when(box, project, ["counts"], is_empty)
    shown_when(box, state, ["stage"], is_empty)
    shown_when(box, search, ["is_searching", "rows"], is_empty)
    return box


async def _open_sample(doors: Doors) -> None:
    """The page goes to the sample, which is made where it is missing."""
    if is_visiting():
        doors.go_to = dict(OWN_AND_SAMPLE)[SAMPLE]
        return
    doors.said = "Opening the sample …"
    try:
        root = await asyncio.to_thread(sample_project, workspace_dir())
    except Exception as error:  # the page must say it: nobody sees a task's traceback
        doors.said = error_sentence(error)
        return
    doors.instead = f'The sample is made. Write project = "{root}" into the cell above, and run it again.'
    doors.go_to = address_of(root)
