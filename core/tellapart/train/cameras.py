"""Which camera took each picture, as its EXIF block says: maker and model alone, looked up once and cached on disk."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tellapart.backbones.onnx_session import available_cpus
from tellapart.pictures.images import camera_in
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.manifest import Picture
from tellapart.store.project import Project
from tellapart.store.sqlite.database_errors import explained
from tellapart.store.sqlite.row_cache import RowCache

_ROW = np.dtype([("camera", "S96")])
_KEY = "cameras-1"  # the number is raised when what is looked up changes
_AT_ONCE = 256
_IN_A_ROW = 16  # that a thread looks at: handed over one by one, they would cost more than the look


def cameras_of(project: Project, pictures: Sequence[Picture], progress: Progress = silent) -> list[str]:
    """The camera of each picture, "" where its file names none or cannot be read.

    Raises:
        ProjectError: the cache cannot be written.
        Cancelled: from `progress`; what was looked up until then is kept.
    """
    ids = [picture.image_id for picture in pictures]
    with explained(project.db_path), RowCache(project.cache_dir / "cameras", _KEY, _ROW) as cache:
        rows = cache.find(ids)
        missing = [picture for picture, row in zip(pictures, rows, strict=True) if row < 0]
        with ThreadPoolExecutor(available_cpus(), thread_name_prefix="camera") as pool:
            for start in range(0, len(missing), _AT_ONCE):
                said = f"Looked up which camera took {start} of {len(missing)} pictures"
                progress(start, len(missing), Doing(Step.LOOKING, said))
                some = missing[start : start + _AT_ONCE]
                parts = [some[at : at + _IN_A_ROW] for at in range(0, len(some), _IN_A_ROW)]
                found = pool.map(lambda part: list(map(camera_in, project.files(part))), parts)
                records = np.array([(one.encode()[:96],) for part in found for one in part], _ROW)
                cache.add([picture.image_id for picture in some], records)
        names = cache.records(cache.find(ids) if missing else rows)["camera"]
    return [name.decode("utf-8", errors="ignore") for name in names.tolist()]
