"""Decisions as a small file, and the same decisions on another copy of the pictures, found by their bytes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.errors import IntakeError, ProjectError
from tellapart.label_names import clean_label
from tellapart.safe_text import csv_cell, from_csv_cell
from tellapart.store.files.own_files import check_own, has_in_head
from tellapart.store.journal import Decision, Mark, Relabel, Remove, Restore
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import disk_reason

FORMAT = 1
_COLUMNS = ("at", "decision", "image_id", "label", "mark", "file")
_HEADS = {  # by which a file that was written before is known
    ".json": rb'\A\{\s*"format": \d+,\s*"decisions": \[',
    ".csv": rb"\A" + re.escape(",".join(_COLUMNS).encode()),
}
_IMAGE_ID = re.compile(r"[0-9a-f]{64}")
_MARKS = ("keep", "not sure", "none of these")
_CARRIED_OUT = "decisions_carried_out"  # the setting with the keys of those that came in lists
_MAX_BYTES = 200 * 2**20


@dataclass(frozen=True)
class Replay:
    """How many decisions of a file were applied, were about pictures not in this project, or changed nothing."""

    n_done: int
    n_missing: int
    n_same: int

    def sentence(self) -> str:
        """E.g. "12 decisions applied, 3 for pictures that are not in this project, 1 that changed nothing."."""
        parts = [f"{self.n_done} decision{'s' * (self.n_done != 1)} applied"]
        if self.n_missing:
            parts.append(f"{self.n_missing} for pictures that are not in this project")
        if self.n_same:
            parts.append(f"{self.n_same} that changed nothing")
        return ", ".join(parts) + "."


def list_decisions(project: Project) -> list[dict[str, Any]]:
    """The decisions that stand, oldest first: at, decision (remove, restore, relabel, mark), image_id, label, mark and
    the file's name as it was before."""
    return [
        {
            "at": entry.at, "decision": entry.kind, "image_id": entry.image_id,
            "label": entry.after["label"] if entry.kind == "relabel" else None,
            "mark": entry.after["mark"] if entry.kind == "mark" else None, "file": entry.before["path"],
        }
        for entry in project.journal.decided().entries
    ]  # fmt: skip


