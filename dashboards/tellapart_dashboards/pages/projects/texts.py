"""Projects in words and rows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from tellapart.workspace.addresses import address_of
from tellapart.workspace.listing import DeletedProject, ListedProject
from tellapart.workspace.names import SAMPLE


def list_row(project: ListedProject, open_dir: Path | None, today: date) -> dict[str, Any]:
    """A row of the list, see `ProjectList`. open_dir: of the project that the page has open."""
    is_sample = project.is_here and project.name == SAMPLE
    return {
        "name": project.name, "address": address_of(project.root),
        "where": "" if project.is_here else f"in {project.root.parent}",
        "facts": f"drawn leaves, {project.facts}" if is_sample else project.facts,
        "when": f"opened {_day(project.opened, today)}" if project.opened else "",
        "problem": project.problem, "is_open": project.root == open_dir, "is_here": project.is_here,
    }  # fmt: skip


def trash_row(deleted: DeletedProject) -> dict[str, str]:
    """A row of the trash."""
    moment = datetime.strptime(deleted.key[:15], "%Y%m%d-%H%M%S")
    return {
        "key": deleted.key,
        "name": deleted.name,
        "text": f"deleted {moment.day} {moment:%b %Y, %H:%M}",
    }


def _day(seconds: float, today: date) -> str:
    opened = datetime.fromtimestamp(seconds)
    days = (today - opened.date()).days
    if days <= 0:
        return f"today, {opened:%H:%M}"
    return "yesterday" if days == 1 else f"{opened.day} {opened:%b %Y}"
