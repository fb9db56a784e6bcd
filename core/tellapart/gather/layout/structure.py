"""How folders stand for labels: wrappings, parts of a set at any level, sets that hold themselves again, labels.

Only names are looked at: pictures in the folders of a place go in, for each folder its role comes out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from tellapart.gather.layout.folder_names import UNLABELLED, part_of, part_within, say_nothing, says_nothing
from tellapart.label_names import name_key

Folder = tuple[str, ...]
_KEPT_OUT = ("valid", "test", UNLABELLED)


@dataclass(frozen=True)
class Role:
    """What a folder's pictures are. part: train, valid or test. aside: why they are not taken in, or None."""

    label: str | None = None
    part: str | None = None
    aside: str | None = None
    is_repeat: bool = False


@dataclass
class Structure:
    """The roles of all folders with pictures, and what was understood, in sentences for the person.

    parts_sentence: which folders are parts of the set, "" where none is; it is one of `understood`.
    """

    roles: dict[Folder, Role] = field(default_factory=dict)
    understood: list[str] = field(default_factory=list)
    parts_sentence: str = ""

    def role_of(self, folder: Folder) -> Role:
        """The folder's role, or that of the nearest one around it."""
        for length in range(len(folder), -1, -1):
            if role := self.roles.get(folder[:length]):
                return role
        return Role()

    def labels(self) -> set[str]:
        """Those that pictures would get."""
        return {role.label for role in self.roles.values() if role.label is not None and not role.aside}


class _Node:
    """A folder: those in it, and the names of its pictures."""

    def __init__(self, path: Folder):
        self.path = path
        self.kids: dict[str, _Node] = {}
        self.files: list[str] = []

    @property
    def name(self) -> str:
        return self.path[-1] if self.path else ""

    def everything(self) -> Iterable[_Node]:
        yield self
        for kid in self.kids.values():
            yield from kid.everything()

    def pictures(self) -> set[str]:
        """Paths below the folder."""
        n = len(self.path)
        return {"/".join((*one.path[n:], file)) for one in self.everything() for file in one.files}


def structure_of(
    pictures: Iterable[Sequence[str]], known_labels: Collection[str] = (), place: str = ""
) -> Structure:
    """The roles of the folders that hold these pictures.

    Args:
        pictures: paths below the place, as their names: folders and file.
        known_labels: those that the project has already; a folder called so is its label.
        place: the name of the folder or archive, without ending.
    """
    root = _Node(())
    for parts in pictures:
        node = root
        for name in parts[:-1]:
            if name not in node.kids:
                node.kids[name] = _Node((*node.path, name))
            node = node.kids[name]
        node.files.append(parts[-1])
    reader = _StructureReader(known_labels, place)
    reader.level([root], None)
    reader.settle_parts()
    reader.tell()
    return reader.structure


