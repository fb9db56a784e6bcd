"""What came from a browser: perhaps it exists nowhere else, so it stays until all of it has found its end."""

from __future__ import annotations

from pathlib import Path

from tellapart.errors import ArchiveError, NothingOfUseError
from tellapart.gather.intake import take_in
from tellapart.gather.intake_summary import IntakeSummary
from tellapart.progress import Progress, silent
from tellapart.store.manifest import Origin
from tellapart.store.project import Project


def take_in_upload(
    project: Project,
    source: Path,
    label: str | None = None,
    origin: Origin | None = None,
    progress: Progress = silent,
    labels: str = "auto",
) -> IntakeSummary:
    """What `take_in` gives; the files of the upload go once each is in the project or was refused.

    After any other end, such as a full disk, a label that cannot be one, or Stop, they stay for the next try. What lies
    outside the project's uploads always stays.

    Raises:
        As `take_in`.
    """
    try:
        summary = take_in(project, source, label, origin, progress, labels)
    except (NothingOfUseError, ArchiveError):
        project.drop_upload(source)
        raise
    project.drop_upload(source)
    return summary