def export_decisions(project: Project, file: Path) -> int:
    """Write the decisions that stand to a .json or .csv file; how many.

    Raises:
        ProjectError: somebody else's file is there, or the disk does not take it. IntakeError: another kind of file.
    """
    if head := _HEADS.get(file.suffix.lower()):
        check_own(file, has_in_head(head), "list of decisions of tellapart", ProjectError)
    decisions = list_decisions(project)
    if file.suffix.lower() == ".json":
        text = json.dumps({"format": FORMAT, "decisions": decisions}, ensure_ascii=False, indent=1)
    elif file.suffix.lower() == ".csv":
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, _COLUMNS)
        writer.writeheader()
        writer.writerows({name: csv_cell(value) for name, value in one.items()} for one in decisions)
        text = out.getvalue()
    else:
        raise IntakeError(f"{file.name} should end in .json or .csv. Choose another name.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write_bytes(file, text.encode())
    except OSError as error:
        raise ProjectError(disk_reason(file.parent, error)) from error
    return len(decisions)


def replay_decisions(project: Project, file: Path) -> Replay:
    """Carry out the decisions of a file as one batch that can be undone; pictures that are not here are counted.

    A picture that was changed in its place since is still the one that was decided about.

    Raises:
        IntakeError: the file is not a list of decisions; nothing was carried out.
        ProjectError: the disk does not take it.
    """
    return _carry_out(project, read_decisions(file))


def replay_new_decisions(project: Project, file: Path) -> Replay:
    """As `replay_decisions`, but what this carried out before is left as its owner has it now, also where the list grew
    or has another name since. A decision about a picture that is not here yet waits for it.

    Raises:
        IntakeError, ProjectError: see `replay_decisions`.
    """
    manifest = project.manifest
    noted = _noted_decisions(file)
    known: set[str] = set(manifest.setting(_CARRIED_OUT, []))
    new = [(key, one) for key, one in noted if key not in known]
    here = _pictures_here(project)
    replay = _carry_out(project, [one for _, one in new])
    if came := {key for key, one in new if one.image_id in here} - known:
        manifest.set_setting(_CARRIED_OUT, sorted(known | came))
    return replace(replay, n_same=replay.n_same + len(noted) - len(new))


def _carry_out(project: Project, decisions: list[Decision]) -> Replay:
    here = _pictures_here(project)
    possible = [replace(one, image_id=here[one.image_id]) for one in decisions if one.image_id in here]
    n_done = project.journal.decide(*possible) if possible else 0
    return Replay(n_done, len(decisions) - len(possible), len(possible) - n_done)


def _pictures_here(project: Project) -> dict[str, str]:
    """image_id, as it is or was before an edit in place -> as it is."""
    here = {row[0]: row[0] for row in project.manifest.standings()}
    return here | {was: now for was, now in project.manifest.former_names().items() if now in here}


def read_decisions(file: Path) -> list[Decision]:
    """The decisions in a .json or .csv file.

    Raises:
        IntakeError: it is none, or a line of it makes no sense.
    """
    return [one for _, one in _noted_decisions(file)]


def _noted_decisions(file: Path) -> list[tuple[str, Decision]]:
    """The decisions in a file, each with its key."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise IntakeError(
                f"{file.name} is too large for a list of decisions. Choose the file that was exported."
            )
        text = file.read_bytes().decode("utf-8-sig")
        records = _csv_records(text) if file.suffix.lower() == ".csv" else _json_records(text)
    except OSError as error:
        raise IntakeError(f"{file} cannot be read ({error.strerror or error}). Check its name.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IntakeError(
            f"{file.name} is not a list of decisions ({error}). Export one with: tellapart log DIR --export FILE"
        ) from error
    decisions = [_decision(file.name, number, record) for number, record in enumerate(records, start=1)]
    return [(_key(record, one), one) for record, one in zip(records, decisions, strict=True)]


def _key(record: Any, decision: Decision) -> str:
    """By which a decision is known again: who says the same once more, later, decides anew."""
    return sha256(f"{record.get('at') or ''} {decision}".encode()).hexdigest()[:16]


def _json_records(text: str) -> list[Any]:
    found = json.loads(text)
    if found["format"] > FORMAT:
        raise ValueError(
            f"format {found['format']}, made by a newer tellapart; this one reads up to {FORMAT}"
        )
    return list(found["decisions"])


def _csv_records(text: str) -> Sequence[Any]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [name for name in ("decision", "image_id") if name not in (rows.fieldnames or ())]:
        raise ValueError(f"it has no column {missing[0]!r}")
    return [
        {name: from_csv_cell(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
        for row in rows
    ]


def _decision(name: str, number: int, record: Any) -> Decision:
    where = f"{name}, decision {number}"
    if not isinstance(record, dict) or not _IMAGE_ID.fullmatch(str(record.get("image_id"))):
        raise IntakeError(f"{where}: image_id is not a SHA-256 in hexadecimal. Nothing was applied.")
    kind, image_id = record.get("decision"), str(record["image_id"])
    if kind == "relabel":
        return Relabel(image_id, clean_label(str(record.get("label") or "")))
    if kind == "mark" and (record.get("mark") or None) in (*_MARKS, None):
        return Mark(image_id, record.get("mark") or None)
    if kind in ("remove", "restore"):
        return Remove(image_id) if kind == "remove" else Restore(image_id)
    raise IntakeError(
        f"{where}: decision {kind!r} (mark {record.get('mark')!r}) is unknown; known are remove, restore, "
        f"relabel and mark with one of {', '.join(_MARKS)}. Nothing was applied."
    )
