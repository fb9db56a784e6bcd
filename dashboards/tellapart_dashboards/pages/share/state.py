"""ShareState: what the Share page shows at one moment, made by one function of what is known. Nothing here waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from tellapart.corrections.asking import Asking
from tellapart.deploy.appearance import TITLE, Appearance
from tellapart.deploy.card_answers import HEADINGS, CardAnswers
from tellapart.deploy.facts import Made
from tellapart.deploy.fit_check import FitFinding
from tellapart.deploy.html.preview import SampleAnswer
from tellapart.deploy.share_settings import ShareSettings
from tellapart.deploy.targets import TARGETS
from tellapart.errors import CorrectionError, DeployError


class SharePhase(Enum):
    """Where the page is."""

    OPENING = "opening"  # the model is being read
    NO_MODEL = "no model"
    READY = "ready"


@dataclass(frozen=True)
class ModelFacts:
    """The newest model. name: of its bundle's folder, "" where there is none; made: when and how well, None where it
    does not say; sample: a picture of it with its answer."""

    name: str = ""
    classes: tuple[str, ...] = ()
    made: Made | None = None
    sample: SampleAnswer | None = None


@dataclass(frozen=True)
class Draft:
    """What stands in the fields, as it was typed. target: name of a kind of app. asks: whether visitors may say that an
    answer is wrong; consent, address: see `Asking`."""

    title: str = ""
    about: str = ""
    accent: str = ""
    target: str = ""
    purpose: str = ""
    users: str = ""
    weak_points: str = ""
    contact: str = ""
    asks: bool = False
    consent: str = ""
    address: str = ""

    def changed(self, **texts: Any) -> Draft:
        """The draft with other texts."""
        return replace(self, **texts)


@dataclass(frozen=True)
class CheckFacts:
    """The fit check. findings: the latest, the most urgent first; is_running: others are on their way."""

    findings: tuple[FitFinding, ...] = ()
    is_running: bool = False
    problem: str = ""


@dataclass(frozen=True)
class AppFacts:
    """The app that was made last. settings, model: what it was made from; zip: of it, if there is one."""

    path: Path
    target: str
    megabytes: float
    model: str
    settings: dict[str, Any] = field(default_factory=dict)
    zip: Path | None = None


@dataclass(frozen=True)
class MakingFacts:
    """The run that makes an app, this page's or another one's, and what came of it.

    notice: of what was pressed last. needs_runtime: what computes in browsers was not downloaded yet.
    """

    is_running: bool = False
    message: str = ""
    progress: float = 0.0
    is_known: bool = False
    problem: str = ""
    is_stopped: bool = False
    notice: str = ""
    needs_runtime: bool = False
    app: AppFacts | None = None


@dataclass(frozen=True, eq=False)
class ShareState:
    """What is to be drawn.

    settings: of what is typed, or where that cannot be used, the last that could; wrong: why it cannot, "" where it
    can. is_current: the app that was made is of these settings and of this model.
    """

    phase: SharePhase
    model: ModelFacts
    draft: Draft
    settings: ShareSettings
    wrong: str
    check: CheckFacts
    making: MakingFacts
    is_current: bool


def share_state(
    is_read: bool,
    model: ModelFacts,
    draft: Draft,
    usable: ShareSettings,
    check: CheckFacts,
    making: MakingFacts,
) -> ShareState:
    """What the page shows, given all that it knows. usable: the settings to keep to while the draft is none."""
    wrong = ""
    try:
        usable = settings_of(draft)
    except (DeployError, CorrectionError) as error:
        wrong = str(error)
    app = making.app
    is_same = app is not None and (app.model, app.settings) == (model.name, usable.to_json())
    phase = SharePhase.READY if model.name else SharePhase.NO_MODEL
    return ShareState(
        phase=phase if is_read else SharePhase.OPENING,
        model=model,
        draft=draft,
        settings=usable,
        wrong=wrong,
        check=check,
        making=making,
        is_current=is_same,
    )


def settings_of(draft: Draft) -> ShareSettings:
    """What is typed, as settings.

    Raises:
        DeployError: a text is too long, or the colour is none.
        CorrectionError: the text for visitors is too long, or corrections may not go to that address.
    """
    looks = Appearance(draft.title, draft.about, draft.accent)
    answers = CardAnswers(**{name: getattr(draft, name) for name in HEADINGS})
    return ShareSettings(looks, draft.target, answers, Asking(draft.asks, draft.consent, draft.address))


def draft_of(settings: ShareSettings) -> Draft:
    """What stands in the fields at first: what the project remembers, but no usual text that nobody typed."""
    looks = settings.appearance
    title = "" if looks.title == TITLE else looks.title
    target = settings.target if settings.target in TARGETS else next(iter(TARGETS))
    asking = settings.corrections
    return Draft(
        title,
        looks.about,
        looks.accent,
        target,
        **settings.answers.to_json(),
        asks=asking.is_on,
        consent=asking.consent,
        address=asking.address,
    )
