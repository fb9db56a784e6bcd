"""Ready-made data sets by name: downloaded once, checked, unpacked safely, one folder of pictures per label."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from tellapart import atomic_files
from tellapart.errors import ArchiveError, DatasetError, DownloadError, ImageError
from tellapart.gather.archives.formats import entries, kind_of
from tellapart.label_names import safe_name
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.manifest import Origin
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.web.transfers import Checks, alone, fetch_file
from tellapart.words.near_names import did_you_mean

TABLE_PATH = Path(__file__).with_name("datasets.json")
ABOUT_NAME = ".tellapart-dataset.json"
_SPLITS = {
    "train": "train", "training": "train", "val": "valid", "valid": "valid", "validation": "valid",
    "test": "test", "testing": "test",
}  # fmt: skip


@dataclass(frozen=True)
class DatasetFile:
    """One file of a data set. What its servers or well-known libraries publish to check it with is in `checks`."""

    url: str
    megabytes: float
    checks: Checks

    @property
    def name(self) -> str:
        """The last part of the address."""
        return urlsplit(self.url).path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Dataset:
    """A row of the table.

    pattern: what a picture's path in the archive is like, with groups for its file, label and, where there is one,
    split; other files are left out. labels: what the archive calls a label -> what it is called here. licence: None
    where the makers state none; licence_note says more.
    """

    name: str
    title: str
    what: str
    n_pictures: int
    n_labels: int
    files: tuple[DatasetFile, ...]
    pattern: str
    labels: Mapping[str, str]
    authors: str
    licence: str | None
    licence_url: str | None
    licence_note: str
    page: str
    citation: str

    @property
    def megabytes(self) -> float:
        """Of all its files."""
        return sum(file.megabytes for file in self.files)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Dataset:
        """A row of the table from JSON."""
        files = tuple(
            DatasetFile(file.pop("url"), file.pop("megabytes"), Checks(**file))
            for file in map(dict, row["files"])
        )
        return cls(**{**row, "files": files})


@functools.cache
def datasets() -> Mapping[str, Dataset]:
    """Every data set in the table, by name."""
    rows = json.loads(TABLE_PATH.read_text("utf-8"))["datasets"]
    return {row["name"]: Dataset.from_json(row) for row in rows}


def fetch_dataset(name: str, folder: Path, progress: Progress = silent) -> Path:
    """The folder of a data set's pictures, `folder`/`name`, downloaded and unpacked unless it is there already.

    Below it lie folders of pictures, one per label, inside train, valid and test where the makers divided them so:
    what `take_in` understands. A download that was cut off, even by the end of the program, goes on.

    Raises:
        DatasetError: the name is unknown, the servers do not answer, or what came is not the data set.
        Cancelled: from `progress`; what came until then is kept for the next time.
    """
    found = datasets().get(name)
    if found is None:
        hint = did_you_mean(name, datasets())
        raise DatasetError(f"There is no data set {name!r}.{hint} There are: {', '.join(datasets())}.")
    return fetch(found, folder, progress)


def fetch(dataset: Dataset, folder: Path, progress: Progress = silent) -> Path:
    """The same for a row of one's own; see `fetch_dataset`.

    The environment's TELLAPART_DATASETS_URL, ending in "/", is a mirror where the files lie by their names.
    """
    folder = Path(folder).expanduser().absolute()
    home = folder / dataset.name
    if (home / ABOUT_NAME).is_file():
        return home
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise DatasetError(f"{home} exists and is not this data set. Choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_room(dataset, folder)
        with alone(folder / f".{dataset.name}.lock"):
            archives = [
                _download(dataset, file, folder / f".{dataset.name}.downloads", progress)
                for file in dataset.files
            ]
            if not (home / ABOUT_NAME).is_file():
                _unpack(dataset, archives, folder / f".{dataset.name}.part", home, progress)
            shutil.rmtree(folder / f".{dataset.name}.downloads", ignore_errors=True)
        (folder / f".{dataset.name}.lock").unlink(missing_ok=True)
    except DownloadError as error:
        raise DatasetError(f"{dataset.title}: {error}. Try again later.") from error
    except OSError as error:
        raise DatasetError(disk_reason(folder, error)) from error
    return home


def origin_of(place: Path) -> Origin | None:
    """Where the pictures of a folder that `fetch_dataset` made come from; None for any other folder."""
    try:
        about = json.loads((place / ABOUT_NAME).read_text("utf-8"))
        return Origin(
            f"data set {about['name']}", page_url=about["page"], author=about["authors"], licence=about["licence"],
            licence_url=about["licence_url"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _check_room(dataset: Dataset, folder: Path) -> None:
    needed = 2.2 * dataset.megabytes * 1e6  # packed and unpacked at once
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DatasetError(
            f"{dataset.title} needs {needed / 1e9:.1f} GB to unpack, but {folder} has {free / 1e9:.1f} GB "
            "free. Free some space, or choose a folder on another disk."
        )


def _download(dataset: Dataset, file: DatasetFile, folder: Path, progress: Progress) -> Path:
    mirror = os.environ.get("TELLAPART_DATASETS_URL")
    url = mirror + file.name if mirror else file.url
    said = f"Downloading {dataset.title}, {file.megabytes:.0f} MB (only once)"
    message = Doing(Step.DOWNLOADING, said, dataset=dataset.title)
    limit_bytes = file.checks.n_bytes or int(file.megabytes * 1.1e6) + 1_000_000
    progress(0, int(file.megabytes * 1e6), message)
    try:
        return fetch_file(
            url,
            folder / file.name,
            file.checks,
            limit_bytes,
            lambda done, total: progress(done, total, message),
        )
    except DownloadError as error:
        raise DownloadError(
            f"{file.name} could not be downloaded from {urlsplit(url).netloc}: {error}"
        ) from error


def _unpack(dataset: Dataset, files: list[Path], part: Path, home: Path, progress: Progress) -> None:
    shutil.rmtree(part, ignore_errors=True)  # of a program that was killed
    place_of = _flower_places(dataset, files) if "(?P<number>" in dataset.pattern else _places(dataset)
    room = 10 * sum(file.stat().st_size for file in files) + 100_000_000
    n_pictures = 0
    try:
        for archive in files:
            if kind_of(archive) is None:
                continue
            found = entries(archive)
            for done, entry in enumerate(found, start=1):
                place = place_of(entry.name) if entry.is_safe else None
                if place is not None:
                    data = entry.read()
                    room -= len(data)
                    if room < 0:
                        raise ArchiveError(f"{archive.name} unpacks to more than ten times its size.")
                    (part / place).parent.mkdir(parents=True, exist_ok=True)
                    (part / place).write_bytes(data)
                    n_pictures += 1
                said = Doing(Step.UNPACKING, f"Unpacking {dataset.title}", dataset=dataset.title)
                progress(done, len(found), said)
        if not n_pictures:
            raise ArchiveError("it has no pictures where they should be")
        atomic_files.write_json(part / ABOUT_NAME, _about(dataset, n_pictures))
        if home.exists():
            home.rmdir()
        atomic_files.replace(part, home)
    except (ArchiveError, ImageError) as error:
        raise DatasetError(f"{dataset.title} could not be unpacked: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _places(dataset: Dataset) -> Callable[[str], PurePosixPath | None]:
    """A function from a path in the archive to the place below the data set's folder; None for other files."""

    def place(name: str) -> PurePosixPath | None:
        match = re.fullmatch(dataset.pattern, name)
        if match is None:
            return None
        parts = match.groupdict()
        return _place(_SPLITS.get(parts.get("split") or ""), _label(dataset, parts["label"]), parts["file"])

    return place


