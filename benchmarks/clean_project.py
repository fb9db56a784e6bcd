"""A made project of any size with everything cached that cleaning looks at: embeddings, miniatures and looks."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
from made_pictures import made_embeddings
from PIL import Image
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.embeddings import cache_of
from tellapart.clean.measures import LOOKS, MEASURES, looks_cache
from tellapart.pictures.images import PictureFacts, inspect
from tellapart.store.add_pictures import Arrival, add_new_pictures
from tellapart.store.manifest import Origin
from tellapart.store.project import Project, create_project

N_LABELS = 10
_PORTION = 10_000


def make_project(root: Path, n: int) -> None:
    """n pictures in ten labels, one label in fifty wrong; the files are tiny, their embeddings made."""
    rng = np.random.default_rng(n)
    backbone = load_backbone()
    embeddings, targets = made_embeddings(n, backbone.embedding_size, N_LABELS)
    embeddings = embeddings.astype(np.float16)
    with create_project(root) as project:
        for k in range(N_LABELS):
            (project.images_dir / f"label-{k}").mkdir()
        cache, _ = cache_of(project, backbone)
        with cache, looks_cache(project) as looks:
            for start in range(0, n, _PORTION):
                rows = range(start, min(n, start + _PORTION))
                arrivals = [_arrival(project, i, int(targets[i]), rng) for i in rows]
                add_new_pictures(project.manifest, root, arrivals)
                ids = [one.image_id for one in arrivals]
                tiny = rng.integers(0, 256, (len(ids), 16, 16, 3), np.uint8)
                cache.append(ids, embeddings[start : start + len(ids)], tiny)
                looks.add(ids, _made_looks(len(ids), rng))


def _arrival(project: Project, i: int, target: int, rng: np.random.Generator) -> Arrival:
    path = f"images/label-{target}/{i:06d}.bmp"
    Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).save(project.root / path)
    data = (project.root / path).read_bytes()
    print_bytes = rng.bytes(len(_SAMPLE.fingerprint))
    facts = PictureFacts("BMP", int(rng.integers(300, 900)), int(rng.integers(300, 900)), print_bytes)
    return Arrival(
        sha256(data).hexdigest(),
        f"label-{target}",
        facts,
        len(data),
        path,
        path,
        Origin("folder"),
        is_in_place=True,
    )


def _made_looks(n: int, rng: np.random.Generator) -> np.ndarray:
    made = np.zeros(n, LOOKS)
    usual = {"dark_end": 0.05, "bright_end": 0.95, "contrast": 0.7, "sharpness": -1.4, "colour": 0.5}
    for name in MEASURES:
        made[name] = usual.get(name, 0.05) + rng.normal(0, 0.03, n)
    made["is_known"] = 1
    return made


def _sample() -> PictureFacts:
    import io

    buffer = io.BytesIO()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(buffer, "PNG")
    return inspect(buffer.getvalue())


_SAMPLE = _sample()  # how many bytes a fingerprint has
