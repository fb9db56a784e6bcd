"""What the columns have to say, on the Train page: asked for with a button, since it takes as long as a training."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, Box, Button, VBox, dlink
from tellapart.errors import Cancelled
from tellapart.tables.effects.report import Influence, influence_of
from tellapart.tables.project import TableProject
from traitlets import HasTraits, Instance, Unicode

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import error_sentence, message_html
from tellapart_dashboards.pages.kinds.beside.thread_work import ThreadWork, work_view
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.tables.influence_charts import influence_html


class ColumnsSay(HasTraits):
    """found: what the columns say of the rows as they stood when that was asked for, None before. problem: why it could
    not be told."""

    found = Instance(Influence, allow_none=True)
    problem = Unicode("")

    def __init__(self, project: TableProject) -> None:
        super().__init__()
        self._project = project
        self.work = ThreadWork()

    def ask(self) -> None:
        """Have it found out."""
        if not self.work.is_running:
            soon(self._ask())

    async def _ask(self) -> None:
        self.problem = ""
        try:
            self.found = await self.work.run(
                lambda progress: influence_of(self._project, progress), "Judging each row by the others"
            )
        except Cancelled:
            pass  # the page is as it was
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.problem = error_sentence(error)


def influence_view(say: ColumnsSay, training: ThingsTraining) -> VBox:
    """The card; in sight once something was trained."""
    words = HTML("<h2>What the columns have to say</h2>")
    ask, problem, charts = Button(description="Find out"), HTML(), HTML()
    lead = HTML(
        "<p class='ta-soft'>Shuffles one column after the other and tells by how much the error grows, then how the "
        "answer changes with the ones that say most. It takes as long as a training or two.</p>"
    )

    def draw(_: Any = None) -> None:
        charts.value = influence_html(say.found) if say.found is not None else ""
        ask.description = "Find out" if say.found is None else "Find out again"

    say.observe(draw, "found")
    dlink((say, "problem"), (problem, "value"), lambda text: message_html(text, "failed"))
    dlink((say.work, "is_running"), (ask, "disabled"))
    ask.on_click(lambda _: say.ask())
    shown_when(lead, say, ["found"], lambda: say.found is None)
    draw()
    line = Box([ask]).add_class("ta-line").add_class("ta-gap")
    card = VBox([words, lead, charts, line, work_view(say.work, "Columns"), problem]).add_class("ta-card")
    shown_when(card, training, ["trained"], lambda: training.trained is not None)
    return card