def _flower_places(dataset: Dataset, files: list[Path]) -> Callable[[str], PurePosixPath | None]:
    """Flowers-102 numbers its pictures; two files of MATLAB say which label and split each number has."""
    from scipy.io import loadmat

    by_name = {file.name: file for file in files}
    labels = loadmat(by_name["imagelabels.mat"])["labels"].ravel()
    ids = loadmat(by_name["setid.mat"])
    splits = {
        int(number): split for key, split in (("trnid", "train"), ("valid", "valid"), ("tstid", "test"))
        for number in ids[key].ravel()
    }  # fmt: skip

    def place(name: str) -> PurePosixPath | None:
        match = re.fullmatch(dataset.pattern, name)
        number = int(match["number"]) if match else 0
        if match is None or not 1 <= number <= len(labels):
            return None
        return _place(splits.get(number), _label(dataset, str(labels[number - 1])), match["file"])

    return place


def _place(split: str | None, label: str, file: str) -> PurePosixPath:
    return PurePosixPath(*([split] if split else []), safe_name(label), safe_name(file))


def _label(dataset: Dataset, name: str) -> str:
    """As a person would write it: "Apple___Apple_scab" is "Apple - Apple scab"."""
    return dataset.labels.get(name) or name.replace("___", " - ").replace("_", " ")


def _about(dataset: Dataset, n_pictures: int) -> dict[str, Any]:
    names = ("name", "title", "authors", "licence", "licence_url", "licence_note", "page", "citation")
    return {"format": 1, **{name: getattr(dataset, name) for name in names}, "n_pictures": n_pictures}
