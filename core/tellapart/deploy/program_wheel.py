"""The running program as a wheel, for an app that stands alone: pip finds all but the dependencies inside the app.

Source: the binary distribution format, https://packaging.python.org/specifications/binary-distribution-format/.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import tellapart
from tellapart.errors import DeployError

CORE, DASHBOARDS = "tellapart", "tellapart_dashboards"
_TIME = (2020, 1, 1, 0, 0, 0)  # the same program gives the same bytes
_UNWANTED = {".pyc", ".pyo", ".ts"}


def program_wheel(
    packages: Sequence[str], requirements: Iterable[str], data: Iterable[tuple[str, bytes]] = ()
) -> tuple[str, bytes]:
    """File name and bytes of a wheel with the packages as they run here. Its version ends in "+app".

    Args:
        packages: of "tellapart" and "tellapart_dashboards".
        requirements: what pip has to install along with it, such as "numpy>=2.0"; fewer than the whole program needs.
        data: (path below the environment's folder such as "share/jupyter/…", bytes).
    Raises:
        DeployError: a package is not installed.
    """
    version = f"{tellapart.__version__}+app"
    stem = f"tellapart-{version}"
    info = f"{stem}.dist-info"
    needed = "".join(f"Requires-Dist: {one}\n" for one in requirements)
    files = [(name, path.read_bytes()) for package in packages for name, path in _files(package)]
    files += [(f"{stem}.data/data/{name}", content) for name, content in data]
    files += [
        (
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: tellapart\nVersion: {version}\nSummary: The program of one app.\n"
            f"License: Apache-2.0\nRequires-Python: >=3.10\n{needed}".encode(),
        ),
        (
            f"{info}/WHEEL",
            b"Wheel-Version: 1.0\nGenerator: tellapart\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        ),
    ]
    record = io.StringIO()
    csv.writer(record, lineterminator="\n").writerows(
        [*((name, _digest(content), len(content)) for name, content in files), (f"{info}/RECORD", "", "")]
    )
    files.append((f"{info}/RECORD", record.getvalue().encode()))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return f"{stem}-py3-none-any.whl", archive.getvalue()


def _files(package: str) -> Iterator[tuple[str, Path]]:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise DeployError(
            f"This app needs the package {package}, which is not installed. Install it: pip install 'tellapart[studio]'"
        )
    folder = Path(spec.origin).parent
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and path.suffix not in _UNWANTED and "__pycache__" not in name.parts:
            yield f"{package}/{name.as_posix()}", path


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"
