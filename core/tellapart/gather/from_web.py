"""Pictures from the web into a project: sources are asked in turn, pictures fetched at once, rows written as they come.

Fetched are the candidates in the order in which they were found, and never more than are still wanted. So whatever
arrives first, and wherever a gathering is cut off, the pictures that it ends with are the same.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from tellapart.errors import GatherError, RefusalCode
from tellapart.gather.requests import AUTO, UNLICENSED, Order, check, contact_of, keep_contact
from tellapart.gather.screening import Landed, Verdict, hold_landed, judge, keep_landed, note_refused
from tellapart.gather.web_summary import GatherSummary, SourceOutcome
from tellapart.licences import Use
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store import searches
from tellapart.store.project import Project
from tellapart.store.searches import HELD, KEPT, WAITING, Candidate, CandidateRow

if TYPE_CHECKING:
    from tellapart.gather.downloads import Downloads, Fetched, NotFetched
    from tellapart.gather.search_thread import Search
    from tellapart.gather.sources import Source, Web
    from tellapart.web.client import Line

_POLL_S = 0.05
_MOST_ASKED = 200  # candidates asked for ahead, so that a list of a million is read as it is fetched
# pictures in a row whose servers cannot be reached, and how many servers: then it is this computer that is offline
_MOST_DEAD, _MOST_DEAD_HOSTS = 40, 5
STILL = "You can still use your own folders and the camera."
OFFLINE = "Offline, you can still use the sample pictures, your own folders and the camera."


def gather(
    project: Project,
    label: str,
    query: str,
    source: str = "auto",
    limit: int = 60,
    licence: str = "any",
    kind: str = "any",
    is_held: bool = False,
    contact: str | None = None,
    progress: Progress = silent,
    web: Web | None = None,
) -> GatherSummary:
    """Look for pictures on the web and take them in under a label, each with its source, page, author and licence.

    The same wish again goes on where it stopped, tops up what was removed since, and brings nothing twice.

    Args:
        query: what to look for; nothing where the source is a list.
        source: "auto" asks Openverse, Wikimedia Commons, iNaturalist, Bing and DuckDuckGo in turn until there are
            enough; or the name of one of them; or the path of a .txt or .csv list of addresses.
        limit: how many pictures this wish is to bring in all, those of earlier times included.
        licence: any, commercial (use is allowed) or public-domain. Sources that do not know licences are left out.
        kind: any, photo, clipart or line, where a source can tell them apart.
        is_held: hold the pictures until `keep_held` or `discard_held` says what becomes of them.
        contact: a mail address or web page that services may write to; remembered with the project.
        web: only for tests, see `sources.Web`.
    Raises:
        GatherError: the wish is no use, no source answers, or this computer is offline.
        IntakeError: the label is no use.
        ProjectError: the disk is full or read-only; what was added until then stays.
        Cancelled: from `progress`, within half a second; what was added until then stays.
    """
    from tellapart.gather.downloads import Downloads
    from tellapart.gather.search_thread import Search
    from tellapart.gather.sources import PUBLIC_WEB
    from tellapart.web.client import Line

    order = check(label, query, source, limit, licence, kind)
    contact = keep_contact(project.manifest, contact) if contact else contact_of(project.manifest)
    web = web or PUBLIC_WEB
    with contextlib.ExitStack() as stack:
        line = stack.enter_context(Line(web.guard, contact, web.limits.n_at_once + 4))
        downloads = stack.enter_context(contextlib.closing(Downloads(line, project.incoming_dir, web.limits)))
        events: queue.Queue[object] = queue.Queue()
        search = Search(_sources(order, web, line, project), order.wish, events)
        stack.callback(search.close)
        work = _Gathering(project, order, is_held, line, downloads, search, events)
        stack.callback(work.drop_unused)
        stack.callback(line.close)  # before the unused are dropped, so that no more come
        return work.run(progress)


def _sources(order: Order, web: Web, line: Line, project: Project) -> list[Source]:
    from tellapart.gather.sources import open_source
    from tellapart.gather.sources.url_list import UrlList

    if order.list_file:
        return [UrlList(order.list_file, order.wish.label)]
    names = AUTO if order.wish.source == "auto" else (order.wish.source,)
    cache_dir = project.cache_dir / "web"
    return [open_source(name, web, line, project.manifest, cache_dir, len(names) > 1) for name in names]


@dataclass(frozen=True)
class _Answered:
    """A candidate whose picture has come, or has not."""

    row: CandidateRow
    future: Future[Fetched | NotFetched]


class _Gathering:
    """One run of a gathering: what is on its way, and what is still wanted."""

    def __init__(
        self,
        project: Project,
        order: Order,
        is_held: bool,
        line: Line,
        downloads: Downloads,
        search: Search,
        events: queue.Queue[object],
    ):
        self._project, self._order, self._is_held = project, order, is_held
        self._line, self._downloads, self._search, self._events = line, downloads, search, events
        self._number = searches.begin(project.manifest, order.wish)
        self._since = searches.last_number(project.manifest)
        self._n_here = searches.n_gathered(project.manifest, self._number)
        self._tried_before: set[int] = set()
        if self._n_here < order.limit:
            self._tried_before = searches.try_again(project.manifest, self._number)
        self._waiting = deque(searches.waiting(project.manifest, self._number))
        self._n_asked = self._n_on_way = self._n_dead = 0
        self._dead_hosts: set[str] = set()
        self._is_searched = False
        self.summary = GatherSummary(
            order.wish.label, order.wish.query, is_held, n_before=self._n_here, sources=search.reports
        )

        if order.wish.licence != "any" and order.wish.source in UNLICENSED:
            self.summary.notes.append(
                f"{search.reports[0].title} filters by licence but gives no proof, so these pictures have no "
                "known licence."
            )

    def run(self, progress: Progress) -> GatherSummary:
        """Until there are enough, or no more."""
        while True:
            progress(min(self._n_here, self._order.limit), self._order.limit, self._doing())
            self._send_off()
            if not self._n_on_way and (self._is_searched or self._n_missing() <= 0):
                break
            happened = self._happened()
            if happened:
                self._take(happened)
            if self._n_dead >= _MOST_DEAD and len(self._dead_hosts) >= _MOST_DEAD_HOSTS:
                raise GatherError(
                    f"The servers of the last {self._n_dead} pictures could not be reached. Is this computer "
                    f"offline? The pictures so far are saved; gather again to continue. {OFFLINE}"
                )
        self._check_outage()
        self._note_shortage()
        searches.finish(self._project.manifest, self._number)
        return self.summary

    def drop_unused(self) -> None:
        """Remove the files of pictures that came after the end."""
        while events := self._happened():
            for event in events:
                if (
                    isinstance(event, _Answered)
                    and not event.future.cancelled()
                    and not event.future.exception()
                ):
                    path = getattr(event.future.result(), "path", None)
                    if path is not None:
                        path.unlink(missing_ok=True)

    def _n_missing(self) -> int:
        return self._order.limit - self._n_here - self._n_on_way

    def _send_off(self) -> None:
        while (
            self._waiting and self._n_missing() > 0 and self._n_on_way < 4 * self._downloads.limits.n_at_once
        ):
            row = self._waiting.popleft()
            self._n_on_way += 1
            self._line.start(self._downloads.fetch(row.candidate.addresses), self._putter(row))
        wanted = min(self._n_missing(), _MOST_ASKED) - len(self._waiting) - self._n_asked
        if wanted > 0 and not self._is_searched:
            self._n_asked += wanted
            self._search.ask(wanted)

    def _putter(self, row: CandidateRow) -> Callable[[Future[Fetched | NotFetched]], None]:
        return lambda future: self._events.put(_Answered(row, future))

    def _happened(self) -> list[object]:
        """What came about during a moment: written down together, it costs one transaction and not one each."""
        events: list[object] = []
        end = time.monotonic() + _POLL_S
        with contextlib.suppress(queue.Empty):
            while len(events) < _MOST_ASKED:
                events.append(self._events.get(timeout=max(0.0, end - time.monotonic())))
        return events

    def _take(self, events: Sequence[object]) -> None:
        from tellapart.gather.search_thread import Ended

        self._note([event for event in events if isinstance(event, Candidate)])
        self._settle([event for event in events if isinstance(event, _Answered)])
        for event in events:
            if isinstance(event, Ended):
                self._is_searched = True
                if event.error is not None:
                    raise event.error

    def _note(self, found: list[Candidate]) -> None:
        """Write down what was found; what needs no look is refused at once."""
        if not found:
            return
        self._n_asked -= len(found)
        manifest, licence = self._project.manifest, cast("Use", self._order.wish.licence)
        guard, smallest = self._line.guard, self._downloads.limits.min_side_px
        with manifest.transaction():
            judged = [(one, *judge(manifest, one, licence, guard, smallest)) for one in found]
            rows, n_again = searches.add_candidates(manifest, self._number, judged, self._since)
            refused = [Verdict(row, row.fate, row.reason) for row in rows if row.fate != WAITING]
            note_refused(self._project, self._order.wish.label, refused)
        self.summary.n_named_twice += n_again
        self._waiting.extend(row for row in rows if row.fate == WAITING)
        self._count(refused)

    def _settle(self, answered: list[_Answered]) -> None:
        """Take in, or hold, what has come, and write down why the others have not.

        The first error is raised at the end, so that what came with it is not lost.
        """
        from tellapart.gather.downloads import Fetched

        landed, refused, errors = [], [], []
        for one in answered:
            self._n_on_way -= 1
            if (error := one.future.exception()) is not None:
                errors.append(error)
                continue
            outcome = one.future.result()
            if isinstance(outcome, Fetched):
                self._note_reached(one.row, "")
                landed.append(Landed(one.row, outcome.path, outcome.image_id, outcome.n_bytes, outcome.facts))
            else:
                self._note_reached(one.row, outcome.dead_host)
                refused.append(Verdict(one.row, outcome.fate, outcome.reason))
        if landed:
            wish = self._order.wish
            verdicts = (
                hold_landed(self._project, landed)
                if self._is_held
                else keep_landed(self._project, wish, landed)
            )
            self._count(verdicts)
        if refused:
            note_refused(self._project, self._order.wish.label, refused)
            self._count(refused)
        if errors:
            raise errors[0]

    def _note_reached(self, row: CandidateRow, dead_host: str) -> None:
        """Count the dead in a row. One that was dead before is no news: each run gets further, however many are."""
        if not dead_host:
            self._n_dead = 0
            self._dead_hosts.clear()
        elif row.number not in self._tried_before:
            self._n_dead += 1
            self._dead_hosts.add(dead_host)

    def _count(self, verdicts: Sequence[Verdict]) -> None:
        for one in verdicts:
            if one.fate in (KEPT, HELD):
                self._n_here += 1
                self.summary.add(one.row.candidate.url, one.notes)
            else:
                self.summary.refuse(one.row.candidate.url, RefusalCode(one.fate), one.reason or one.fate)

    def _doing(self) -> Doing:
        label, limit = self._order.wish.label, self._order.limit
        source = self._search.asked if not self._n_on_way else ""
        said = f"{label}: {self._n_here} of {limit} pictures" + (f", asking {source}" if source else "")
        return Doing(
            Step.SEARCHING, said, label=label, n=self._n_here, limit=limit, source=source or None,
            counts=self.summary.counts(),
        )  # fmt: skip

    def _note_shortage(self) -> None:
        """A list has what it has; of a search a person expects as many as they asked for."""
        limit = self._order.limit
        if not self._order.list_file and 0 < self._n_here < limit:
            self.summary.notes.append(
                f"{self._n_here} of {limit} pictures found. Try other words or another source for more."
            )

    def _check_outage(self) -> None:
        """Every source failed: that is no empty result."""
        asked = [report for report in self._search.reports if report.outcome is not SourceOutcome.NOT_ASKED]
        if (
            asked
            and not self._n_here
            and all(report.outcome not in (SourceOutcome.RESULTS, SourceOutcome.NOTHING) for report in asked)
        ):
            said = tuple(report.sentence() for report in asked)
            doubt = (
                " Is this computer offline?"
                if any(report.outcome is SourceOutcome.BROKEN for report in asked)
                else ""
            )
            raise GatherError(
                f"No source answered.{doubt} {' '.join(said)} {OFFLINE}",
                f"No source answered.{doubt} {STILL}",
                said,
            )
