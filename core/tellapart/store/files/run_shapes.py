"""What the settings and the result of a run have to hold, task by task, for everything that reads them. What more
there is stays, and is not looked at."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, ValidationError, convert

_Fraction = Annotated[float, Meta(ge=0, le=1)]
_Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
_Count = Annotated[int, Meta(ge=0, le=2**53)]


class _Guessing(Struct):
    majority: _Fraction
    pixels: _Fraction | None = None


class _Config(Struct):
    backbone: str = ""
    weights: str | None = None
    prior: Literal["project", "equal"] = "project"
    recipe: str = "quick"


class _Recipe(Struct):
    kept: str = "quick"
    said: str = ""
    variation: dict[str, Any] | None = None


class _Seconds(Struct):
    total: _Number


class _ByClass(Struct):
    """The last three came together, later than the others."""

    label: str
    n: _Count
    precision: _Fraction | None
    recall: _Fraction | None
    share: _Fraction | None = None
    mean_probability: _Fraction | None = None
    calibration_error: _Fraction | None = None

    def __post_init__(self) -> None:
        if len({one is None for one in (self.share, self.mean_probability, self.calibration_error)}) > 1:
            raise ValueError("only a part is said of how reliable a label is")


class _Mistake(Struct):
    image_id: str
    path: str
    label: str
    predicted: str
    confidence: _Fraction


class _Snapshot(Struct):
    journal: _Count
    picture: _Count


class _Training(Struct):
    """See `TrainResult.to_json`; what has a usual value here older versions did not write."""

    classes: list[str]
    n_train: _Count
    n_valid: _Count
    n_wrong: _Count
    error_rate: _Fraction
    error_interval: tuple[_Fraction, _Fraction]
    baselines: _Guessing
    backbone: str
    config: _Config
    seconds: _Seconds
    confusion: list[list[_Count]]
    per_class: list[_ByClass]
    reject_rate: _Fraction
    calibration_error: _Number
    temperature: _Number
    l2: _Number
    mistakes: list[_Mistake]
    notes: list[str]
    bundle: str = ""
    test_error_rate: _Fraction | None = None
    debiased_calibration_error: _Number | None = None
    recipe: _Recipe | None = None
    snapshot: _Snapshot | None = None

    def __post_init__(self) -> None:
        n = len(self.classes)
        if [len(row) for row in self.confusion] != [n] * n:
            raise ValueError(f"its confusion is no table of {n} labels by {n}")


class _Refusal(Struct):
    reason: str
    path: str = ""
    url: str = ""


class _Offer(Struct):
    how: str


class _Intake(Struct):
    """A summary; or, where is_question, what is asked of a person."""

    sentence: str | None = None
    labels: dict[str, _Count] = {}
    understood: list[str] = []
    notes: list[str] = []
    refusals: list[_Refusal] = []
    is_question: bool = False
    source: str | None = None
    delete_source: bool | None = None
    offers: list[_Offer] = []
    ways: list[str] = []

    def __post_init__(self) -> None:
        if self.is_question and None in (self.sentence, self.source, self.delete_source):
            raise ValueError("it asks, but does not say about what")
        if len(self.offers) != len(self.ways):
            raise ValueError("it has not as many offers as ways")
        if "\0" in (self.source or ""):
            raise ValueError("its source is no path")


class _Source(Struct):
    sentence: str


class _Search(Struct):
    label: str
    sentence: str
    kind: str = ""
    sources: list[_Source] = []
    notes: list[str] = []
    refusals: list[_Refusal] = []
    n_refused: dict[str, _Count] = {}


class _Searches(Struct):
    searches: list[_Search]


class _IntakeConfig(Struct):
    source: str = ""
    label: str | None = None
    labels: str = "auto"
    delete_source: bool = False


class _Wish(Struct):
    label: str


class _GatherConfig(Struct):
    searches: list[_Wish] = []


# Of what is not here readers look at each value themselves.
_CONFIGS: dict[str, type[Struct]] = {"intake": _IntakeConfig, "gather": _GatherConfig}
_RESULTS: dict[str, type[Struct]] = {
    "train": _Training, "intake": _Intake, "dataset": _Intake, "samples": _Intake, "gather": _Searches,
}  # fmt: skip


def check_config(task: str, config: dict[str, Any]) -> None:
    """Nothing; these are settings for that task.

    Raises:
        ValueError: they are none.
    """
    _check(config, _CONFIGS.get(task))


def check_result(task: str, result: dict[str, Any]) -> None:
    """Nothing; this is a result of that task, which a page can show.

    Raises:
        ValueError: it is none.
    """
    _check(result, _RESULTS.get(task))
    json.dumps(result, ensure_ascii=False).encode("utf-8", "surrogateescape")  # as it goes to a browser


def _check(found: dict[str, Any], shape: type[Struct] | None) -> None:
    if shape is not None:
        try:
            convert(found, shape, strict=True)
        except ValidationError as error:
            raise ValueError(str(error).replace("`", "")) from error
