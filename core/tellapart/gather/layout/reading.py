"""How a place is understood before anything is taken in: which files are pictures, and where their labels stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tellapart.errors import IntakeError, LabelOffer, LabelsError
from tellapart.gather.archives.formats import kind_of
from tellapart.gather.layout.file_names import example_of, labels_in_names, offer_of
from tellapart.gather.layout.found_file import Found
from tellapart.gather.layout.masks import masks_among
from tellapart.gather.layout.places import Place, look_into
from tellapart.gather.layout.side_files import sentence_of, without_side_files
from tellapart.gather.layout.structure import Role, Structure, structure_of
from tellapart.gather.layout.tables import LabelTable, tables_among
from tellapart.label_names import name_key

AUTO, FOLDERS, TABLE, NAMES = "auto", "folders", "table", "names"
_CLASHES = 0.1  # a share of pictures for which a table may say something else than the folders


@dataclass
class Reading:
    """What a place holds, as understood.

    files: what is to be looked at, each with a role by its name. n_aside: pictures that are set aside, as `understood`
    says. side_files: how many of each kind are left out.
    """

    files: list[Found]
    roles: dict[str, Role]
    understood: list[str] = field(default_factory=list)
    n_aside: int = 0
    side_files: Counter[str] = field(default_factory=Counter)

    def role_of(self, one: Found) -> Role:
        """Its label and part."""
        return self.roles.get(one.name, Role()) if one.has_place else Role()

    def is_repeat(self, name: str) -> bool:
        """Whether a file of that name lies in a folder that holds the set once more."""
        return name in self.roles and self.roles[name].is_repeat

    def labels(self) -> set[str]:
        """Those that pictures would get."""
        return {role.label for role in self.roles.values() if role.label is not None}


def read_place(
    place: Path, labels: str = AUTO, label: str | None = None, known_labels: Collection[str] = ()
) -> Reading:
    """How a folder, archive or file is understood.

    Args:
        labels: where they stand: auto, folders, table, table:COLUMN or names; see `docs/how-to/train-from-a-folder.md`.
        label: one for all pictures, whatever folders say.
        known_labels: those that the project has already.
    Raises:
        LabelsError: nothing says what the labels are, or more than one thing does; it offers what can be chosen.
        IntakeError: the place is no use as a whole.
    """
    how, _, column = labels.partition(":")
    if how not in (AUTO, FOLDERS, TABLE, NAMES) or (column and how != TABLE):
        raise IntakeError(
            f"Labels cannot be read from {labels!r}. Choose auto, folders, table, table:COLUMN or names."
        )
    return _LayoutReader(place, look_into(place), how, column or None, label, known_labels).read()


class _LayoutReader:
    def __init__(
        self,
        place: Path,
        held: Place,
        how: str,
        column: str | None,
        label: str | None,
        known: Collection[str],
    ):
        self._place, self._held, self._how, self._column = place, held, how, column
        self._label, self._known = label, known
        placed = [one for one in held.files if one.has_place]
        self._pictures = [one for one in placed if one.is_picture_by_name]
        self._masks = masks_among(self._pictures)
        self._pictures = [one for one in self._pictures if one.name not in self._masks]
        # files without the ending of a picture may be pictures; they have no say where others are there
        said = self._pictures or placed
        stem = place.name.split(".")[0] if place.is_file() else ""
        plain = how == FOLDERS
        self._structure = (
            Structure({one.parts[:-1]: Role(one.parts[0]) for one in said if len(one.parts) > 1}) if plain
            else structure_of((one.parts for one in said), known, stem)
        )  # fmt: skip
        self._understood = list(held.remarks)
        self._tables: list[LabelTable] = []

    def read(self) -> Reading:
        roles = self._roles()
        used = [table.name for table in self._tables]
        files, side = without_side_files(self._held.files, used)
        side.update(self._held.side_files)
        aside = Counter[str]()
        kept = []
        for one in files:
            why = self._why_aside(one, roles)
            if why:
                aside[why] += 1
            else:
                kept.append(one)
        for why, n in aside.items():
            self._understood.append(f"{n} picture{'s' * (n != 1)} set aside: {why}.")
        if line := sentence_of(side):
            self._understood.append(line)
        kept = _repeats_last(kept, roles)
        return Reading(kept, roles, list(dict.fromkeys(self._understood)), sum(aside.values()), side)

    def _why_aside(self, one: Found, roles: dict[str, Role]) -> str | None:
        if one.name in self._masks:
            return f"drawn masks, not pictures ({_top(one)})"
        role = roles.get(one.name)
        if role is None or role.aside is None or not one.is_picture_by_name or not one.has_place:
            return None
        return None if self._label is not None else f"{role.aside} ({_top(one)})"

    def _roles(self) -> dict[str, Role]:
        """By the names of files. One label for all leaves the parts as they are."""
        roles = {
            one.name: self._structure.role_of(one.parts[:-1]) for one in self._held.files if one.has_place
        }
        if self._label is not None:
            return {name: Role(self._label, role.part, None, role.is_repeat) for name, role in roles.items()}
        if self._how == NAMES:
            return self._from_names(roles)
        has_labels = bool(self._structure.labels())
        if self._how != FOLDERS:
            self._tables = tables_among(self._held.files, self._pictures, self._column)
        if self._how == TABLE or (self._how == AUTO and self._tables and not has_labels):
            return self._from_tables(roles)
        if not has_labels:
            raise self._question("no folders that name them")
        if self._how == AUTO and self._tables:
            self._compare(roles)
        self._understood += self._structure.understood
        return roles

    def _from_names(self, roles: dict[str, Role]) -> dict[str, Role]:
        names = labels_in_names(self._pictures)
        if names is None:
            raise self._question("no labels in the file names")
        self._tell_parts()
        self._understood.append(f"Labels come from the file names, such as {example_of(names)}.")
        return self._with_labels(roles, names, {}, "no label in the file name")

    def _from_tables(self, roles: dict[str, Role]) -> dict[str, Role]:
        sound = [table for table in self._tables if table.labels]
        if not sound:
            raise self._question("no table that lists their labels")
        first, used = sound[0], [sound[0]]
        labels, parts = dict(first.labels), dict(first.parts)
        for table in sound[1:]:  # a table per part; not a second opinion on the same pictures
            if not labels.keys() & table.labels.keys() and table.column == first.column:
                used.append(table)
                labels.update(table.labels)
                parts.update(table.parts)
        self._tables = used
        names = " and ".join(table.name for table in used[:3]) + (" …" if len(used) > 3 else "")
        where = f"column {first.column!r}" if first.column else "one column per label"
        self._tell_parts()
        self._understood.append(f"Labels come from the table {names} ({where}).")
        n_absent = sum(table.n_absent for table in used)
        if n_absent:
            self._understood.append(f"Table rows without a picture: {n_absent}.")
        n_several = sum(table.n_several for table in used)
        if n_several:
            self._understood.append(f"Table rows with more than one label: {n_several}.")
        self._understood += [note for table in used for note in table.notes]
        return self._with_labels(roles, labels, parts, "no label in the table")

    def _tell_parts(self) -> None:
        if said := self._structure.parts_sentence:
            self._understood.append(said)

    @staticmethod
    def _with_labels(
        roles: dict[str, Role], labels: dict[str, str], parts: dict[str, str], without: str
    ) -> dict[str, Role]:
        taught = {
            label
            for name, label in labels.items()
            if parts.get(name, roles[name].part) not in ("test", "valid")
        } or set(labels.values())
        found = {}
        for name, role in roles.items():
            part = parts.get(name, role.part)
            part = None if part == "unlabelled" else part
            label = labels.get(name)
            aside = (
                without
                if label is None
                else None
                if label in taught
                else f"only in {part}, so nothing could be trained"
            )
            found[name] = Role(None if aside else label, part, aside, role.is_repeat)
        return found

    def _compare(self, roles: dict[str, Role]) -> None:
        """Raise where a table says something else than the folders; say so where it was not needed."""
        table = self._tables[0]
        both = [name for name in table.labels if roles[name].label]
        n_other = sum(name_key(str(roles[name].label)) != name_key(table.labels[name]) for name in both)
        if not table.column or not both:
            return
        if (
            len(both) * 2 > len(self._pictures)
            and n_other > _CLASHES * len(both)
            and _is_plain_label(table.column)
        ):
            raise self._question(f"labels from both the folders and the table {table.name}, and they differ")
        self._understood.append(f"Labels come from the folders; the table {table.name} was not needed.")

    def _question(self, has: str) -> LabelsError:
        offers = []
        for table in self._tables[:3]:
            if table.labels:
                where = (
                    f"column {table.column!r} of {table.name}"
                    if table.column
                    else f"the columns of {table.name}"
                )
                how = f"{TABLE}:{table.column}" if self._column is None and table.column else TABLE
                offers.append(LabelOffer(how, f"from {where}", _counts(table.labels.values())))
            for choice in table.choices[:6]:
                offers.append(LabelOffer(f"{TABLE}:{choice}", f"from column {choice!r} of {table.name}", {}))
        if by_names := offer_of(self._pictures):
            offers.append(by_names)
        counts = _counts(one.parts[0] for one in self._pictures if len(one.parts) > 1)
        if len(counts) > 1 and self._how != FOLDERS:
            offers.append(LabelOffer(FOLDERS, "from the names of the top folders", counts))
        said = "".join(f" {one}" for one in self._structure.understood[:2])
        return LabelsError(
            f"{self._place.name} holds {len(self._held.files)} file(s) but {has}, so nothing was "
            f"added.{said}",
            tuple(offers),
        )


def _is_plain_label(column: str) -> bool:
    return column.casefold().replace("_", "").replace(" ", "") in (
        "label", "labels", "class", "classname", "category", "breed", "species", "diagnosis", "dx", "target",
    )  # fmt: skip


def _counts(labels: object) -> dict[str, int]:
    return dict(sorted(Counter(labels).items()))  # type: ignore[call-overload]


def _top(one: Found) -> str:
    return "/".join(one.parts[:-1][:3]) or "next to the folders"


def _repeats_last(files: Sequence[Found], roles: dict[str, Role]) -> list[Found]:
    """What stands in a folder that repeats the set comes after what it repeats, so that it is the copy."""
    return sorted(files, key=lambda one: one.name in roles and roles[one.name].is_repeat)


def kind_of_place(place: Path) -> str:
    """folder, zip, tar or file."""
    return "folder" if place.is_dir() else kind_of(place) or "file"
