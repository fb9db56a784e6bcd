"""A project of very many rows, quick to make: every row has a file of its own, none was ever looked at."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import numpy as np
from make_data import draw_shape
from tellapart.pictures.images import PictureFacts
from tellapart.store.add_pictures import Arrival, add_new_pictures
from tellapart.store.manifest import Origin
from tellapart.store.project import create_project

LABELS = ("circle", "square", "cross", "ring")
N_DRAWN = 60


def make_rows(root: Path, n: int) -> None:
    """A project of n pictures; the page opens with every one of them."""
    rng = np.random.default_rng(0)
    drawn = []
    for i in range(N_DRAWN):
        file = io.BytesIO()
        draw_shape(LABELS[i % len(LABELS)], rng, 64).save(file, "JPEG")
        drawn.append(file.getvalue())
    with create_project(root) as project:
        for label in LABELS:
            (project.images_dir / label).mkdir()
        for start in range(0, n, 10_000):
            add_new_pictures(
                project.manifest,
                root,
                [_arrival(root, drawn, i) for i in range(start, min(n, start + 10_000))],
            )
        project.manifest.set_setting("clean_view", {"kind": "every"})


def _arrival(root: Path, drawn: list[bytes], i: int) -> Arrival:
    label = LABELS[i % len(LABELS)]
    data = drawn[i % N_DRAWN] + i.to_bytes(4, "little")  # what follows a JPEG's end is not looked at
    path = f"images/{label}/{i:06d}.jpg"
    (root / path).write_bytes(data)
    facts = PictureFacts("JPEG", 64, 64, sha256(data).digest())
    return Arrival(
        sha256(data).hexdigest(), label, facts, len(data), path, path, Origin("folder"), is_in_place=True
    )
