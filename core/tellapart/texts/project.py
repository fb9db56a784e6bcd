"""TextProject: a folder with texts.jsonl, decisions.jsonl and bundles/. Every path inside it is spelled here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.kinds.labelled_project import LabelledProject, LabelledThing
from tellapart.kinds.project_kind import ProjectKind, absolute, vacant
from tellapart.kinds.thing_file import ids_of, thing_lines
from tellapart.label_names import clean_label
from tellapart.texts.kind import KIND
from tellapart.texts.reading import TextTable

TEXTS = ProjectKind(
    name=KIND.name,
    title="texts",
    things="texts",
    noun="text",
    head_name=KIND.head_name,
    given_name="texts.jsonl",
    model_name=KIND.model_name,
)


@dataclass(frozen=True)
class TextItem(LabelledThing):
    """A text of a project. row: its place in the table, from 1."""

    row: int
    text: str

    text_id = property(lambda self: self.thing_id, doc="Of its words.")


class TextProject(LabelledProject[TextItem]):
    """An open project of texts."""

    kind = TEXTS

    def __init__(self, root: Path):
        super().__init__(root, _item_of)

    def items(self, with_removed: bool = False) -> list[TextItem]:
        """The texts as they stand, in the order of the table."""
        return self.things(with_removed)

    def add(self, table: TextTable) -> int:
        """Take in those texts that are not here yet, word for word; how many they are.

        Raises:
            ProjectError: the disk does not take them; the project is as it was.
        """

        def records_of(given: list[TextItem]) -> Iterable[dict[str, Any]]:
            there = {one.text for one in given}
            new = [i for i, text in enumerate(table.texts) if text not in there]
            more = replace(table, texts=[table.texts[i] for i in new], labels=[table.labels[i] for i in new])
            return _records(more, first_row=len(given) + 1)

        return self._take_in(records_of)


def create_text_project(root: Path | str, table: TextTable) -> TextProject:
    """A new project of these texts: there as a whole, or not at all.

    Raises:
        ProjectError: the folder holds something already, or the disk does not take it.
    """
    root = vacant(root)
    with TEXTS.created(root, {"source": table.source, "columns": table.understood}) as folder:
        atomic_files.write_bytes(folder / TEXTS.given_name, thing_lines(_records(table, first_row=1)))
    return TextProject(root)


def open_text_project(root: Path | str) -> TextProject:
    """The project of texts in a folder.

    Raises:
        ProjectError: there is none, it is damaged, or of a newer version.
    """
    root = absolute(root)
    TEXTS.head(root)
    return TextProject(root)


def _records(table: TextTable, first_row: int) -> Iterable[dict[str, Any]]:
    ids = ids_of(text.encode("utf-8", "surrogatepass") for text in table.texts)
    things = zip(ids, table.labels, table.texts, strict=True)
    for row, (text_id, label, text) in enumerate(things, start=first_row):
        yield {"id": text_id, "row": row, "label": label, "text": text}


def _item_of(record: dict[str, Any]) -> TextItem:
    label = clean_label(record["label"])
    return TextItem(str(record["id"]), label, label, int(record["row"]), str(record["text"]))
