"""TextProject: a folder with texts.jsonl, decisions.jsonl and bundles/. Every path inside it is spelled here."""

from __future__ import annotations

import json
import shutil
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.kinds.decisions import ACTIONS, DecisionFile, ThingDecision, wait_for_lock
from tellapart.label_names import clean_label, label_order
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.texts.model_file import FILE_NAME as MODEL_NAME
from tellapart.texts.reading import TextTable
from tellapart.words.near_names import did_you_mean

HEAD_NAME = "tellapart-texts.json"  # written last: where it is, the project is whole
FORMAT = 1
_ID_DIGITS = 16


@dataclass(frozen=True)
class TextItem:
    """A text of a project. text_id: of its words, so that it stays the same when the table is read again; row: its
    place in the table, from 1. label: as it stands after all decisions; given_label: as it was read. decided: what a
    person did with it last, "" for nothing."""

    text_id: str
    row: int
    text: str
    label: str
    given_label: str
    decided: str = ""

    is_removed = property(lambda self: self.decided == "remove", doc="Whether it is out of the project.")


class TextProject:
    """An open project of texts. Several may be open on one folder; each sees what the others decided."""

    def __init__(self, root: Path):
        self.root = root
        self.decisions = DecisionFile(root / "decisions.jsonl")
        self._given = _items(root / "texts.jsonl")

    name = property(lambda self: self.root.name, doc="The folder's name.")
    bundles_dir = property(lambda self: self.root / "bundles", doc="Trained classifiers.")

    def items(self, with_removed: bool = False) -> list[TextItem]:
        """The texts as they stand, in the order of the table."""
        last, labels = self.decisions.standing()
        items = [
            replace(one, label=labels.get(one.text_id, one.label), decided=last[one.text_id].action)
            if one.text_id in last
            else one
            for one in self._given
        ]
        return items if with_removed else [one for one in items if not one.is_removed]

    def label_counts(self) -> dict[str, int]:
        """How many texts each label has, labels in their order."""
        counts = Counter(one.label for one in self.items())
        return {label: counts[label] for label in sorted(counts, key=label_order)}

    def decide(self, decisions: Sequence[ThingDecision]) -> None:
        """Keep what a person decided, as one step that `undo` takes back.

        Raises:
            ProjectError: a text is not of this project, a new label is no label, or the disk does not take it.
            ValueError: there is no such action.
        """
        known = {one.text_id for one in self._given}
        checked = []
        for one in decisions:
            if one.thing_id not in known:
                raise ProjectError(
                    f"{self.name} has no text {one.thing_id!r}.{did_you_mean(one.thing_id, known)} "
                    "The findings name each text."
                )
            if one.action not in ACTIONS:
                raise ValueError(f"{one.action!r} is no decision; choose from {', '.join(ACTIONS)}.")
            checked.append(replace(one, label=clean_label(one.label) if one.action == "relabel" else ""))
        self.decisions.append(checked)

    def add(self, table: TextTable) -> int:
        """Take in those texts that are not here yet, word for word; how many they are.

        Raises:
            ProjectError: the disk does not take them; the project is as it was.
        """
        path, lock = self.root / "texts.jsonl", self.root / ".adding"
        try:
            with lock.open("ab") as file:
                wait_for_lock(file, lock)
                given = _items(path)  # another program may have added some
                there = {one.text for one in given}
                new = [i for i, text in enumerate(table.texts) if text not in there]
                more = replace(
                    table, texts=[table.texts[i] for i in new], labels=[table.labels[i] for i in new]
                )
                lines = _lines(more, first_row=len(given) + 1)
                atomic_files.write_bytes(path, path.read_bytes() + lines)
        except OSError as error:
            raise ProjectError(disk_reason(self.root, error)) from error
        self._given = _items(path)
        return len(new)

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was, [] where there is nothing to undo."""
        return self.decisions.undo()

    def newest_bundle(self) -> Path | None:
        """The folder of the classifier made last; None when there is none."""
        folders = self.bundles_dir.iterdir() if self.bundles_dir.is_dir() else ()
        found = [one for one in folders if not one.name.startswith(".") and (one / MODEL_NAME).is_file()]
        return max(found, key=lambda one: ((one / MODEL_NAME).stat().st_mtime_ns, one.name), default=None)


def is_text_project(root: Path | str) -> bool:
    """Whether a folder is a project of texts."""
    return (Path(root) / HEAD_NAME).is_file()


def create_text_project(root: Path | str, table: TextTable) -> TextProject:
    """A new project of these texts: there as a whole, or not at all.

    Raises:
        ProjectError: the folder holds something already, or the disk does not take it.
    """
    root = Path(root).expanduser().absolute()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ProjectError(f"{root} exists and is not empty. Choose a new folder name.")
    beside = root.with_name(f".{root.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        beside.mkdir(parents=True)
        atomic_files.write_bytes(beside / "texts.jsonl", _lines(table, first_row=1))
        head = {
            "format": FORMAT,
            "kind": "texts",
            "created": _now(),
            "source": table.source,
            "columns": table.understood,
        }
        atomic_files.write_json(beside / HEAD_NAME, head)
        if root.exists():
            root.rmdir()  # empty, see above
        beside.rename(root)
    except OSError as error:
        raise ProjectError(disk_reason(root.parent, error)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return TextProject(root)


def open_text_project(root: Path | str) -> TextProject:
    """The project of texts in a folder.

    Raises:
        ProjectError: there is none, it is damaged, or of a newer version.
    """
    root = Path(root).expanduser().absolute()
    if not is_text_project(root):
        raise ProjectError(f"{root} is no project of texts. Make one: tellapart new DIR --from FILE.csv")
    try:
        head = json.loads((root / HEAD_NAME).read_bytes())
        made_in = int(head["format"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ProjectError(
            f"{root / HEAD_NAME} is damaged. Your texts are in {root / 'texts.jsonl'}."
        ) from error
    if made_in > FORMAT:
        raise ProjectError(
            f"{root} has format {made_in}; this tellapart reads up to {FORMAT}. Update tellapart: "
            "pip install -U tellapart"
        )
    return TextProject(root)


def _lines(table: TextTable, first_row: int) -> bytes:
    """Of texts.jsonl."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in _records(table, first_row)).encode()


def _records(table: TextTable, first_row: int) -> list[dict[str, Any]]:
    n_times: Counter[str] = Counter()
    records = []
    for row, (text, label) in enumerate(zip(table.texts, table.labels, strict=True), start=first_row):
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_DIGITS]
        n_times[digest] += 1
        text_id = digest if n_times[digest] == 1 else f"{digest}-{n_times[digest]}"
        records.append({"id": text_id, "row": row, "label": label, "text": text})
    return records


def _items(path: Path) -> list[TextItem]:
    try:
        lines = path.read_bytes().split(b"\n")
        records = [json.loads(line) for line in lines if line.strip()]
        return [
            TextItem(
                str(one["id"]),
                int(one["row"]),
                str(one["text"]),
                clean_label(one["label"]),
                clean_label(one["label"]),
            )
            for one in records
        ]
    except OSError as error:
        raise ProjectError(disk_reason(path.parent, error)) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProjectError(
            f"{path} is damaged ({type(error).__name__}). Bring the file back from a copy; your decisions are safe in "
            f"{path.with_name('decisions.jsonl')}."
        ) from error


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
