"""What a project remembers of its last app: looks, words, kind, answers. Kept as one setting, read and written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tellapart.corrections.asking import Asking
from tellapart.deploy.accent import DEFAULT_ACCENT
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.card_answers import CardAnswers
from tellapart.errors import DeployError
from tellapart.store.manifest import Manifest

_SETTING = "share"
DEFAULT_TARGET = "html"


@dataclass(frozen=True)
class ShareSettings:
    """appearance: title, words, colour; target: name of a kind of app, see `targets`; answers: for the model card;
    corrections: whether visitors may say that an answer is wrong."""

    appearance: Appearance = field(default_factory=Appearance)
    target: str = DEFAULT_TARGET
    answers: CardAnswers = field(default_factory=CardAnswers)
    corrections: Asking = field(default_factory=Asking)

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
        answers, asking = (
            CardAnswers.from_json(known.get("answers")),
            Asking.from_json(known.get("corrections")),
        )
        return cls(looks, text("target", DEFAULT_TARGET), answers, asking)


def read_share(manifest: Manifest) -> ShareSettings:
    """What the project remembers, or the usual settings."""
    return ShareSettings.from_json(manifest.setting(_SETTING))


def keep_share(manifest: Manifest, settings: ShareSettings) -> None:
    """Have the project remember them.

    Raises:
        ProjectError: the project cannot be written.
    """
    manifest.set_setting(_SETTING, settings.to_json())
