"""What a project remembers of its last app: looks, words, kind, answers, examples. One setting, read and kept here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tellapart.corrections.asking import Asking
from tellapart.deploy.accent import DEFAULT_ACCENT
from tellapart.deploy.appearance import MOST_EXAMPLES, Appearance
from tellapart.deploy.card_answers import CardAnswers
from tellapart.deploy.targets import TARGETS
from tellapart.deploy.voila.repository import parsed
from tellapart.errors import DeployError
from tellapart.store.manifest import Manifest

_SETTING = "share"
DEFAULT_TARGET = "html"
_SHARED = "shared_models"  # so that pruning leaves them
_OF_SOME = ("corrections", "examples", "repository", "service_worker")  # only some kinds of apps take them
_MAX_TEXTS, _MAX_SIGNS = 50, 100
_IMAGE_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ShareSettings:
    """appearance: title, words, colour; target: name of a kind of app, see `targets`; answers: for the model card;
    corrections: whether visitors may say that an answer is wrong.

    examples: ids of pictures that visitors may try, at most 12. repository: "owner/name" on GitHub, "" where it is not
    known. all_the_same: codes of what the fit check said stop to, and the owner shares it all the same. service_worker:
    whether a web page gets the second file with which it opens offline on a web site.
    """

    appearance: Appearance = field(default_factory=Appearance)
    target: str = DEFAULT_TARGET
    answers: CardAnswers = field(default_factory=CardAnswers)
    corrections: Asking = field(default_factory=Asking)
    examples: tuple[str, ...] = ()
    repository: str = ""
    all_the_same: tuple[str, ...] = ()
    service_worker: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, see `from_json`."""
        looks = self.appearance
        return {
            "title": looks.title,
            "about": looks.about,
            "accent": looks.accent,
            "target": self.target,
            "answers": self.answers.to_json(),
            "corrections": self.corrections.to_json(),
            "examples": list(self.examples),
            "repository": self.repository,
            "all_the_same": list(self.all_the_same),
            "service_worker": self.service_worker,
        }

    def in_app(self) -> dict[str, Any]:
        """Those that an app is made of: two apps with the same are the same."""
        kept = self.to_json()
        takes = TARGETS[self.target].takes if self.target in TARGETS else ()
        return {
            name: value
            for name, value in kept.items()
            if name != "all_the_same" and (name not in _OF_SOME or name in takes)
        }

    @classmethod
    def from_json(cls, kept: object) -> ShareSettings:
        """What `to_json` gave; what is missing, or cannot be meant in a stranger's project, is the usual value."""
        known = kept if isinstance(kept, Mapping) else {}

        def text(name: str, usual: str) -> str:
            value = known.get(name, usual)
            return value if isinstance(value, str) else usual

        try:
            looks = Appearance(text("title", ""), text("about", ""), text("accent", DEFAULT_ACCENT))
        except DeployError:
            looks = Appearance()
        examples = [one for one in _texts(known.get("examples")) if _IMAGE_ID.fullmatch(one)]
        try:
            repository = text("repository", "") and str(parsed(text("repository", "")))
        except DeployError:
            repository = ""
        return cls(
            looks,
            text("target", DEFAULT_TARGET),
            CardAnswers.from_json(known.get("answers")),
            Asking.from_json(known.get("corrections")),
            tuple(dict.fromkeys(examples))[:MOST_EXAMPLES],
            repository,
            tuple(_texts(known.get("all_the_same"))),
            known.get("service_worker") is True,
        )


def _texts(value: object) -> list[str]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, str) and len(one) <= _MAX_SIGNS][:_MAX_TEXTS]


def read_share(manifest: Manifest) -> ShareSettings:
    """What the project remembers, or the usual settings."""
    return ShareSettings.from_json(manifest.setting(_SETTING))


def keep_share(manifest: Manifest, settings: ShareSettings, before: ShareSettings | None = None) -> None:
    """Have the project remember them.

    Args:
        before: what they were changed from; then only what is other now is written, and what another page has changed
            meanwhile stays.
    Raises:
        ProjectError: the project cannot be written.
    """
    kept = settings.to_json()
    if before is not None:
        kept = _changed(read_share(manifest).to_json(), before.to_json(), kept)
    manifest.set_setting(_SETTING, kept)


def _changed(there: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What is there, with what is other after than before; in groups (answers, corrections) one by one."""
    found = dict(there)
    for name, value in after.items():
        if isinstance(value, dict):
            found[name] = _changed(there[name], before[name], value)
        elif value != before[name]:
            found[name] = value
    return found


def shared_models(manifest: Manifest) -> dict[str, str]:
    """Where an app was made -> the name of the bundle that it was made of last."""
    kept = manifest.setting(_SHARED)
    return (
        {place: name for place, name in kept.items() if isinstance(name, str)}
        if isinstance(kept, dict)
        else {}
    )


def note_shared(manifest: Manifest, app: Path, bundle: str) -> None:
    """Have the project remember of which of its models an app was made.

    Raises:
        ProjectError: the project cannot be written.
    """
    known = shared_models(manifest)
    if known.get(str(app)) != bundle:
        manifest.set_setting(_SHARED, {**known, str(app): bundle})
