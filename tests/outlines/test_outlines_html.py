"""The exported page: one file that draws what the program tells, in a real Chromium, and asks nobody."""

import io
import os
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest
from made_outlines import drawn
from PIL import Image
from tellapart.deploy.appearance import Appearance
from tellapart.errors import DeployError
from tellapart.outlines import load_predictor
from tellapart.outlines.page.export import export_outlines_page

EVIL = "</script><script>window.hacked = 1</script> {{title}} <img src=x onerror=hacked=1>"


@pytest.fixture(scope="module")
def page_file(trained_outlines, tmp_path_factory):
    folder = os.environ.get("TELLAPART_NODE")
    if not folder:
        pytest.skip("no onnxruntime-web here; tools/node_packages.py installs it, make test asks for it")
    return export_outlines_page(
        trained_outlines.bundle_dir,
        tmp_path_factory.mktemp("page") / "park.html",
        Appearance(EVIL, ""),
        runtime=Path(folder) / "node_modules" / "onnxruntime-web",
    )


def test_the_page_is_one_file_that_escapes_everything_and_only_ours_is_replaced(page_file, trained_outlines):
    html = page_file.read_text("utf-8")
    assert html.count("<script") == 3 and html.count("</script>") == 3 and "<img" not in html
    assert "default-src 'none'" in html and "connect-src 'none'" in html
    with pytest.raises(DeployError, match="exists. Choose another name"):
        export_outlines_page(trained_outlines.bundle_dir, page_file)
    with pytest.raises(DeployError, match="ends in .html"):
        export_outlines_page(trained_outlines.bundle_dir, page_file.with_suffix(".txt"))
    other = page_file.with_name("mine.html")
    other.write_text("mine")
    with pytest.raises(DeployError, match="not replaced, --force or not"):
        export_outlines_page(trained_outlines.bundle_dir, other, force=True)


@pytest.mark.browser
def test_it_draws_what_the_program_tells(page_file, trained_outlines, tmp_path, browser):
    from axe import violations

    picture, _ = drawn(77)  # of the network's size, so that no resampling comes between
    picture.save(tmp_path / "new.png")
    (tmp_path / "none.png").write_bytes(b"x")
    page = browser.new_page(viewport={"width": 390, "height": 844})
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(page_file.as_uri())
    page.locator("html[data-ready]").wait_for(state="attached", timeout=120_000)
    assert not page.get_by_role("alert").is_visible()  # it gives the program's answers
    chooser = page.get_by_label("Choose a picture, or drop one here")
    chooser.set_input_files(tmp_path / "none.png")
    page.get_by_text("none.png is no picture that this browser opens").wait_for()
    chooser.set_input_files(tmp_path / "new.png")
    page.get_by_text("new.png: grass").wait_for()
    found = load_predictor(trained_outlines).predict(picture)
    first = page.locator("#classes li").first.inner_text()
    assert first == f"grass {100 * found.shares['grass']:.1f} %"
    page.get_by_label("Strength of the colours").fill("100")
    data = page.evaluate("document.getElementById('shown').toDataURL().split(',')[1]")
    shown = np.asarray(Image.open(io.BytesIO(b64decode(data))).convert("RGB"), int)
    colours = np.array([one.colour for one in found.classes])
    assert (np.abs(shown - colours[found.places]).max(axis=-1) <= 2).mean() > 0.99
    assert page.evaluate("document.documentElement.scrollWidth <= 390") and violations(page) == []
    assert page.evaluate("typeof window.hacked") == "undefined" and errors == []
    assert [one for one in requests if not one.startswith(("file:", "data:", "blob:"))] == []
    page.close()
