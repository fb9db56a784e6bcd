"""The written files of an app's folder, from templates: whatever a title, a label or a licence holds stays text."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import tellapart
from tellapart.bundle.loading import Bundle
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.facts import kinds
from tellapart.deploy.voila.repository import Repository, new_repository_address, suggested_name
from tellapart.words.markdown import plain

FILES = Path(__file__).parent / "files"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_PART = re.compile(r"\{\{(\w+)\}\}")


def readme(
    bundle: Bundle, appearance: Appearance, repository: Repository | None, wheel: str, largest_bytes: int
) -> str:
    """README.md: with the links where the repository is known, else with the steps to get there."""
    text = _filled("README.md", {
        "title": plain(appearance.title),
        "badges": f"\n{repository.badges}\n" if repository else "",
        "about": "\n\n".join(plain(line) for line in appearance.about.splitlines() if line.strip()),
        "kinds": plain(kinds(bundle.classes)),
        "open": _known(repository) if repository else _steps(appearance.title, largest_bytes),
        "python": PYTHON,
        "wheel": wheel,
        "version": tellapart.__version__,
    })  # fmt: skip
    return re.sub(r"\n{3,}", "\n\n", text)


def licence(bundle: Bundle) -> str:
    """LICENSE.md: what is under which licence, as far as it is known."""
    backbone = bundle.record["backbone"]
    named = {
        "backbone": plain(str(backbone["name"])),
        "licence": plain(str(backbone.get("licence") or "unknown")),
    }
    return _filled("LICENSE.md", named)


def notebook(name: str, title: str) -> str:
    """A notebook of the folder; it holds the title as text and as the page's name."""
    document: dict[str, Any] = json.loads((FILES / name).read_text("utf-8"))
    for cell in document["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = [line.replace("{{title}}", plain(title)) for line in cell["source"]]
    document["metadata"]["title"] = title
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _known(repository: Repository) -> str:
    return _filled("open_known.md", {"binder": repository.binder, "codespaces": repository.codespaces})


def _steps(title: str, largest_bytes: int) -> str:
    name = suggested_name(title)
    example = Repository("YOUR-NAME", name)
    return _filled("open_steps.md", {
        "new": new_repository_address(name),
        "largest": f"{largest_bytes / 1e6:.0f}",
        "binder": example.binder,
        "badges": example.badges,
        "name": name,
    })  # fmt: skip


def _filled(name: str, parts: dict[str, str]) -> str:
    """A template with its parts; what a part holds is not looked at again."""
    return _PART.sub(lambda found: parts[found[1]], (FILES / name).read_text("utf-8")).rstrip("\n") + "\n"
