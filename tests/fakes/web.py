"""A whole web on this computer: every service and the pictures they name.

The worker that a run starts is another process. `FakeWeb.use_in_workers` makes runs start `fakes/worker.py` instead,
which has the addresses of these servers and does everything else as the real one.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path

from tellapart import runs
from tellapart.gather.downloads import FetchLimits
from tellapart.gather.sources import Web
from tellapart.web.addresses import AddressGuard

from .bing import FakeBing
from .commons import FakeCommons
from .inaturalist import FakeINaturalist
from .openverse import FakeOpenverse
from .pictures import Pictures

CONTACT = "tester@example.org"


def local_web(bases: dict[str, str], **limits: object) -> Web:
    """The web of loopback servers: no pauses between questions, short ones after failures."""
    fetch = replace(FetchLimits(backoff_s=0.01, n_per_host=16), **limits)
    return Web(bases, AddressGuard(may_be_local=True), fetch, gap_s=0.0, ddgs_backends="bing")


class FakeWeb(contextlib.ExitStack):
    """Use as a context manager."""

    def __init__(self):
        super().__init__()
        self.pictures = self.enter_context(Pictures())
        self.openverse = self.enter_context(FakeOpenverse(self.pictures))
        self.commons = self.enter_context(FakeCommons(self.pictures))
        self.inaturalist = self.enter_context(FakeINaturalist(self.pictures))
        self.bing = self.enter_context(FakeBing(self.pictures))

    @property
    def services(self):
        return {
            "openverse": self.openverse, "commons": self.commons, "inaturalist": self.inaturalist, "bing": self.bing,
        }  # fmt: skip

    @property
    def bases(self) -> dict[str, str]:
        return {name: service.url for name, service in self.services.items()}

    def web(self, **limits: object) -> Web:
        return local_web(self.bases, **limits)

    def set_scripts(self, script: str) -> None:
        for service in self.services.values():
            service.script = script

    def use_in_workers(self, monkeypatch, folder: Path) -> None:
        """Let the workers of runs, started by this process, ask these servers."""
        addresses = folder / "fake-web.json"
        addresses.write_text(json.dumps(self.bases))
        monkeypatch.setattr(runs, "WORKER", (str(Path(__file__).with_name("worker.py")), str(addresses)))
