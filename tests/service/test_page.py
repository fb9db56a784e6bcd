"""The page at /docs in the real browser: its form works, and it asks nobody else."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

pytestmark = pytest.mark.browser


def test_the_form_of_its_page_gets_answers_and_nothing_comes_from_elsewhere(service, bundle_dir, predictor):
    golden = sorted((bundle_dir / "golden").iterdir())[:2]
    asked, errors = [], []
    with sync_playwright() as playwright:
        found = os.environ.get("TELLAPART_CHROMIUM") or shutil.which("chromium")
        chromium = playwright.chromium.launch(
            executable_path=found or None, args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(f"http://127.0.0.1:{service.port}/docs")
        page.get_by_label("Pictures").set_input_files(golden)
        assert errors == []
        with page.expect_response("**/predict") as answered:
            page.get_by_role("button", name="Classify").click()
        answers = answered.value.json()["answers"]
        chromium.close()
    assert [one["label"] for one in answers] == [predictor.predict(file).label for file in golden]
    assert {url.split("/")[2] for url in asked} == {f"127.0.0.1:{service.port}"}
