"""fit_check: is this classifier fit to be shared as that kind of app? Findings are codes with facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tellapart.codes import Code
from tellapart.deploy.card_answers import CardAnswers
from tellapart.deploy.facts import Made, made_of, record_of
from tellapart.deploy.hosts import Host, host_of
from tellapart.deploy.making import size_of
from tellapart.deploy.measuring import Start, installed_mb, measured_start
from tellapart.errors import BundleError

TOO_OFTEN_WRONG, OFTEN_WRONG = 1 / 3, 0.15
FEW_HELD_OUT = 30
SLOW_START_S, SLOW_PICTURE_S = 10.0, 1.0


class FitLevel(Code):
    """What a finding asks for, the most urgent first."""

    STOP = "stop"  # do not publish it like this
    THINK = "think about it"
    FINE = "fine"


class FitCode(Code):
    """What was looked at; the values stand in the output of `tellapart app --json` and never change."""

    ANSWERS = "answers"  # does it still answer as it was made: reason where it does not, else n_golden
    ERROR = "error"  # error_rate, guessing (0-1); {} where the bundle does not say
    HELD_OUT = "held out"  # n_valid, low, high: the interval of the error rate
    LICENCES = (
        "licences"  # n_shown, n_shown_without, n_made_from_without (None where older versions did not count)
    )
    CARD = "card"  # missing: names of the answers
    SIZE = "size"  # megabytes, of (app, or bundle before it is made), limit_mb, why
    INSTALLED = "installed"  # megabytes, limit_mb, host
    START = "start"  # start_s, picture_s, on this computer
    MEMORY = (
        "memory"  # one_mb, ten_mb: visitors on one computer; guaranteed_mb, limit_mb: of one, host; or None
    )


@dataclass(frozen=True)
class FitFinding:
    """One thing that was looked at. facts: plain JSON values, as `FitCode` says."""

    code: FitCode
    level: FitLevel
    facts: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"code": self.code.value, "level": self.level.value, "facts": self.facts}


def fit_check(
    bundle_dir: Path, target: str, answers: CardAnswers, app: Path | None = None
) -> tuple[FitFinding, ...]:
    """Everything worth knowing before an app of that kind is published, the most urgent first.

    Takes a second or two: the classifier is started in a process of its own. app: the app, once it is made. A bundle
    that does not load is a finding, and what could not be measured is left out.
    """
    start: Start | None = None
    reason = ""
    try:
        start = measured_start(bundle_dir)
    except BundleError as error:
        reason = str(error)
    return findings_of(bundle_dir, target, answers, start, reason, app)


def findings_of(
    bundle_dir: Path, target: str, answers: CardAnswers, start: Start | None, reason: str, app: Path | None
) -> tuple[FitFinding, ...]:
    """The same from a start that was measured already; None and the reason where it failed."""
    record, host = record_of(bundle_dir), host_of(target)
    made = made_of(record)
    found = [_answers(start, reason), _error(made), *_held_out(made), _licences(record, made, host)]
    found += [_card(answers), _size(app or bundle_dir, app is not None, host)]
    found += _installed(host)
    if start is not None:
        found += [_start(start), _memory(start, host)]
    order = list(FitLevel)
    return tuple(sorted(found, key=lambda one: order.index(one.level)))


def stops(findings: Iterable[FitFinding], all_the_same: Collection[str] = ()) -> tuple[FitFinding, ...]:
    """Those that say stop, without the codes that the owner shares all the same, see `ShareSettings`. A classifier that
    does not load cannot be shared, whatever anybody says."""
    said = set(all_the_same) - {FitCode.ANSWERS.value}
    return tuple(one for one in findings if one.level is FitLevel.STOP and one.code.value not in said)


def worst(findings: Iterable[FitFinding]) -> FitLevel:
    """The most urgent level among them."""
    levels = {one.level for one in findings}
    return next((level for level in FitLevel if level in levels), FitLevel.FINE)


def _answers(start: Start | None, reason: str) -> FitFinding:
    if start is None:
        return FitFinding(FitCode.ANSWERS, FitLevel.STOP, {"reason": reason})
    return FitFinding(FitCode.ANSWERS, FitLevel.FINE, {"n_golden": start.n_golden})


def _error(made: Made | None) -> FitFinding:
    if made is None:
        return FitFinding(FitCode.ERROR, FitLevel.THINK)
    rate, guessing = made.scores.error_rate, made.scores.baselines.majority
    level = FitLevel.FINE
    if rate >= OFTEN_WRONG:
        level = FitLevel.THINK
    if rate >= min(TOO_OFTEN_WRONG, guessing):
        level = FitLevel.STOP
    return FitFinding(FitCode.ERROR, level, {"error_rate": rate, "guessing": guessing})


def _held_out(made: Made | None) -> list[FitFinding]:
    if made is None:
        return []
    low, high = made.scores.error_interval
    level = FitLevel.THINK if made.scores.n_valid < FEW_HELD_OUT else FitLevel.FINE
    facts = {"n_valid": made.scores.n_valid, "low": low, "high": high}
    return [FitFinding(FitCode.HELD_OUT, level, facts)]


def _licences(record: dict[str, Any], made: Made | None, host: Host) -> FitFinding:
    shown = record.get("golden", []) if host.shows_golden else []
    n_without = sum(
        one.get("lacks_licence") is not False for one in shown
    )  # an older version did not note it
    facts = {
        "n_shown": len(shown),
        "n_shown_without": n_without,
        "n_made_from_without": made.counts.n_without_licence if made else None,
    }
    return FitFinding(FitCode.LICENCES, FitLevel.THINK if n_without else FitLevel.FINE, facts)


def _card(answers: CardAnswers) -> FitFinding:
    missing = answers.open()
    return FitFinding(FitCode.CARD, FitLevel.THINK if missing else FitLevel.FINE, {"missing": missing})


def _size(of: Path, is_app: bool, host: Host) -> FitFinding:
    megabytes = size_of(of) / 1e6
    facts = {
        "megabytes": round(megabytes, 1),
        "of": "app" if is_app else "bundle",
        "limit_mb": host.max_mb,
        "why": host.why,
    }
    return FitFinding(FitCode.SIZE, FitLevel.THINK if megabytes > host.max_mb else FitLevel.FINE, facts)


def _installed(host: Host) -> list[FitFinding]:
    if not host.installs:
        return []
    megabytes = installed_mb([*host.installs, *host.useful])
    level = FitLevel.STOP if host.disk_mb is not None and megabytes > host.disk_mb else FitLevel.FINE
    facts = {"megabytes": round(megabytes), "limit_mb": host.disk_mb, "host": host.name}
    return [FitFinding(FitCode.INSTALLED, level, facts)]


def _start(start: Start) -> FitFinding:
    is_slow = start.start_s > SLOW_START_S or start.picture_s > SLOW_PICTURE_S
    facts = {"start_s": round(start.start_s, 2), "picture_s": round(start.picture_s, 3)}
    return FitFinding(FitCode.START, FitLevel.THINK if is_slow else FitLevel.FINE, facts)


def _memory(start: Start, host: Host) -> FitFinding:
    each = host.visitor_mb + start.peak_mb
    one, ten = host.server_mb + each, host.server_mb + (10 * each if host.visitor_mb else each)
    level = FitLevel.FINE
    if host.guaranteed_mb is not None and one > host.guaranteed_mb:
        level = FitLevel.THINK
    if host.memory_mb is not None and one > host.memory_mb:
        level = FitLevel.STOP
    facts = {
        "one_mb": round(one),
        "ten_mb": round(ten),
        "guaranteed_mb": host.guaranteed_mb,
        "limit_mb": host.memory_mb,
        "host": host.name,
    }
    return FitFinding(FitCode.MEMORY, level, facts)
