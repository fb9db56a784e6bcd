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
from tellapart.deploy.fit_check import FitCode, FitFinding, stops
from tellapart.deploy.html.preview import SampleAnswer
from tellapart.deploy.share_settings import ShareSettings
from tellapart.deploy.targets import TARGETS
from tellapart.deploy.voila.repository import parsed
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
    answer is wrong; consent, address: see `Asking`; the others: see `ShareSettings`."""

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
    examples: tuple[str, ...] = ()
    repository: str = ""
    all_the_same: tuple[str, ...] = ()
    service_worker: bool = False

    def changed(self, **fields: Any) -> Draft:
        """The draft with other texts."""
        return replace(self, **fields)


@dataclass(frozen=True)
class OfferedPicture:
    """A picture of the project that visitors may be shown. jpeg: small, b"" where it cannot be read."""

    image_id: str
    label: str
    jpeg: bytes


@dataclass(frozen=True)
class CheckFacts:
    """The fit check. findings: the latest, the most urgent first; is_running: others are on their way."""

    findings: tuple[FitFinding, ...] = ()
    is_running: bool = False
    problem: str = ""


@dataclass(frozen=True)
class AppFacts:
    """The app that was made last. settings, model: what it was made from; second: a file that belongs to it; zip: of
    it, if there is one."""

    path: Path
    target: str
    megabytes: float
    model: str
    settings: ShareSettings = field(default_factory=ShareSettings)
    zip: Path | None = None
    second: Path | None = None

    @property
    def offered(self) -> Path | None:
        """The one file to save: the app where it is one, else its zip, once there is one."""
        return self.path if self.path.suffix == ".html" and self.second is None else self.zip


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
    can. is_current: the app that was made is of these settings and of this model. offered: pictures that may be
    examples. stops: what the check says stop to; held: those of them that nobody has said to share all the same.
    """

    phase: SharePhase
    model: ModelFacts
    draft: Draft
    settings: ShareSettings
    wrong: str
    check: CheckFacts
    making: MakingFacts
    is_current: bool
    offered: tuple[OfferedPicture, ...] = ()
    stops: tuple[FitFinding, ...] = ()
    held: tuple[FitFinding, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether no app may be made or published now: the check says stop, or has not looked yet."""
        return bool(self.held) or not (self.check.findings or self.check.problem)

    @property
    def example_jpegs(self) -> tuple[bytes, ...]:
        """The examples that are chosen, small, as far as the kind of app takes any."""
        takes = TARGETS[self.settings.target].takes if self.settings.target in TARGETS else ()
        jpegs = {one.image_id: one.jpeg for one in self.offered}
        chosen = self.settings.examples if "examples" in takes else ()
        return tuple(jpegs[image_id] for image_id in chosen if jpegs.get(image_id))


def share_state(
    is_read: bool,
    model: ModelFacts,
    draft: Draft,
    usable: ShareSettings,
    check: CheckFacts,
    making: MakingFacts,
    offered: tuple[OfferedPicture, ...] = (),
) -> ShareState:
    """What the page shows, given all that it knows. usable: the settings to keep to while the draft is none."""
    wrong = ""
    try:
        usable = settings_of(draft)
    except (DeployError, CorrectionError) as error:
        wrong = str(error)
    app = making.app
    is_same = app is not None and app.model == model.name and app.settings.in_app() == usable.in_app()
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
        offered=offered,
        stops=stops(check.findings),
        held=stops(check.findings, usable.all_the_same),
    )


def main_button(state: ShareState, has_git: bool | None) -> str:
    """The step that leads on: to "train" a model, to "publish" the app where it is said as what, else to "make" it.

    has_git: whether this computer can publish, None while that is not known.
    """
    if state.phase is not SharePhase.READY:
        return "train"
    takes = TARGETS[state.draft.target].takes if state.draft.target in TARGETS else ()
    is_named = "repository" in takes and bool(state.settings.repository)
    return "publish" if is_named and has_git is not False else "make"


def may_be_said(state: ShareState) -> bool:
    """Whether a person can say to share it all the same: there is a stop, and the model at least loads."""
    return bool(state.stops) and all(one.code is not FitCode.ANSWERS for one in state.stops)


def settings_of(draft: Draft) -> ShareSettings:
    """What is typed, as settings.

    Raises:
        DeployError: a text is too long, the colour is none, or the repository of a kind that has one.
        CorrectionError: the text for visitors is too long, or corrections may not go to that address.
    """
    looks = Appearance(draft.title, draft.about, draft.accent)
    answers = CardAnswers(**{name: getattr(draft, name) for name in HEADINGS})
    asking = Asking(draft.asks, draft.consent, draft.address)
    repository = draft.repository.strip()
    if repository:
        repository = str(parsed(repository)) if _has_repository(draft.target) else ""
    return ShareSettings(
        looks,
        draft.target,
        answers,
        asking,
        draft.examples,
        repository,
        draft.all_the_same,
        draft.service_worker,
    )


def _has_repository(target: str) -> bool:
    return target in TARGETS and "repository" in TARGETS[target].takes


def draft_of(settings: ShareSettings) -> Draft:
    """What stands in the fields at first: what the project remembers, but no usual text that nobody typed."""
    looks = settings.appearance
    title = "" if looks.title == TITLE else looks.title
    target = settings.target if settings.target in TARGETS else next(iter(TARGETS))
    asking = settings.corrections
    return Draft(
        title, looks.about, looks.accent, target, **settings.answers.to_json(), asks=asking.is_on,
        consent=asking.consent, address=asking.address, examples=settings.examples,
        repository=settings.repository, all_the_same=settings.all_the_same, service_worker=settings.service_worker,
    )  # fmt: skip
