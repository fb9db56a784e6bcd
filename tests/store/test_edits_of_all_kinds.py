"""Whatever is done to a project's files, one thing after the other: rows and files agree afterwards."""

import io
import os
import re
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from edited import picture_bytes, rewrite, save_beside
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from tellapart.store.journal import Remove
from tellapart.store.project import open_project

DEEDS = st.tuples(
    st.sampled_from(["rewrite", "save", "copy", "swap", "move", "delete", "damage", "touch", "again", "remove"]),
    st.integers(0, 7), st.integers(0, 9),
)  # fmt: skip


def do(root, deed, contents):
    kind, first, second = deed
    files = sorted((root / "images").rglob("*.png"))
    one, other = files[first % len(files)], files[second % len(files)]
    if kind in ("rewrite", "save"):
        (rewrite if kind == "rewrite" else save_beside)(one, picture_bytes(second))
    elif kind == "copy" and one != other:
        rewrite(other, one.read_bytes())
    elif kind == "swap" and one != other:
        data = one.read_bytes()
        rewrite(one, other.read_bytes())
        rewrite(other, data)
    elif kind == "move":
        one.rename(root / "images" / ("circle", "square", "new")[second % 3] / f"moved-{first}-{second}.png")
    elif kind == "delete" and len(files) > 3:
        one.unlink()
    elif kind == "damage":
        rewrite(one, one.read_bytes()[: 20 + second])
    elif kind == "touch":
        os.utime(one)
    elif kind == "again":
        (root / "images" / "new" / f"again-{second}.png").write_bytes(contents[second % len(contents)])
    elif kind == "remove":
        with open_project(root) as project:
            kept = project.manifest.pictures()
            if len(kept) > 3:
                project.journal.decide(Remove(kept[first % len(kept)].image_id))


@given(st.lists(st.lists(DEEDS, min_size=1, max_size=5), min_size=1, max_size=3))
@example([[("swap", 0, 1), ("damage", 0, 3)], [("rewrite", 0, 4)]])
@example([[("copy", 0, 1), ("rewrite", 0, 4), ("again", 0, 0)]])
@example([[("damage", 1, 1)], [("again", 0, 1), ("rewrite", 1, 1)]])
@settings(max_examples=20, deadline=None)
def test_whatever_was_done_to_the_files_rows_and_files_agree(made, rounds):
    """Each kept row's file holds its very bytes; every good picture in the folders is a row's or an exact copy of one;
    no row is lost; and what was noticed once is not noticed again."""
    with tempfile.TemporaryDirectory() as place:
        root = shutil.copytree(made / "project", Path(place) / "project")
        (root / "images" / "new").mkdir()
        contents = [path.read_bytes() for path in sorted((made / "source").rglob("*.png"))]
        n_rows = 8
        for deeds in rounds:
            for deed in deeds:
                do(root, deed, contents)
            for folder in (root / "images").iterdir():
                os.utime(folder)  # files that were refused are looked at again when their folder has changed
            with open_project(root) as project:
                rows = project.manifest.rows("SELECT path, image_id, state, path_key, file_ns FROM pictures")
                assert not re.search(r"(^| )(-\d+|0) (picture|file)\(s\)", " ".join(project.changes))
                with project.manifest.transaction() as db:
                    assert not [row for row in rows if row[3].startswith("\0")]
                    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = {path: image_id for path, image_id, state, *_ in rows if state == "kept"}
            ids = {image_id for _, image_id, *_ in rows}
            for path, image_id in kept.items():
                assert sha256((root / path).read_bytes()).hexdigest() == image_id
            for file in (root / "images").rglob("*.png"):
                data = file.read_bytes()
                if is_whole(data) and file.relative_to(root).as_posix() not in kept:
                    former = {row[0] for row in project_rows(root, "SELECT former_id FROM edits")}
                    assert sha256(data).hexdigest() in ids | former
            assert len(rows) >= n_rows
            n_rows = len(rows)
            with open_project(root) as project:
                again = project.manifest.rows("SELECT path, image_id, state, path_key, file_ns FROM pictures")
                assert [row[:3] for row in again] == [row[:3] for row in rows]


def project_rows(root, query):
    with open_project(root) as project:
        return project.manifest.rows(query)


def is_whole(data):
    try:
        Image.open(io.BytesIO(data)).load()
    except Exception:
        return False
    return True
