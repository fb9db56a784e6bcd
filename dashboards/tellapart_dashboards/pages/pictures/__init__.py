"""A project of pictures in the studio: its five steps in the frame, each of which has a folder beside this one."""

from collections.abc import Iterable

STEPS = {"gather": "Gather", "clean": "Clean", "train": "Train", "classify": "Classify", "share": "Share"}


def steps_of(keys: Iterable[str]) -> list[dict[str, str]]:
    """These steps, as the frame shows them."""
    return [{"key": key, "label": STEPS[key], "badge": ""} for key in keys]
