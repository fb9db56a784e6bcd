"""Arrays of an .npz file, which a stranger may have written or a disk may have damaged."""

from __future__ import annotations

import io
import math
import zipfile
from pathlib import Path

import numpy as np

MAX_BYTES = 2**30


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of the file by name, plain numbers and texts; at most 1 GB once unpacked.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it is damaged, too large, or holds something else.
    """
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise ValueError("it is larger than 1 GB")
            return {name.removesuffix(".npy"): _array(archive.read(name)) for name in archive.namelist()}
        except ValueError:
            raise
        except (
            Exception
        ) as error:  # a damaged file meets zlib, lzma, tokenize and others, each with a class of its own
            raise ValueError(f"{type(error).__name__}: {error}") from error


def _array(data: bytes) -> np.ndarray:
    """What an .npy holds. Its head is asked first: whatever it says, numpy takes the memory for it."""
    file = io.BytesIO(data)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("it was not written by tellapart")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(data) - file.tell():
        raise ValueError("its parts are not of the size that they say")
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)
