"""What becomes of a picture from the web: refused before it is fetched, kept, or held until a person has looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart.errors import AddressError, OutsideError, RefusalCode
from tellapart.gather.requests import UNLICENSED
from tellapart.licences import Use, licence_of
from tellapart.pictures.images import PictureFacts
from tellapart.safe_paths import path_inside
from tellapart.store import searches
from tellapart.store.add_pictures import AddedPictures, Arrival, add_new_pictures, credit
from tellapart.store.files.file_moves import finish_moves
from tellapart.store.limits import check_held
from tellapart.store.manifest import Manifest, Origin, Refusal, now
from tellapart.store.project import Project
from tellapart.store.searches import DISCARDED, HELD, KEPT, WAITING, Candidate, CandidateRow, SearchRequest
from tellapart.web.addresses import AddressGuard

HERE, OTHER_LICENCE = RefusalCode.COPY, RefusalCode.OTHER_LICENCE
TOO_SMALL, NOT_ALLOWED = RefusalCode.TOO_SMALL, RefusalCode.NOT_ALLOWED


@dataclass(frozen=True)
class Landed:
    """A candidate whose picture lies, whole and looked at, at `path`."""

    row: CandidateRow
    path: Path
    image_id: str
    n_bytes: int
    facts: PictureFacts


@dataclass(frozen=True)
class Verdict:
    """What became of a candidate. fate: kept, held, or the code of its refusal, then with a reason in words; notes:
    what is to be known of its picture.
    """

    row: CandidateRow
    fate: str
    reason: str | None = None
    notes: tuple[str, ...] = ()


def judge(
    manifest: Manifest, candidate: Candidate, licence: Use, guard: AddressGuard, min_side_px: int
) -> tuple[str, str | None]:
    """The first fate of a candidate and the reason: waiting, or why it need not be fetched."""
    try:
        for url in candidate.addresses:
            guard.check_url(url)
    except AddressError as error:
        return NOT_ALLOWED, str(error)
    found = licence_of(candidate.licence, candidate.licence_url)
    if not found.allows(licence) and (found.is_known or candidate.source not in UNLICENSED):
        return (
            OTHER_LICENCE,
            f"its licence ({candidate.licence or 'unknown'}) does not fit {licence!r}",
        )
    if candidate.width and candidate.height and min(candidate.width, candidate.height) < min_side_px:
        return TOO_SMALL, f"{candidate.width} × {candidate.height} pixels"
    if at := searches.whereabouts(manifest, url=candidate.url):
        return HERE, _already_here(*at)
    return WAITING, None


def keep_landed(project: Project, wish: SearchRequest, landed: Sequence[Landed]) -> list[Verdict]:
    """Take pictures in; the rows of the pictures and the fates of the candidates are written in one transaction.

    Of two with the same bytes the one that was found first is credited, whichever arrives first.

    Raises:
        ProjectError: the disk does not take it; then nothing of this call was added.
    """
    verdicts: list[Verdict] = []
    manifest = project.manifest
    in_order = sorted(landed, key=lambda one: one.row.number)

    def note(admission: AddedPictures) -> None:
        new = set(admission.added)
        reasons = {refusal.same_as: refusal.reason for refusal in admission.refusals}
        for one in in_order:
            reason = None if one.image_id in new else reasons.get(one.image_id)
            new.discard(one.image_id)
            verdicts.append(Verdict(one.row, HERE if reason else KEPT, reason, one.facts.notes))
            twin = searches.later_twin(manifest, one.row, one.image_id) if reason else None
            if twin is not None:
                searches.set_fate(manifest, twin, HERE, reason, one.image_id)
                credit(manifest, one.image_id, _origin(wish, one.row.candidate))
            is_kept = reason is None or twin is not None
            searches.set_fate(
                manifest, one.row.number, KEPT if is_kept else HERE, None if is_kept else reason, one.image_id
            )

    add_new_pictures(project.manifest, project.root, [_arrival(project, wish, one) for one in in_order], note)
    return verdicts


def hold_landed(project: Project, landed: Sequence[Landed]) -> list[Verdict]:
    """Put pictures aside for a person to look at. A held file has its hash as name, so the same comes to lie once.

    Raises:
        ProjectError: the disk does not take it, or the project may not hold so much.
    """
    verdicts: list[Verdict] = []
    leftovers: list[Path] = []
    manifest = project.manifest
    project.held_dir.mkdir(parents=True, exist_ok=True)
    with manifest.transaction():
        for one in sorted(landed, key=lambda one: one.row.number):
            reason = _reason_not_to_hold(manifest, one)
            verdicts.append(Verdict(one.row, HERE if reason else HELD, reason, one.facts.notes))
            twin = searches.later_twin(manifest, one.row, one.image_id) if reason else None
            if twin is not None:
                searches.set_fate(manifest, twin, HERE, reason, one.image_id)
            if reason is None or twin is not None:
                target = project.held_dir / f"{one.image_id}{one.facts.suffix}"
                facts = _file_facts(one)
                if searches.hold(manifest, one.row.number, one.image_id, facts, one.path, target):
                    continue
            else:
                searches.set_fate(manifest, one.row.number, HERE, reason, one.image_id)
            leftovers.append(one.path)
        check_held(manifest)
    finish_moves(manifest, project.root)
    for path in leftovers:
        path.unlink(missing_ok=True)
    return verdicts


def note_refused(project: Project, label: str, refused: Sequence[Verdict]) -> None:
    """Write down why candidates were not taken; what could not be reached may come another time and is no refusal."""
    final = [one for one in refused if one.fate != RefusalCode.UNREACHABLE]
    with project.manifest.transaction():
        for one in refused:
            searches.set_fate(project.manifest, one.row.number, one.fate, one.reason)
        project.manifest.add_refusals(
            Refusal(now(), one.row.candidate.url, label, one.reason or one.fate, None, RefusalCode(one.fate))
            for one in final
        )


def held_file(project: Project, row: CandidateRow) -> Landed | None:
    """The picture that waits for a person; None where somebody threw the cache away."""
    facts = row.file or {}
    path = _held_path(project, facts)
    if path is None:
        return None
    if row.fate != HELD or not row.image_id or not path.is_file():
        return None
    return Landed(
        row, path, row.image_id, facts["n_bytes"],
        PictureFacts(
            facts["format"], facts["width"], facts["height"], bytes.fromhex(facts["fingerprint"]),
            tuple(facts.get("notes", ())),
        ),
    )  # fmt: skip


def discard_rows(project: Project, rows: Sequence[CandidateRow]) -> None:
    """Forget held pictures: the rows first, then the files."""
    with project.manifest.transaction():
        for row in rows:
            searches.set_fate(project.manifest, row.number, DISCARDED, "not wanted", row.image_id)
    for row in rows:
        path = _held_path(project, row.file or {})
        if path is not None:
            path.unlink(missing_ok=True)


def _held_path(project: Project, facts: dict[str, Any]) -> Path | None:
    """Where the row says that the picture waits; None where that is not a place for waiting pictures."""
    try:
        path = path_inside(project.root, facts.get("path"))
    except OutsideError:
        return None
    return path if path.parent == project.held_dir else None


def _arrival(project: Project, wish: SearchRequest, one: Landed) -> Arrival:
    found = one.row.candidate
    return Arrival(
        image_id=one.image_id, label=wish.label, facts=one.facts, n_bytes=one.n_bytes,
        path=one.path.relative_to(project.root).as_posix(),
        original_name=f"{found.source}-{one.image_id[:12]}{one.facts.suffix}", origin=_origin(wish, found),
    )  # fmt: skip


def _origin(wish: SearchRequest, found: Candidate) -> Origin:
    return Origin(
        found.source, source_url=found.url, page_url=found.page_url, query=wish.query, author=found.author,
        licence=found.licence, licence_url=found.licence_url, title=found.title, subject=found.subject,
    )  # fmt: skip


def _file_facts(one: Landed) -> dict[str, Any]:
    return {
        "n_bytes": one.n_bytes, "format": one.facts.format, "width": one.facts.width, "height": one.facts.height,
        "fingerprint": one.facts.fingerprint.hex(), "notes": list(one.facts.notes),
    }  # fmt: skip


def _reason_not_to_hold(manifest: Manifest, one: Landed) -> str | None:
    if at := searches.whereabouts(manifest, image_id=one.image_id):
        return _already_here(*at)
    other = searches.held_as(manifest, one.image_id)
    if other and other[0] != one.row.number:
        return f"already waiting for your choice, for the label {other[1]!r}"
    return None


def _already_here(label: str, path: str, state: str) -> str:
    if state == "removed":
        return f"already here, in the trash: you removed it from {label!r}"
    return f"already here as {path}, with the label {label!r}"
