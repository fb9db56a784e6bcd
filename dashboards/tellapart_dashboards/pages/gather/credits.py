"""Where the pictures come from: the ledger of licences and authors, and the credits as files."""

from __future__ import annotations

import asyncio
import html
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, VBox, dlink, link
from tellapart.licences import UNKNOWN, Use
from tellapart.store.ledger import LedgerRow, allowed, ledger, write_credits
from traitlets import HasTraits, Int, List, Unicode, observe

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.visibility import folded
from tellapart_dashboards.app.wording import count, error_sentence, message_html

MOST_ROWS = 200  # in the page; credits.csv has all
USES = (
    ("any licence", "any"),
    ("commercial use allowed", "commercial"),
    ("public domain only", "public-domain"),
)


class OriginsState(HasTraits):
    """The ledger, read only while somebody looks at it. n_allowed: pictures that may be used as `use` says."""

    use = Unicode("any")
    rows: Any = List()  # of LedgerRow
    n_allowed = Int(0)
    message = Unicode("")

    def __init__(self, project: ProjectState) -> None:
        super().__init__()
        self.project = project
        self._is_open = False
        project.observe(lambda _: self._look(), "counts")

    def open(self) -> None:
        """Have the ledger read now, and again whenever pictures come or go."""
        self._is_open = True
        self._look()

    def close(self) -> None:
        """Let it be, until it is opened again."""
        self._is_open = False

    def write(self) -> None:
        """Have CREDITS.md and credits.csv written into the project's folder; message says when, or why not."""
        soon(self._write())

    async def _write(self) -> None:
        try:
            written = await asyncio.to_thread(self._written)
            self.message = f"Saved {' and '.join(str(path) for path in written)}."
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.message = error_sentence(error)

    def _written(self) -> list[Path]:
        project = self.project.project
        pictures = allowed(project.manifest.pictures(), self._use())
        return list(write_credits(project.root, pictures, project.name))

    @observe("use")
    def _look(self, _: Any = None) -> None:
        if self._is_open:
            soon(self._read())

    async def _read(self) -> None:
        self.rows = await asyncio.to_thread(
            lambda: ledger(self.project.project.manifest.pictures(), self._use())
        )
        self.n_allowed = sum(row.n_pictures for row in self.rows)

    def _use(self) -> Use:
        return (
            "commercial"
            if self.use == "commercial"
            else "public-domain"
            if self.use == "public-domain"
            else "any"
        )


def origins_view(state: OriginsState) -> VBox:
    """The ledger, folded away until it is asked for."""
    use = Dropdown(options=USES, description="Show pictures with")
    write = Button(description="Write CREDITS.md and credits.csv")
    table, said = HTML(), HTML()
    link((state, "use"), (use, "value"))
    dlink((state, "rows"), (table, "value"), lambda rows: ledger_html(rows, state.project.n_pictures))
    dlink((state, "message"), (said, "value"), message_html)
    write.on_click(lambda _: state.write())
    body = VBox([Box([use, write]).add_class("ta-line"), table, said])
    view = folded("Where the pictures come from", body)
    view.children[0].observe(lambda change: state.open() if change["new"] else state.close(), "value")
    return view


def ledger_html(rows: list[LedgerRow], n_pictures: int) -> str:
    """The table by licence and author, with a line about those whose licence nobody knows."""
    n_shown = sum(row.n_pictures for row in rows)
    n_unknown = sum(row.n_pictures for row in rows if row.licence == UNKNOWN)
    lead = f"{n_shown:,} of {count(n_pictures, 'picture')}."
    if n_unknown:
        has = "has" if n_unknown == 1 else "have"
        lead += f" {count(n_unknown, 'picture')} {has} no known licence. Check before sharing."
    body = "".join(
        f'<tr><th scope="row">{html.escape(row.licence.name)}</th><td>{html.escape(row.author or "unknown")}</td>'
        f'<td class="ta-number">{row.n_pictures:,}</td><td>{html.escape(row.licence.conditions())}</td></tr>'
        for row in rows[:MOST_ROWS]
    )
    more = (
        f'<p class="ta-soft">… and {len(rows) - MOST_ROWS:,} more rows.</p>' if len(rows) > MOST_ROWS else ""
    )
    head = (
        '<thead><tr><th scope="col">Licence</th><th scope="col">Author</th>'
        '<th scope="col" class="ta-number">Pictures</th><th scope="col">Conditions</th></tr></thead>'
    )
    shown = f'<table class="ta-table">{head}<tbody>{body}</tbody></table>{more}' if rows else ""
    return (
        f'<p class="ta-hint">{lead}</p><div class="ta-scroll" tabindex="0" role="region" '
        f'aria-label="Licences">{shown}</div>'
    )
