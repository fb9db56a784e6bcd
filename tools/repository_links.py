"""Write the Binder badge into README.md, from the one place that says where the repository is: pyproject.toml.

python tools/repository_links.py            writes it
python tools/repository_links.py --check    says whether README.md has it; a test asks the same
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
OPENS = "dashboards/studio.ipynb"  # what the link opens, shown by Voila
_ADDRESS = re.compile(r'^Repository = "https://github\.com/([\w.-]+/[\w.-]+)"$', re.MULTILINE)
_START, _END = "<!-- binder: written by tools/repository_links.py -->", "<!-- /binder -->"


def repository(root: Path = ROOT) -> str:
    """Owner and name with a slash between, of the address in pyproject.toml.

    Raises:
        ValueError: it has none.
    """
    found = _ADDRESS.search((root / "pyproject.toml").read_text("utf-8"))
    if found is None:
        raise ValueError(
            'pyproject.toml has no Repository = "https://github.com/OWNER/NAME" in [project.urls]'
        )
    return found[1]


def badge(root: Path = ROOT) -> str:
    """The badge with its link, as Markdown."""
    path = quote(f"voila/render/{OPENS}", safe="")
    link = f"https://mybinder.org/v2/gh/{repository(root)}/HEAD?urlpath={path}"
    return f"[![Open the studio on mybinder.org](https://mybinder.org/badge_logo.svg)]({link})"


def with_badge(readme: str, root: Path = ROOT) -> str:
    """The text of README.md with the badge between its two marks.

    Raises:
        ValueError: the marks are not there.
    """
    marked = re.compile(f"{re.escape(_START)}\n.*?{re.escape(_END)}", re.DOTALL)
    if not marked.search(readme):
        raise ValueError(f"README.md has no lines {_START} and {_END}")
    return marked.sub(lambda _: f"{_START}\n{badge(root)}\n{_END}", readme)


def main() -> int:
    """0 when README.md has the badge, or has it now."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing")
    is_check = parser.parse_args().check
    readme = ROOT / "README.md"
    text = readme.read_text("utf-8")
    wanted = with_badge(text)
    if text == wanted:
        return 0
    if is_check:
        print(f"README.md does not have the badge of {repository()}: python tools/repository_links.py")
        return 1
    readme.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
