"""What a kind's door looks at to tell whether a command is its own: words, and cheap looks at the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

_LOOKED_AT = 3  # words that may be the project or the bundle


def value_of(option: str, words: Sequence[str]) -> str:
    """What a command's words say for an option; "" where they say nothing."""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word == option:
            return after
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""


def names_one(words: Sequence[str], head_name: str, model_name: str) -> bool:
    """Whether one of the first words is a project or a bundle that has these files, or the model's file itself."""
    given = [word for word in words if not word.startswith("-")]
    return any(_is_one(Path(word), head_name, model_name) for word in given[:_LOOKED_AT])


def _is_one(path: Path, head_name: str, model_name: str) -> bool:
    try:
        return path.name == model_name or (path / head_name).is_file() or (path / model_name).is_file()
    except (OSError, ValueError):  # longer than a name may be, or with a NUL
        return False
