"""What the Share page shows, made of what is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.card_answers import CardAnswers
from tellapart.deploy.fit_check import FitCode, FitFinding, FitLevel
from tellapart.deploy.share_settings import ShareSettings
from tellapart.errors import DeployError
from tellapart_dashboards.pages.share.state import (
    CheckFacts,
    Draft,
    MakingFacts,
    ModelFacts,
    SharePhase,
    draft_of,
    may_be_said,
    settings_of,
    share_state,
)

OFTEN_WRONG = FitFinding(FitCode.ERROR, FitLevel.STOP, {"error_rate": 0.5, "guessing": 0.5})
DAMAGED = FitFinding(FitCode.ANSWERS, FitLevel.STOP, {"reason": "is damaged"})
FINE = FitFinding(FitCode.CARD, FitLevel.FINE, {"missing": []})


def state_of(draft: Draft, usable: ShareSettings | None = None, **facts: Any) -> Any:
    return share_state(
        facts.get("is_read", True),
        facts.get("model", ModelFacts("a", ("x", "y"))),
        draft,
        usable or ShareSettings(),
        facts.get("check", CheckFacts()),
        facts.get("making", MakingFacts()),
    )


def test_the_state_says_where_the_page_is() -> None:
    draft = draft_of(ShareSettings())
    assert state_of(draft, is_read=False).phase is SharePhase.OPENING
    assert state_of(draft, model=ModelFacts()).phase is SharePhase.NO_MODEL
    assert state_of(draft).phase is SharePhase.READY


def test_what_cannot_be_used_is_said_and_what_could_is_kept_to() -> None:
    good = ShareSettings(Appearance("Which?"))
    draft = draft_of(good)
    assert settings_of(draft) == good and state_of(draft, good).wrong == ""
    for change in ({"title": "x" * 500}, {"about": "x" * 3000}, {"accent": "blue"}, {"users": "x" * 2001}):
        state = state_of(draft.changed(**change), good)
        assert state.settings == good and state.wrong.endswith((".", "b6e5f.")), change
    assert "500 characters; at most 120 fit" in state_of(draft.changed(title="x" * 500), good).wrong


def test_a_kind_of_app_that_only_another_version_knows_is_not_chosen() -> None:
    assert draft_of(ShareSettings(target="hologram")).target == "html"


def test_the_draft_is_what_was_typed() -> None:
    settings = ShareSettings(Appearance("Which?", "a", "#123456"), "html", CardAnswers("b", "c", "d", "e"))
    assert settings_of(draft_of(settings)) == settings
    assert draft_of(ShareSettings()).title == "", "the usual title is a placeholder"
    with pytest.raises(DeployError):
        settings_of(replace(draft_of(settings), accent="red; background: url(x)"))


def test_a_stop_holds_until_it_is_said_and_a_later_one_holds_again() -> None:
    draft = draft_of(ShareSettings())
    assert state_of(draft).is_held, "nobody has looked yet"
    assert not state_of(draft, check=CheckFacts((FINE,))).is_held
    assert not state_of(draft, check=CheckFacts(problem="The disk is full.")).is_held
    state = state_of(draft, check=CheckFacts((OFTEN_WRONG, FINE)))
    assert state.is_held and state.held == (OFTEN_WRONG,) and may_be_said(state)
    said = draft.changed(all_the_same=("error",))
    assert not state_of(said, check=CheckFacts((OFTEN_WRONG, FINE))).is_held
    memory = FitFinding(FitCode.MEMORY, FitLevel.STOP, {})
    assert state_of(said, check=CheckFacts((OFTEN_WRONG, memory))).held == (memory,)


def test_a_model_that_does_not_load_is_held_whatever_is_said() -> None:
    draft = draft_of(ShareSettings()).changed(all_the_same=("answers", "error"))
    state = state_of(draft, check=CheckFacts((DAMAGED,)))
    assert state.is_held and not may_be_said(state)


def test_a_repository_counts_only_for_the_kinds_that_have_one() -> None:
    draft = draft_of(ShareSettings()).changed(repository=" ada/leaf ", target="voila")
    assert settings_of(draft).repository == "ada/leaf"
    with pytest.raises(DeployError, match="OWNER/NAME"):
        settings_of(draft.changed(repository="ada"))
    assert settings_of(draft.changed(repository="ada", target="html")).repository == ""
