"""Looking for pictures on a thread of its own, source after source, and no further than pictures are wanted."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from typing import cast

from tellapart.errors import BrokenError, Cancelled, SourceError, TellapartError
from tellapart.gather.requests import UNLICENSED
from tellapart.gather.sources.source import Kind, Source
from tellapart.gather.web_summary import SourceOutcome, SourceReport
from tellapart.licences import Use
from tellapart.store.searches import Candidate, SearchRequest

_MOST = 1_000_000  # of one source; they end long before


class Ended:
    """Put into the queue when every source has been asked to its end, or with what went wrong."""

    def __init__(self, error: BaseException | None = None):
        self.error = error


class Search:
    """Candidates into a queue, one for each that is asked for, then `Ended`.

    Sources are asked in turn: the next one when the one before has no more. `reports` says how each did.
    """

    def __init__(self, sources: Sequence[Source], wish: SearchRequest, found: queue.Queue[object]):
        self.reports = [SourceReport(source.name, source.title) for source in sources]
        self._sources = sources
        self._wish = wish
        self._found = found
        self._demand = threading.Semaphore(0)
        self._is_closed = False
        self.asked = ""  # the title of the source that is being asked
        threading.Thread(target=self._run, daemon=True, name="search").start()

    def ask(self, n: int) -> None:
        """Look for that many more."""
        for _ in range(n):
            self._demand.release()

    def close(self) -> None:
        """Stop looking; a source that is just being asked is not waited for."""
        self._is_closed = True
        self._demand.release()

    def _run(self) -> None:
        candidates = self._in_turn()
        try:
            while True:
                self._demand.acquire()
                if self._is_closed:
                    return
                self._found.put(next(candidates))
        except StopIteration:
            self._found.put(Ended())
        except Cancelled:
            return
        except BaseException as error:
            self._found.put(Ended(error))

    def _in_turn(self) -> Iterator[Candidate]:
        for source, report in zip(self._sources, self.reports, strict=True):
            if self._wish.licence != "any" and source.name in UNLICENSED and len(self._sources) > 1:
                report.said = (
                    f"{source.title} was not searched because it does not know the licences of pictures."
                )
                continue
            self.asked = source.title
            try:
                wish = self._wish
                for candidate in source.search(
                    wish.query, _MOST, cast("Use", wish.licence), cast("Kind", wish.kind)
                ):
                    report.n_found += 1
                    report.outcome = SourceOutcome.RESULTS
                    yield candidate
                report.outcome = SourceOutcome.RESULTS if report.n_found else SourceOutcome.NOTHING
                report.said = source.remark
            except SourceError as error:
                report.fail(error)
            except TellapartError:
                raise
            except Exception as error:  # an answer of a shape that nobody foresaw must not end the search
                report.fail(
                    BrokenError(
                        f"{source.title} sent an answer that could not be read ({type(error).__name__})."
                    )
                )
            finally:
                report.said = report.said or source.remark
                self.asked = ""
