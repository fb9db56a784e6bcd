"""A studio for visitors, in a process of its own, and visitors who are programs."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

PASSWORD = "four quiet grey geese"
FAKES = Path(__file__).parent / "fakes"
_PATIENCE_S = 200
_CONFIG = re.compile(r'id="jupyter-config-data" type="application/json">(.*?)</script>', re.DOTALL)


@dataclass
class PublicStudio:
    """url: of its start page, with a slash at its end. root: of the visitors' projects."""

    url: str
    root: Path
    log: Path

    def visitor(self) -> httpx.Client:
        """Somebody who has not signed in."""
        return httpx.Client(base_url=self.url, timeout=_PATIENCE_S)

    @contextlib.contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        """Somebody who knows the password."""
        with self.visitor() as visitor:
            answer = visitor.post("login?next=/healthz", data={"password": PASSWORD})
            assert answer.status_code == 302, answer.text
            yield visitor

    def projects(self) -> list[Path]:
        return sorted(path for path in self.root.iterdir() if path.is_dir())


def kernel_of(page: str) -> str:
    """The id of the kernel that a page works with."""
    found = _CONFIG.search(page)
    assert found, page[:2000]
    return str(json.loads(found[1])["kernelId"])


@contextlib.contextmanager
def public_studio(folder: Path, *options: str, **environment: str) -> Iterator[PublicStudio]:
    """Serves while the block runs; its runs do nothing."""
    root, log = folder / "visitors", folder / "studio.log"
    paths = [str(FAKES / "kernels"), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-m", "tellapart_dashboards", "--public", "--root", str(root)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", "0", *options],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=folder,
            env={
                **os.environ, "TELLAPART_STUDIO_PASSWORD": PASSWORD, "PYTHONPATH": os.pathsep.join(paths),
                "TEST_EVERY_RUN": "1", "TEST_WORKER": str(FAKES / "no_work.py"), **environment,
            },
        )  # fmt: skip
    try:
        give_up_at = time.monotonic() + _PATIENCE_S
        while not (address := re.search(r"is at (https?://\S+)", log.read_text("utf-8", errors="replace"))):
            said = log.read_text("utf-8", errors="replace")
            assert time.monotonic() < give_up_at and process.poll() is None, said
            time.sleep(0.05)
        yield PublicStudio(address[1], root, log)
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        process.wait(60)
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
