"""What the Clean page shows, as a function of what it knows: no widget, no project, no waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tellapart.clean import Finding, Suggestion
from tellapart_dashboards.app.pictures.decisions import N_KEYS
from tellapart_dashboards.pages.clean.filters import Filters, restored
from tellapart_dashboards.pages.clean.phases import Opening, Phase
from tellapart_dashboards.pages.clean.queue import (
    Decisions,
    QueueSource,
    QueueView,
    is_another_sheet,
    labels_to_offer,
)
from tellapart_dashboards.pages.clean.state import (
    CleanState,
    ProjectFacts,
    ReviewFacts,
    RunFacts,
    Told,
    clean_state,
)
from tellapart_dashboards.pages.clean.texts import headline

SOME = ProjectFacts({"cat": 3, "dog": 2}, n_open=4)
NONE = ProjectFacts({})
RUNS, RESTS = RunFacts(True, Told("Looked at 2 of 5", 0.4, True)), RunFacts()
AS_THEY_CAME = QueueView(source=QueueSource.NOTHING, sheet=1, ids=["a", "b", "c"], counts={"": 0})
LAST_VISIT = QueueView(
    source=QueueSource.LAST_VISIT, sheet=1, ids=["b"], open_ids=["b"], counts={"": 1, "leak": 1}
)
RANKED = QueueView(source=QueueSource.REVIEW, sheet=1, ids=["c", "b"], open_ids=["c", "b"], counts={"": 2})


def state(
    project: ProjectFacts = SOME,
    opening: Opening = Opening.UNDER_WAY,
    queue: QueueView | None = None,
    run: RunFacts = RESTS,
    filters: Filters | None = None,
    told: Told | None = None,
) -> CleanState:
    review = ReviewFacts(opening=opening, queue=queue or QueueView(), told=told or Told("Opening"))
    return clean_state(project, review, filters or Filters(), run)


@pytest.mark.parametrize(
    ("project", "opening", "run", "phase"),
    [
        (NONE, Opening.UNDER_WAY, RESTS, Phase.EMPTY),
        (NONE, Opening.STOPPED, RESTS, Phase.EMPTY),
        (NONE, Opening.OPEN, RESTS, Phase.READY),  # every picture was removed here: that can still be undone
        (SOME, Opening.UNDER_WAY, RESTS, Phase.LOOKING),
        (SOME, Opening.UNDER_WAY, RUNS, Phase.LOOKING),
        (SOME, Opening.STOPPED, RESTS, Phase.STOPPED),
        (SOME, Opening.STOPPED, RUNS, Phase.LOOKING),  # another page has the pictures looked at
        (SOME, Opening.FAILED, RESTS, Phase.FAILED),
        (SOME, Opening.FAILED, RUNS, Phase.LOOKING),
        (SOME, Opening.OPEN, RESTS, Phase.READY),
        (SOME, Opening.OPEN, RUNS, Phase.READY),  # new pictures are looked at; the review stays open
    ],
)
def test_every_page_is_in_one_phase(
    project: ProjectFacts, opening: Opening, run: RunFacts, phase: Phase
) -> None:
    assert state(project, opening, run=run).phase is phase


@pytest.mark.parametrize(
    ("queue", "opening", "run", "is_busy", "is_first_look", "n_open"),
    [
        (None, Opening.UNDER_WAY, RESTS, True, False, 4),  # by whoever looked last
        (AS_THEY_CAME, Opening.UNDER_WAY, RUNS, True, True, 0),
        (AS_THEY_CAME, Opening.STOPPED, RESTS, False, True, 0),
        (LAST_VISIT, Opening.UNDER_WAY, RESTS, False, False, 1),  # there is something better to look at
        (replace(LAST_VISIT, ids=[]), Opening.UNDER_WAY, RESTS, True, False, 1),
        (RANKED, Opening.OPEN, RESTS, False, False, 2),
        (RANKED, Opening.OPEN, RUNS, True, False, 2),
    ],
)
def test_what_is_waited_for_and_what_is_known(
    queue: QueueView | None, opening: Opening, run: RunFacts, is_busy: bool, is_first_look: bool, n_open: int
) -> None:
    found = state(SOME, opening, queue, run)
    assert (found.is_busy, found.is_first_look, found.n_open) == (is_busy, is_first_look, n_open)
    assert found.told == (run.told if run is RUNS else Told("Opening"))
    assert found.n_pictures == 5


def test_the_first_look_stands_for_every_picture_until_a_kind_is_chosen() -> None:
    assert state(queue=AS_THEY_CAME).kind_in_sight == "every"
    assert state(queue=AS_THEY_CAME, filters=Filters("decided")).kind_in_sight == "decided"
    assert state(queue=RANKED, opening=Opening.OPEN).kind_in_sight == ""


def test_the_same_facts_give_the_same_words_and_no_phase_is_without() -> None:
    for phase in Phase:
        for n_open in (0, 3):
            for n_decided in (0, 2):
                title, lead = headline(phase, n_open, n_decided, 5)
                assert title and lead and headline(phase, n_open, n_decided, 5) == (title, lead)


@pytest.mark.parametrize(
    ("before", "filters", "source", "is_touched", "is_another"),
    [
        (QueueView(), Filters(), QueueSource.NOTHING, False, True),  # the first there is
        (AS_THEY_CAME, Filters(), QueueSource.NOTHING, True, False),  # a decision: what is in sight stays
        (AS_THEY_CAME, Filters(), QueueSource.REVIEW, False, True),  # now it is known which are worth a look
        (AS_THEY_CAME, Filters(), QueueSource.REVIEW, True, False),  # but somebody has begun to decide
        (replace(AS_THEY_CAME, filters=Filters("every")), Filters("every"), QueueSource.REVIEW, False, False),
        (LAST_VISIT, Filters(), QueueSource.REVIEW, False, False),
        (replace(LAST_VISIT, ids=[]), Filters(), QueueSource.REVIEW, False, True),  # nothing was in sight
        (RANKED, Filters(), QueueSource.REVIEW, False, False),
        (RANKED, Filters("leak"), QueueSource.REVIEW, True, True),
        (RANKED, Filters(label="cat"), QueueSource.REVIEW, False, True),
        (RANKED, Filters(split="test"), QueueSource.REVIEW, False, True),
        (RANKED, Filters(region=frozenset("b")), QueueSource.REVIEW, False, True),
        (RANKED, Filters(previewed=0.9), QueueSource.REVIEW, False, True),
        (RANKED, Filters(size="L", chosen_threshold=0.9), QueueSource.REVIEW, False, False),
    ],
)
def test_what_is_in_sight_stays_unless_it_is_another_sheet(
    before: QueueView, filters: Filters, source: QueueSource, is_touched: bool, is_another: bool
) -> None:
    assert is_another_sheet(before, filters, source, is_touched) is is_another


def test_a_preview_ends_when_somebody_goes_elsewhere() -> None:
    previewing = Filters(previewed=0.9)
    assert previewing.changed(size="L").is_previewing and previewing.changed(kind="").is_previewing
    for place in ({"kind": "leak"}, {"label": "cat"}, {"split": "test"}):
        assert not previewing.changed(**place).is_previewing
    assert previewing.changed(chosen_threshold=0.8, previewed=0.8).previewed == 0.8


def test_filters_are_kept_as_far_as_they_are_still_offered() -> None:
    chosen = Filters("leak", "cat", "test", "L", 0.9, frozenset("b"), 0.9)
    assert restored(chosen.kept(), ["cat"]) == Filters("leak", "cat", "test", "L", 0.9)
    assert restored(chosen.kept(), ["dog"]).label == ""
    odd = {"kind": "x", "label": None, "split": 3, "size": "XL", "chosen_threshold": 2.0}
    assert restored(odd, ["cat"]) == restored({}, []) == Filters()


def test_nine_labels_have_a_key_and_keep_it() -> None:
    labels = [f"label {n:02d}" for n in range(12)]
    suggests = [
        Finding("a", "wrong label", 1.0, "", "", Suggestion("relabel", labels[-1], 0.9)),
        Finding("b", "quality", 1.0, "", ""),
    ]
    with_keys = labels_to_offer(labels, suggests)
    assert len(with_keys) == N_KEYS and labels[-1] in with_keys
    assert labels_to_offer(labels, [], with_keys) == with_keys, "once chosen they stay"
    assert labels_to_offer(labels[:-1], [], with_keys) == labels[:N_KEYS], "but not with a label that is gone"
    assert labels_to_offer(labels[:3], [], with_keys) == labels[:3]


def test_decisions_are_told_as_the_journal_says() -> None:
    found = state(queue=replace(RANKED, decisions=Decisions(3, True, False)), opening=Opening.OPEN)
    assert found.queue.decisions == Decisions(3, can_undo=True, can_redo=False)
