"""shadow: what the model would have said beside what a person said, and which stage of a staged roll-out that supports.

First by hand (people decide, the model only watches), then watched (it answers, a person looks at each answer), then
wider (it answers by itself, a sample is looked at). The thresholds are fixed beforehand: nobody chooses them to
fit.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.classify import Predictor
from tellapart.errors import ImageError, Skipped, WatchError
from tellapart.json_lines import lines_of
from tellapart.label_names import label_finder, label_order
from tellapart.learning.metrics import error_interval
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_text import from_csv_cell, harmless
from tellapart.store.manifest import NONE_OF_THESE
from tellapart.watching.agreement import Kappa, cohens_kappa
from tellapart.words.percents import between, tenths

_MAX_TABLE_BYTES, _MAX_ROWS = 64 * 2**20, 200_000
_FILE, _SAID = ("file", "picture", "path"), ("said", "label", "person")
WATCHED_N, WATCHED_AGREEMENT = 50, 0.80
WIDER_N, WIDER_AGREEMENT, WIDER_KAPPA, WIDER_LABEL, WIDER_LABEL_N = 200, 0.95, 0.80, 0.80, 20


@dataclass(frozen=True)
class PersonSaid:
    """file: a picture. said: a label, or none of these."""

    file: Path
    said: str


@dataclass(frozen=True)
class LabelAgreement:
    """Of the n pictures that a person called so, the model called n_agreed so. interval: of that share, 95 %."""

    label: str
    n: int
    n_agreed: int
    interval: tuple[float, float]


@dataclass(frozen=True)
class Agreement:
    """n: pictures that both judged, n_agreed: alike. interval: of that share, 95 % (Wilson). by_label: as people said.
    apart: (person, model, n), the commonest first. stage: "by hand", "watched" or "wider"; why: in words. unread:
    pictures that could not be read."""

    n: int
    n_agreed: int
    interval: tuple[float, float]
    kappa: Kappa
    by_label: tuple[LabelAgreement, ...]
    apart: tuple[tuple[str, str, int], ...]
    stage: str
    why: str
    unread: tuple[Skipped, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the sentences."""
        record = asdict(self)
        value = self.kappa.value
        record["kappa"] = {"value": value if np.isfinite(value) else None, "interval": self.kappa.interval}
        record["unread"] = [{"file": one.path, "reason": one.reason} for one in self.unread]
        return {"format": 1, **record, "sentences": self.sentences()}

    def sentences(self) -> list[str]:
        """For a person."""
        low, high = self.interval
        value = self.kappa.value
        beyond = f"Cohen's kappa {value:.2f} ({self.kappa.interval[0]:.2f} to {self.kappa.interval[1]:.2f})"
        beyond = beyond if np.isfinite(value) else "kappa is not defined, since all is one label"
        said = [
            f"The model agrees with people about {self.n_agreed:,} of {self.n:,} pictures: "
            f"{tenths(self.n_agreed / self.n)} (95 % interval {between(low, high)}); {beyond}.",
            self.why,
        ]
        if self.unread:
            said.append(
                f"{len(self.unread):,} picture(s) could not be read, for instance {self.unread[0].path}."
            )
        return said


