"""One classic script from our ES modules, by the imports that stand in them: a file from disk may load no other file.

The modules keep to a few plain forms, so that no bundler is needed: each import is one line that takes names from a
relative path, exports stand before what they export, and no two modules give one name to different things.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{ [\w, ]+ \} from "(\.{1,2}/[\w/.-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function |const |let |class )", re.MULTILINE)
_NAME = re.compile(r"^(?:export )?(?:(?:async )?function|const|let|class) (\w+)", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def linked(entry: Path) -> str:
    """The script that does what the module `entry` and all it imports do.

    Raises:
        ValueError: a module does not keep to the forms above, or holds what would end a script element.
    """
    texts: dict[Path, str] = {}
    _collect(entry.resolve(), texts, ())
    homes: dict[str, str] = {}
    for path, text in texts.items():
        for name in _NAME.findall(text):
            if name in homes:
                raise ValueError(f"{path.name} and {homes[name]} both name something {name}.")
            homes[name] = path.name
    bodies = [_EXPORT.sub("", _IMPORT.sub("", text)).strip() for text in texts.values()]
    script = '"use strict";\n(() => {\n' + "\n\n".join(bodies) + "\n})();\n"
    left = _LEFT_OVER.search(script)
    if left or "</script" in script or "<!--" in script:
        raise ValueError(
            f"{entry.name} cannot be linked: {left[0] if left else 'it holds the end of a script'}"
        )
    return script


def _collect(path: Path, texts: dict[Path, str], above: tuple[Path, ...]) -> None:
    """What a module imports comes before it."""
    if path in above:
        raise ValueError(f"{path.name} imports itself by way of {', '.join(one.name for one in above)}.")
    if path in texts:
        return
    text = path.read_text("utf-8")
    for found in _IMPORT.finditer(text):
        _collect((path.parent / found[1]).resolve(), texts, (*above, path))
    texts[path] = text
