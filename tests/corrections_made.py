"""Corrections as an app writes them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

MODEL = "ab" * 32


def line_of(picture: str = "1", **values: Any) -> dict[str, Any]:
    """A correction as plain values: the model said circle, the visitor square."""
    return {
        "format": 1, "picture": picture, "answered": "circle", "probability": 0.91, "none_of_these": False,
        "kind": "label", "said": "square", "at": "2026-11-28T20:00:00+00:00", "consent": "0123456789ab",
        "model": MODEL, **values,
    }  # fmt: skip


def zip_of(path: Path, lines: list[Any], pictures: dict[str, bytes]) -> Path:
    """A zip as a page saves it."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in pictures.items():
            archive.writestr(f"pictures/{name}.jpg", data)
        archive.writestr(
            "corrections.jsonl",
            "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines),
        )
    return path
