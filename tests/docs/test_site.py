"""The documentation builds without a warning, its links lead somewhere, its pages fetch nothing elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|link)\b[^>]*?(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)[^>]*>"
)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.mark.slow
def test_every_page_is_built_and_fetches_nothing_from_another_host(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) >= 12
    fetched = {
        found.group(1)
        for page in pages
        for found in FETCHED.finditer(page.read_text(encoding="utf-8"))
        if 'rel="canonical"' not in found.group()
    }
    assert fetched == set()
    for sheet in site.rglob("*.css"):
        assert not re.search(
            r"(?:url\(|@import\s+)[\"']?(?:https?:)?//", sheet.read_text(encoding="utf-8")
        ), sheet


@pytest.mark.slow
def test_the_reference_has_the_public_names(site):
    text = (site / "reference" / "python.html").read_text(encoding="utf-8")
    for name in ("Predictor", "Prediction", "TrainConfig", "load_backbone", "TellapartError"):
        assert name in text


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda page: page.name
)
def test_links_to_files_lead_somewhere(page):
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_picture_is_shown_on_a_page():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = {
        (page.parent / target).resolve() for page in pages for target in LINK.findall(page.read_text("utf-8"))
    }
    assert [path.name for path in sorted((ROOT / "docs" / "images").iterdir()) if path not in shown] == []
