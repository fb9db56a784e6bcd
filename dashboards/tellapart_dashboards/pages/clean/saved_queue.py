"""The queue as it was when somebody last looked: a page shows it at once, while the review is still being opened."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.clean import Finding, Suggestion
from tellapart.store.project import Project

FORMAT = 1


def save_queue(project: Project, findings: Sequence[Finding]) -> None:
    """Put the queue into the project's cache. A disk that does not take it costs only a little time later."""
    path = _path(project)
    record = {"format": FORMAT, "findings": [asdict(finding) for finding in findings]}
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write_bytes(path, json.dumps(record, ensure_ascii=False).encode())


def load_queue(project: Project) -> list[Finding] | None:
    """The queue without pictures that are gone or decided since; None when there is none, or it cannot be read."""
    try:
        record = json.loads(_path(project).read_text("utf-8"))
        findings = [_finding(one) for one in record["findings"]] if record["format"] == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if findings is None:
        return None
    rows = project.manifest.standings([finding.image_id for finding in findings])
    kept = {image_id for image_id, _, state, _ in rows if state == "kept"}
    decided = project.journal.decided().image_ids
    return [one for one in findings if one.image_id in kept and one.image_id not in decided]


def _path(project: Project) -> Path:
    return project.cache_dir / "clean" / "queue.json"


def _finding(record: dict[str, Any]) -> Finding:
    suggestion = record.pop("suggestion")
    also = tuple(_finding(one) for one in record.pop("also"))
    related = tuple(record.pop("related"))
    made = Suggestion(**suggestion) if suggestion else None
    return Finding(**record, suggestion=made, related=related, also=also)
