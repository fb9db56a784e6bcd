"""Files that lie beside pictures and belong to them or to a program: told in one line, never refused one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from tellapart.gather.layout.found_file import Found
from tellapart.store.files.reconcile import SYSTEM_FILES

SYSTEM_FOLDERS = frozenset({
    "__macosx", ".ipynb_checkpoints", ".git", ".svn", ".hg", ".dvc", ".idea", ".vscode", ".trash", ".trashes", ".cache",
    ".thumbnails", ".thumbs", ".spotlight-v100", ".fseventsd", ".appledouble", ".picasaoriginals", ".venv", ".kaggle",
    "@eadir", "$recycle.bin", "system volume information", "lost+found", "__pycache__",
})  # fmt: skip
_BY_PROGRAMS = frozenset({
    *SYSTEM_FILES, "ehthumbs.db", "ehthumbs_vista.db", "thumbs.db:encryptable", "zbthumbnail.info", "picasa.ini",
    "albumdata.xml", "icon\r", "sync.ffs_db",
})  # fmt: skip
_ALWAYS = frozenset(
    {".aae", ".xmp", ".thm", ".json", ".jsonl", ".ini", ".lnk", ".url", ".ds_store", ".pp3", ".dop", ".md5"}
)
_WITH_A_PICTURE = frozenset(
    {".txt", ".xml", ".yaml", ".yml", ".csv", ".mov", ".mp4", ".mp", ".wav", ".m4a", ".html", ".mat"}
)


_OF_A_PICTURE = (".txt", ".xml")


def is_of_system(name: str) -> bool:
    """Whether a file of that path belongs to a system or program, such as Thumbs.db or what macOS puts into zips."""
    parts = PurePosixPath(name).parts
    last = parts[-1].lower()
    return (
        last.startswith("._")
        or last in _BY_PROGRAMS
        or any(part.lower() in SYSTEM_FOLDERS for part in parts[:-1])
    )


def without_side_files(
    files: Sequence[Found], tables: Collection[str] = ()
) -> tuple[list[Found], Counter[str]]:
    """The files that want to be pictures, and how many others there are, by ending or name.

    tables: the names of tables that were read; they are no side files, and no pictures.
    """
    stems = {(one.parts[:-1], one.stem) for one in files if one.is_picture_by_name}
    anywhere = {stem for _, stem in stems}
    kept, left = [], Counter[str]()
    for one in files:
        kind = None if one.is_picture_by_name or not one.has_place else _kind_of(one, stems, anywhere)
        if one.name in tables:
            continue
        if kind is None:
            kept.append(one)
        else:
            left[kind] += 1
    return kept, left


def _kind_of(one: Found, stems: set[tuple[tuple[str, ...], str]], anywhere: set[str]) -> str | None:
    if one.suffix in _ALWAYS:
        return one.suffix
    stem = one.stem
    is_beside = (one.parts[:-1], stem) in stems or (one.parts[:-1], PurePosixPath(stem).stem) in stems
    # boxes and outlines lie in a folder of their own: images/train/7.jpg with labels/train/7.txt
    is_elsewhere = one.suffix in _OF_A_PICTURE and stem in anywhere
    return one.suffix if is_elsewhere or (one.suffix in _WITH_A_PICTURE and is_beside) else None


def sentence_of(left: Counter[str]) -> str:
    """For instance "31 side files left out: 20 .json, 8 .aae, 3 thumbs.db."; "" for none."""
    n = sum(left.values())
    if not n:
        return ""
    kinds = ", ".join(f"{count} {kind}" for kind, count in left.most_common(6))
    return f"{n} side file{'s' * (n != 1)} left out: {kinds}{', …' if len(left) > 6 else ''}."
