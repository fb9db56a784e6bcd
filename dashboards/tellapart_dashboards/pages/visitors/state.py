"""What the page of a shared classifier knows and does: the Classify page's work, on the one bundle beside it."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import Any

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.pages.classify.view import ClassifyState
from tellapart_dashboards.widgets.upload.upload import UploadedFile, UploadLimits

VISITORS = UploadLimits(200, 2**29, "Choose fewer at a time.")
_BINDER = ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL")  # mybinder.org sets them in every place it gives


def is_on_binder() -> bool:
    """Whether this page runs on mybinder.org or another Binder."""
    return any(os.environ.get(name) for name in _BINDER)


class VisitorState(ClassifyState):
    """One visitor's page of an app. folder: the app's. Uploads lie in a folder of their own that ends with the page."""

    def __init__(self, folder: Path, bundle_dir: Path) -> None:
        super().__init__(project_dir=str(folder))
        self._bundle = bundle_dir
        self._uploads = Path(tempfile.mkdtemp(prefix="tellapart-app-"))
        atexit.register(shutil.rmtree, self._uploads, ignore_errors=True)

    @property
    def uploads_dir(self) -> Path:
        """Where a visitor's pictures wait for their answer; nothing stays there."""
        return self._uploads

    def open_bundle(self, bundle_dir: Path) -> Any:
        """A `Predictor` for it. An app and its bundle come from one hand, so there is no trial."""
        from tellapart.classify import Predictor

        return Predictor(bundle_dir, is_own=True)

    async def bundle(self) -> Any:
        """The loaded bundle, or None if it cannot be used; message then says why."""
        async with self._turn.taken():
            await self._make_ready()
        return None if self._predictor is None else self._predictor.bundle

    def take_example(self, name: str, jpeg: bytes) -> None:
        """Have one of the examples looked at."""
        soon(self._take_example(name, jpeg))

    async def _take_example(self, name: str, jpeg: bytes) -> None:
        def kept() -> UploadedFile:
            path = self._uploads / f"example-{uuid.uuid4().hex}" / "example.jpg"
            path.parent.mkdir()
            path.write_bytes(jpeg)
            return UploadedFile(path, name, (), len(jpeg))

        file = await asyncio.to_thread(kept)
        self.take_upload(file.path.parent, [file])

    def take_shots(self, folder: Path, label: str) -> None:
        """Have pictures of the camera looked at."""
        soon(self._take_shots(folder))

    async def _take_shots(self, folder: Path) -> None:
        def listed() -> list[UploadedFile]:
            return [
                UploadedFile(path, "From the camera", (), path.stat().st_size)
                for path in sorted(folder.iterdir())
            ]

        self.take_upload(folder, await asyncio.to_thread(listed))