class _StructureReader:
    def __init__(self, known_labels: Collection[str], place: str):
        self.structure = Structure()
        self._known = {name_key(label.strip()) for label in known_labels}
        self._place = place
        self._parts: dict[str, list[str]] = {}  # part -> names of its folders
        self._repeats: list[str] = []
        self._unread: dict[str, set[str]] = {}  # label -> folders inside that were not told apart
        self._notes: list[str] = []

    def level(self, nodes: list[_Node], part: str | None, repeated: frozenset[Folder] = frozenset()) -> None:
        """Give roles to everything below these folders, which stand for one another."""
        kids = self._without_repeats(nodes, repeated_paths := set(repeated))
        repeated = frozenset(repeated_paths)
        for node in nodes:
            if node.files:
                self._unlabelled(node, part)
        if not kids:
            return
        parts = self._parts_of(kids)
        others = [kid for kid in kids if parts[kid.path] is None]
        if not others:
            for kid in kids:
                self._go_into_part(kid, str(parts[kid.path]), part, repeated)
        elif self._parts_within(kids):
            for kid in kids:
                within, rest = part_within(kid.name)
                self._note_part(str(within), kid.name)
                self._label(kid, rest, within, repeated)
        elif self._is_wrapping(kids, nodes):
            self.level(kids, part, repeated)
        else:
            self._labels_and_more(kids, parts, part, repeated)

    def _parts_of(self, kids: list[_Node]) -> dict[Folder, str | None]:
        """The part of each folder: all of "train" and "test", or of "birds_train" and "birds_test" for one set."""
        found = {kid.path: None if self._is_known(kid.name) else part_of(kid.name) for kid in kids}
        within = [part_within(kid.name) for kid in kids]
        if (
            None in found.values()
            and len({part for part, _ in within}) > 1
            and all(part for part, _ in within)
        ):
            inside = [{name_key(name) for name in self._labels_inside(kid)} for kid in kids]
            is_shared = len(kids) > 1 and bool(set.intersection(*inside))
            if is_shared or len({rest.casefold() for _, rest in within}) == 1:
                return {kid.path: part for kid, (part, _) in zip(kids, within, strict=True)}
        return found

    def _is_known(self, name: str) -> bool:
        return name_key(name.strip()) in self._known

    def _go_into_part(self, kid: _Node, own: str, around: str | None, repeated: frozenset[Folder]) -> None:
        part = UNLABELLED if UNLABELLED in (own, around) else own
        self._note_part(part, kid.name)
        self.level([kid], part, repeated)

    def _note_part(self, part: str, name: str) -> None:
        names = self._parts.setdefault(part, [])
        if name not in names:
            names.append(name)

    def _parts_within(self, kids: list[_Node]) -> bool:
        """Whether names hold label and part, "cats_train" and "cats_test", or a set's name, "birds_train"."""
        found = [part_within(kid.name) for kid in kids]
        if len({rest for _, rest in found}) < 2 or any(not part or not rest for part, rest in found):
            return False
        several = Counter(rest.casefold() for _, rest in set(found))
        return max(several.values()) > 1 and not any(kid.kids for kid in kids)

    def _is_wrapping(self, kids: list[_Node], nodes: list[_Node]) -> bool:
        if any(self._is_known(kid.name) for kid in kids):
            return False
        if len(kids) == 1:
            kid = kids[0]
            has_loose = any(node.files for node in nodes)
            if kid.files or has_loose:
                return len(kid.kids) > 1 and (not kid.files or says_nothing(kid.name))
            return bool(kid.kids)
        return say_nothing([kid.name for kid in kids]) and any(kid.kids for kid in kids)

    def _labels_and_more(
        self,
        kids: list[_Node],
        parts: dict[Folder, str | None],
        part: str | None,
        repeated: frozenset[Folder],
    ) -> None:
        """Labels; among them perhaps parts of the set, with labels inside or with pictures that have none."""
        others = [kid for kid in kids if parts[kid.path] is None]
        inside = {name_key(name) for kid in kids if parts[kid.path] for name in self._labels_inside(kid)}
        shared = {name_key(kid.name) for kid in others} & inside
        if (
            inside
            and not shared
            and any(self._labels_inside(kid) for kid in kids if parts[kid.path] == "train")
        ):
            for kid in kids:  # all labels lie in the parts; what stands beside them is something else
                if own := parts[kid.path]:
                    self._go_into_part(kid, own, part, repeated)
                elif {name_key(name) for name in self._labels_inside(kid)} & inside:
                    self.level([kid], part, repeated)
                else:
                    self._aside(kid, part, "next to the split folders, without labels")
            return
        for kid in kids:
            own = parts[kid.path]
            if own and {name_key(name) for name in self._labels_inside(kid)} & shared:
                self._go_into_part(kid, own, part, repeated)
            elif own in _KEPT_OUT and not kid.kids and (len(others) > 1 or own == UNLABELLED):
                self._note_part(str(own), kid.name)
                self._aside(kid, own, "without labels")
            else:
                self._label(kid, kid.name, part, repeated)

    def _labels_inside(self, node: _Node) -> list[str]:
        """The names that a level would read as labels, below parts and wrappings."""
        kids = list(node.kids.values())
        while len(kids) == 1 and kids[0].kids and not kids[0].files:
            kids = list(kids[0].kids.values())
        return [kid.name for kid in kids if part_of(kid.name) is None]

    def _label(self, kid: _Node, label: str, part: str | None, repeated: frozenset[Folder]) -> None:
        """All of a folder has a label; where everything in it lies in train and test, these are parts."""
        subs = list(kid.kids.values())
        sub_parts = {sub.name: part_of(sub.name) for sub in subs}
        has_parts = bool(subs) and all(sub_parts.values()) and not kid.files
        for node in kid.everything():
            own = part
            if has_parts and len(node.path) > len(kid.path):
                name = node.path[len(kid.path)]
                own = sub_parts[name]
                self._note_part(str(own), name)
            own = None if own == UNLABELLED else own
            is_repeat = any(node.path[: len(path)] == path for path in repeated)
            aside = "without labels" if part == UNLABELLED else None
            if node.files or node is kid:
                self.structure.roles[node.path] = Role(label, own, aside, is_repeat)
        if not has_parts and len(subs) > 1:
            self._unread.setdefault(label, set()).update(sub.name for sub in subs)

    def _unlabelled(self, node: _Node, part: str | None) -> None:
        if part is None:
            self.structure.roles[node.path] = Role()
        else:
            self.structure.roles[node.path] = Role(None, part, "without labels")

    def _aside(self, kid: _Node, part: str | None, why: str) -> None:
        for node in kid.everything():
            self.structure.roles[node.path] = Role(None, part, why)

    def _without_repeats(self, nodes: list[_Node], repeated: set[Folder]) -> list[_Node]:
        """The folders inside, where one that holds what stands beside it once more is replaced by what it holds."""
        kids = [kid for node in nodes for kid in node.kids.values()]
        while True:
            again = next((kid for kid in kids if self._repeats_others(kid, kids, nodes)), None)
            if again is None:
                return kids
            repeated.add(again.path)
            self._repeats.append("/".join(again.path))
            kids = [kid for kid in kids if kid is not again] + list(again.kids.values())

    def _repeats_others(self, kid: _Node, kids: list[_Node], nodes: list[_Node]) -> bool:
        if kid.files or not kid.kids or part_of(kid.name):
            return False
        names = {name_key(name) for name in kid.kids}
        beside = {name_key(one.name) for one in kids if one is not kid}
        if (
            not names & beside
            or len(names & beside) < min(2, len(beside))
            or len(names & beside) * 2 < len(names)
        ):
            return False
        around = {name_key(name) for node in nodes for name in node.path} | {name_key(self._place)}
        if name_key(kid.name) in around or says_nothing(kid.name):
            return True
        own = kid.pictures()
        others = set().union(*(
            {f"{one.name}/{path}" for path in one.pictures()} for one in kids if one is not kid
        ))  # fmt: skip
        return len(own & others) * 2 > len(own)

    def settle_parts(self) -> None:
        """Set labels aside that only a held-out part has: they teach nothing. Another spelling is no other label."""
        roles = self.structure.roles
        names = {role.label for role in roles.values() if role.label}
        is_place = (
            len(names) == 1 and not self._known and name_key(next(iter(names))) == name_key(self._place)
        )
        if (is_place or say_nothing(names)) and not any(map(self._is_known, names)):
            roles.update({path: Role(None, role.part, role.aside) for path, role in roles.items()})
        taught = {role.label for role in roles.values() if _teaches(role)}
        if not taught and not self._known:  # nothing but a held-out part: divided anew
            if any(role.label for role in roles.values()) and self._parts:
                self._notes.append("There is no training split, so training makes a new split.")
            roles.update({path: replace(role, part=None) for path, role in roles.items() if role.label})
            return
        by_key = {name_key(label.strip()): label for label in sorted(filter(None, taught))}
        for path, role in list(roles.items()):
            if role.label is None or role.aside or role.label in taught:
                continue
            key = name_key(role.label.strip())
            if same := by_key.get(key):
                roles[path] = Role(same, role.part, None, role.is_repeat)
                self._notes.append(f"{role.label!r} in {role.part} was treated as {same!r} of train.")
            elif not self._is_known(role.label):
                roles[path] = Role(
                    None, role.part, f"only in {role.part}, so nothing could be trained", role.is_repeat
                )

    def tell(self) -> None:
        """Write down what was understood."""
        said = self.structure.understood
        named = [
            f"{part} ({_listed(names)})"
            for part in ("train", "valid", "test", UNLABELLED)
            if (names := self._parts.get(part))
        ]
        if named:
            self.structure.parts_sentence = f"Folders read as splits, not labels: {', '.join(named)}."
            said.append(self.structure.parts_sentence)
        if self._repeats:
            said.append(
                f"The set contains itself again in {_listed(self._repeats)}; each picture was added once."
            )
        labels = self.structure.labels()
        for label, inner in sorted(self._unread.items())[:5]:
            if label in labels and not say_nothing(inner):
                said.append(
                    f"Everything in {label!r} has that label; its subfolders ({_listed(sorted(inner))}) were "
                    "ignored."
                )
        said += list(dict.fromkeys(self._notes))


def _teaches(role: Role) -> bool:
    return role.label is not None and role.part in (None, "train") and not role.aside


def _listed(names: Sequence[str], at_most: int = 4) -> str:
    shown = list(names[:at_most]) + ([f"{len(names) - at_most} more"] if len(names) > at_most else [])
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