def shadow(predictor: Predictor, said: Sequence[PersonSaid], progress: Progress = silent) -> Agreement:
    """The model's answers beside those of people.

    Raises:
        WatchError: no picture can be read.
        Cancelled: from `progress`.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    unread = []
    found = predictor.predict_many([one.file for one in said])
    for done, (one, answer) in enumerate(zip(said, found, strict=True), 1):
        progress(done, len(said), Doing(Step.LOOKING, f"Classified {done} of {len(said)} pictures"))
        if isinstance(answer, ImageError):
            unread.append(Skipped(str(one.file), str(answer), answer.code))
        else:
            pairs[one.said, NONE_OF_THESE if answer.is_none_of_these else answer.label] += 1
    if not pairs:
        raise WatchError(
            f"None of the {len(said)} pictures can be read; the first, {unread[0].path}: {unread[0].reason}."
        )
    return agreement(pairs, unread, predictor.classes)


def agreement(
    pairs: Counter[tuple[str, str]], unread: Sequence[Skipped] = (), known: Sequence[str] = ()
) -> Agreement:
    """What pairs (person, model) come to. At least one. known: labels of the model; of one that nobody has judged a
    picture of, nothing is known."""
    labels = sorted({one for pair in pairs for one in pair}, key=label_order)
    place = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), np.int64)
    for (person, model), n in pairs.items():
        counts[place[person], place[model]] += n
    n, n_agreed = int(counts.sum()), int(np.trace(counts))
    by_label = tuple(
        LabelAgreement(label, int(row.sum()), int(row[i]), _interval(int(row[i]), int(row.sum())))
        for i, (label, row) in enumerate(zip(labels, counts, strict=True))
        if row.sum()
    )
    apart = tuple((person, model, n) for (person, model), n in pairs.most_common() if person != model)
    kappa, interval = cohens_kappa(counts), _interval(n_agreed, n)
    stage, why = _stage(n, interval, kappa, by_label, known)
    return Agreement(n, n_agreed, interval, kappa, by_label, apart[:20], stage, why, tuple(unread))


def read_table(table: Path, labels: Sequence[str]) -> list[PersonSaid]:
    """What people said, from a CSV with the columns file and said, or JSON lines with these names; other columns, such
    as a time, are passed over. Paths are relative to the table. What is none of the labels must be "none of these".
    Capitals only count where labels differ in nothing else.

    Raises:
        WatchError: it cannot be read, has other columns, or names no label of the model.
    """
    try:
        with table.open("rb") as file:
            data = file.read(_MAX_TABLE_BYTES + 1)
    except OSError as error:
        raise WatchError(f"{table} cannot be read ({error.strerror}).") from error
    if len(data) > _MAX_TABLE_BYTES:
        raise WatchError(f"{table.name} has more than {_MAX_TABLE_BYTES // 2**20} MB. Give it in parts.")
    label_of = label_finder([*labels, NONE_OF_THESE])
    found = []
    for number, (file_name, word) in enumerate(_rows(table, data), 1):
        if number > _MAX_ROWS:
            raise WatchError(f"{table.name} has more than {_MAX_ROWS:,} rows. Give it in parts.")
        said = label_of(word)
        if said is None:
            raise WatchError(
                f"{table.name}, row {number}: {harmless(word[:80])!r} is no label of this model. It knows "
                f"{', '.join(list(labels)[:8])}; what is none of them is called {NONE_OF_THESE!r}."
            )
        if not file_name.strip() or "\0" in file_name:
            raise WatchError(f"{table.name}, row {number}: it names no file.")
        found.append(PersonSaid(table.parent / file_name.strip(), said))
    if not found:
        raise WatchError(
            f"{table.name} has no rows. It needs the columns file and said, and a row for each picture."
        )
    return found


def _rows(table: Path, data: bytes) -> Iterator[tuple[str, str]]:
    try:
        text = data.decode("utf-8-sig")
        if table.suffix.lower() in (".jsonl", ".json", ".ndjson"):
            records: Any = (json.loads(line) for line in lines_of(text) if line.strip())
        else:
            records = csv.DictReader(io.StringIO(text, newline=""))
        for record in records:
            file, said = _cell(record, _FILE), _cell(record, _SAID)
            if file is None or said is None:
                raise WatchError(
                    f"{table.name} has no columns file and said. Give what people said under these names."
                )
            yield from_csv_cell(file), from_csv_cell(said)
    except (ValueError, csv.Error, RecursionError) as error:
        raise WatchError(
            f"{table.name} is no table that can be read ({harmless(str(error))[:200]})."
        ) from error


def _cell(record: Any, names: Sequence[str]) -> str | None:
    if not isinstance(record, dict):
        return None
    lower = {str(name).strip().casefold(): value for name, value in record.items()}
    return next((lower[name] for name in names if isinstance(lower.get(name), str)), None)


def _interval(n_agreed: int, n: int) -> tuple[float, float]:
    low, high = error_interval(n_agreed, n)
    return round(low, 4), round(high, 4)


def _stage(
    n: int,
    interval: tuple[float, float],
    kappa: Kappa,
    by_label: Sequence[LabelAgreement],
    known: Sequence[str],
) -> tuple[str, str]:
    """Which stage the numbers support, and why not the next one."""
    low = interval[0]
    if n < WATCHED_N or low < WATCHED_AGREEMENT:
        return "by hand", (
            f"Supported: by hand. Let people decide and the model only watch, until at least {WATCHED_N} pictures were "
            f"judged by both and the interval of their agreement begins at {tenths(WATCHED_AGREEMENT)} or more."
        )
    weak = [one for one in by_label if one.n >= WIDER_LABEL_N and one.interval[0] < WIDER_LABEL]
    judged = {one.label: one.n for one in by_label}
    few = [label for label in dict.fromkeys([*judged, *known]) if judged.get(label, 0) < WIDER_LABEL_N]
    missing = [
        *([f"at least {WIDER_N} pictures"] if n < WIDER_N else []),
        *([f"an interval that begins at {tenths(WIDER_AGREEMENT)}"] if low < WIDER_AGREEMENT else []),
        *(
            [f"a kappa whose interval begins at {WIDER_KAPPA:.2f}"]
            if not kappa.interval[0] >= WIDER_KAPPA
            else []
        ),
        *([f"more agreement about {weak[0].label!r}"] if weak else []),
        *([f"{WIDER_LABEL_N} pictures of {few[0]!r}"] if few else []),
    ]
    if missing:
        return "watched", (
            "Supported: watched. Let the model answer where a person looks at each answer. Wider use would need "
            f"{'; '.join(missing)}."
        )
    return "wider", (
        "Supported: wider. The model may answer by itself, while a person goes on looking at a sample and "
        "tellapart watch at its pictures."
    )
