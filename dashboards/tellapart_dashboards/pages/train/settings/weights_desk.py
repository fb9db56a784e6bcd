"""WeightsDesk: a weights file that somebody chose in the page is checked as the command line does it, and kept."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from tellapart.backbones.weight_downloads import file_sha256
from tellapart.backbones.weights_check import network_of
from tellapart.errors import TellapartError, WeightsError
from tellapart.store.project import Project
from traitlets import Bool, HasTraits, Instance, Unicode

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.train.settings.sharpness import OwnFile
from tellapart_dashboards.widgets.upload.upload import UploadedFile, UploadLimits

SUFFIXES = (".safetensors", ".pth", ".pt")
LIMITS = UploadLimits(
    1, 2**31, "Give the file on the command line instead: tellapart train PROJECT --weights FILE."
)


class WeightsDesk(HasTraits):
    """own: the file that is used, None for none. is_checking: one is looked at; problem: why it cannot be used."""

    own = Instance(OwnFile, allow_none=True)
    is_checking = Bool(False)
    problem = Unicode("")

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project

    @property
    def uploads_dir(self) -> Path:
        """Where files arrive."""
        return Path(self._project.uploads_dir) / "weights"

    def use(self, path: str | None, network: str) -> None:
        """Go on with the file of an earlier training, where it is still there."""
        if path and Path(path).is_file():
            self.own = OwnFile(path, Path(path).name, network)

    def take_upload(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        """Have the file checked; `own` is it where it can be used. The upload is gone afterwards."""
        soon(self._take(batch_dir, files))

    def drop(self) -> None:
        """Use none. The file stays with the project, since trainings may name it."""
        self.own, self.problem = None, ""

    async def _take(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        if not files:
            return
        self.is_checking, self.problem = True, ""
        try:
            self.own = await asyncio.to_thread(self._checked, files[0])
        except (TellapartError, OSError) as error:
            self.problem = error_sentence(error)
        finally:
            self.is_checking = False
            await asyncio.to_thread(shutil.rmtree, batch_dir, ignore_errors=True)

    def _checked(self, file: UploadedFile) -> OwnFile:
        if not file.name.lower().endswith(SUFFIXES):
            raise WeightsError(
                f"{file.name} is no weights file. Choose a state dict, as .safetensors or .pth, for instance one that "
                "you trained yourself."
            )
        network = network_of(file.path)
        folder = Path(self._project.weights_dir)
        folder.mkdir(exist_ok=True)
        kept = (
            folder / f"{file_sha256(file.path)[:12]}-{file.name}"
        )  # another file of that name stays what it is
        shutil.move(file.path, kept)
        return OwnFile(str(kept), file.name, network)
