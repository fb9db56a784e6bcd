"""Publishing: the run that makes a repository of the app and pushes it, and the link that came of it."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tellapart.deploy.publishing.qr_code import qr_svg
from tellapart.deploy.publishing.token import token_at_hand
from tellapart.deploy.voila.repository import Repository, parsed
from tellapart.errors import DeployError
from traitlets import Dict, HasTraits, Instance

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.run_follower import KeptResult, newest_result


class PublishRun(KeptResult):
    """The run that publishes an app."""

    tasks = ("publish",)


@dataclass(frozen=True)
class PublishFacts:
    """What is known of it. repository: where the app was published last, None where it never was; qr: its link as SVG,
    "" where there is none. has_git, has_token: what this computer has, None while nobody has looked."""

    is_running: bool = False
    message: str = ""
    progress: float = 0.0
    is_known: bool = False
    problem: str = ""
    is_stopped: bool = False
    repository: Repository | None = None
    qr: str = ""
    has_git: bool | None = None
    has_token: bool | None = None


class Publishing(HasTraits):
    """Events go in, `facts` are others afterwards; app: what a run says of an app that it made first.

    Making one reads the disk: do it on a thread. All else is called on the page's loop.
    """

    facts = Instance(PublishFacts, ())
    app = Dict()

    def __init__(self, project_dir: Path, **run: Any) -> None:
        super().__init__()
        self._has_looked = False
        self.run = PublishRun(project_dir=str(project_dir), **run)
        self.run.read()
        done = newest_result(project_dir, "publish")
        if done is not None:
            self._take(_published(done[1]))
        self._changed()
        self.run.observe(self._changed, ["stage", "message", "progress", "is_progress_known"])
        self.run.observe(lambda _: soon(self._take_result()), "result")

    @property
    def is_running(self) -> bool:
        """Whether there is something to look at often."""
        return self.run.is_running

    async def poll(self) -> None:
        """Take over where the run is."""
        await self.run.poll()

    def look(self) -> None:
        """Have it looked at what this computer has for it, once."""
        if not self._has_looked:  # nor again while programs are being asked
            self._has_looked = True
            soon(self._look())

    def start(self, config: dict[str, Any], token: str) -> None:
        """Have the app published, see `worker.publish_task`. token: "" for one that lies at hand."""
        self.run.start("publish", config, token)

    def cancel(self) -> None:
        """Ask the run to stop."""
        self.run.cancel()

    async def _look(self) -> None:
        has_git = await asyncio.to_thread(shutil.which, "git") is not None
        has_token = bool(await asyncio.to_thread(token_at_hand))
        self.facts = replace(self.facts, has_git=has_git, has_token=has_token)

    async def _take_result(self) -> None:
        self._take(await asyncio.to_thread(_published, self.run.result))
        if isinstance(app := self.run.result.get("app"), dict):
            self.app = {**app, "run": self.run.run_id}  # the same once more is news, too

    def _take(self, published: tuple[Repository, str] | None) -> None:
        if published is not None:
            self.facts = replace(self.facts, repository=published[0], qr=published[1])

    def _changed(self, _: Any = None) -> None:
        self.facts = replace(self.facts, **self.run.shown())


def _published(result: dict[str, Any]) -> tuple[Repository, str] | None:
    """Where, and the link as a code. Of a stranger's project only the names are believed, never an address."""
    try:
        repository = parsed(str(result.get("repository", "")))
    except DeployError:
        return None
    try:
        return repository, qr_svg(repository.binder, 3.0)
    except DeployError:  # without the package for it there is no code, and the link is enough
        return repository, ""
