"""Share in the real studio: words, preview, the app made by a run that a reload does not stop, and the app itself."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe import assert_accessible
from driving import DRAWN, LAPTOP, PHONE, Studio, Tab, wait_for
from playwright.sync_api import Browser, Page, expect
from studios import OneServer
from waiting_worker import HOLD

Open = Callable[..., Tab]
TOKEN = "ghp_secret0123456789"
TITLE = 'Which <leaf> is "it"?'


@dataclass(frozen=True)
class Sharing:
    """The Share page in a tab, on a trained project that tests may change."""

    tab: Tab
    project_dir: Path

    @property
    def page(self) -> Page:
        return self.tab.page


@pytest.fixture(scope="module")
def opened(
    trained_project: Path,
    one_server: OneServer,
    open_shared_tab: Open,
    tmp_path_factory: pytest.TempPathFactory,
) -> Sharing:
    own = Path(shutil.copytree(trained_project, tmp_path_factory.mktemp("share") / "leaves"))
    tab = open_shared_tab()
    tab.open(f"{one_server.on(own).url}#share")
    expect(tab.page.locator("iframe[title^=Preview]")).to_be_visible()
    return Sharing(tab, own)


@pytest.fixture
def sharing(opened: Sharing, one_server: OneServer) -> Sharing:
    """That page at a laptop."""
    one_server.on(opened.project_dir)  # where a reload looks
    opened.tab.look()
    return opened


@pytest.fixture(scope="session")
def runtime() -> str:
    """Where onnxruntime-web lies on this computer."""
    folder = os.environ.get("TELLAPART_NODE")
    if not folder:
        pytest.skip("no onnxruntime-web here; tools/node_packages.py installs it, make test asks for it")
    return str(Path(folder) / "node_modules" / "onnxruntime-web")


def share_all_the_same(page: Page, button: str) -> None:
    """A model of few pictures is often wrong: the check then holds the buttons until that is ticked."""
    expect(page.get_by_text("It starts, and gives the answers it was made with")).to_be_visible()
    name = "Share it all the same: I have read why not"
    unticked = page.get_by_role("checkbox", name=name, checked=False)
    ready = page.get_by_role("button", name=button, disabled=False)
    expect(unticked.or_(ready).first).to_be_visible()
    if unticked.is_visible():
        expect(page.get_by_role("button", name=button)).to_be_disabled()
        unticked.check()
    expect(page.get_by_role("button", name=button)).to_be_enabled()


def test_the_share_page_fits_and_is_used_by_keyboard(sharing: Sharing) -> None:
    page = sharing.page
    page.get_by_role("radio", name="Phone").click()
    expect(page.locator("iframe[title='Preview on a phone']")).to_be_visible()
    for width, height in ((375, 812), PHONE, (900, 800), LAPTOP):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.wait_for_function(DRAWN)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (width, scheme)
        if (width, height) in (PHONE, LAPTOP):
            assert_accessible(page, f"at {width} px")
    page.get_by_role("radio", name="Laptop").click()
    expect(page.locator("iframe[title='Preview on a laptop']")).to_be_visible()
    page.get_by_label("Title").focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") != "IFRAME", (
            "the preview is only to be looked at"
        )


def test_from_a_title_to_an_app_and_to_a_repository(
    sharing: Sharing, browser: Browser, runtime: str, tmp_path: Path
) -> None:
    """A run goes on while the page is loaded anew, whether it makes the app or publishes it."""
    write_and_choose(sharing.tab)
    make_the_app(sharing, runtime)
    save_the_app(sharing, tmp_path)
    visit(browser, tmp_path / "saved.html", next((sharing.project_dir / "images" / "oak").iterdir()))
    publish_with_a_token(sharing)


def write_and_choose(tab: Tab) -> None:
    """Title, contact and two examples: the preview shows them."""
    page = tab.page
    preview = page.frame_locator("iframe[title^=Preview]")
    expect(preview.locator("h1")).to_have_text("What is in the picture?")
    expect(preview.locator(".answer img")).to_be_visible()
    expect(page.get_by_text("It starts, and gives the answers it was made with")).to_be_visible()
    page.get_by_role("radio", name="Phone").click()
    page.get_by_label("Title").fill("Which leaf is it?")
    page.get_by_label("Whom can people ask?").fill("Ada")
    expect(page.get_by_text("3 questions of the model card are open")).to_be_visible()
    examples = page.get_by_role("group", name="Pictures that visitors may try")
    examples.get_by_role("button").nth(0).click()
    examples.get_by_role("button").nth(3).click()
    expect(page.get_by_text("2 of at most 12 chosen")).to_be_visible()
    expect(preview.get_by_role("button", name="Example 2")).to_be_visible()
    tab.picture("share")
    tab.picture("share-phone-dark", PHONE, "dark")
    page.get_by_label("Title").fill(TITLE)
    expect(preview.locator("h1")).to_have_text(TITLE)


def make_the_app(sharing: Sharing, runtime: str) -> None:
    page, project_dir = sharing.page, sharing.project_dir
    share_all_the_same(page, "Make the app")
    page.get_by_role("button", name="No internet?").click()
    page.get_by_label("Where the file lies").fill(runtime)
    (project_dir / HOLD).touch()
    page.get_by_role("button", name="Make the app").click()
    expect(page.get_by_role("progressbar", name="Making the app")).to_be_visible()
    page.reload()
    expect(page.get_by_role("progressbar", name="Making the app")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value(TITLE)
    (project_dir / HOLD).unlink()
    expect(page.get_by_role("heading", name=re.compile(r"The app is ready: \d"))).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"The app has \d+.* MB"))
    ).to_be_visible()  # the check looks at it, too


def save_the_app(sharing: Sharing, folder: Path) -> None:
    """As saved.html in the folder, and as a zip."""
    page, app = sharing.page, sharing.project_dir / "apps" / "leaves.html"
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download", exact=True).click()
    saving.value.save_as(folder / "saved.html")
    assert saving.value.suggested_filename == "leaves.html"
    assert (folder / "saved.html").read_bytes() == app.read_bytes()
    page.get_by_role("button", name="Save as zip").click()
    expect(page.get_by_text("leaves.html.zip")).to_be_visible()
    with zipfile.ZipFile(app.with_name("leaves.html.zip")) as archive:
        assert archive.read("leaves.html") == app.read_bytes()


def visit(browser: Browser, app: Path, picture: Path) -> None:
    """The app opens from disk and answers."""
    visitor = browser.new_context().new_page()
    visitor.goto(app.as_uri())
    visitor.locator("html[data-ready]").wait_for(state="attached")
    expect(visitor.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(visitor.get_by_role("button", name="Example 2")).to_be_visible()
    visitor.set_input_files("#files", picture)
    expect(visitor.locator(".answer .percent")).to_have_count(3)
    visitor.get_by_text("About this classifier").click()
    visitor.get_by_text("The whole model card").click()
    expect(visitor.get_by_text("Whom to ask.")).to_be_visible()
    visitor.context.close()


def publish_with_a_token(sharing: Sharing) -> None:
    """The token is used once and kept nowhere."""
    page, project_dir = sharing.page, sharing.project_dir
    page.get_by_label("a repository that mybinder.org opens").click()
    expect(page.get_by_text("Write owner/name above first.")).to_be_visible()
    create = page.get_by_role("button", name="Create the repository")
    expect(create).to_be_disabled()
    page.get_by_label("On GitHub").fill("ada/which-leaf")
    field = page.get_by_label("Token for GitHub")
    field.fill(TOKEN)
    page.get_by_role("button", name="By hand, in five steps").click()
    expect(page.get_by_text("github.com/new?name=which-leaf")).to_be_visible()
    share_all_the_same(page, "Create the repository")
    (project_dir / HOLD).touch()
    create.click()
    expect(page.get_by_role("progressbar", name="Publishing the app")).to_be_visible()
    expect(field).to_have_value("")
    page.reload()
    expect(page.get_by_role("progressbar", name="Publishing the app")).to_be_visible()
    expect(page.get_by_label("Token for GitHub")).to_have_value("")
    assert TOKEN not in page.content()
    page.get_by_role("button", name="Cancel").click()
    wait_for(lambda: any(project_dir.glob("runs/*/cancel")))
    (project_dir / HOLD).unlink()
    expect(page.get_by_text("Stopped. Finished work is saved.")).to_be_visible()
    files = [path for path in project_dir.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in path.read_bytes() for path in files)


@pytest.mark.slow
def test_making_an_app_can_be_stopped(
    trained_project: Path,
    tmp_path: Path,
    start_studio: Callable[[Path], Studio],
    open_tab: Open,
    runtime: str,
) -> None:
    own_project = Path(shutil.copytree(trained_project, tmp_path / "leaves"))
    page = open_tab().open(start_studio(own_project).at("5_share.ipynb"))
    share_all_the_same(page, "Make the app")
    (own_project / HOLD).touch()
    page.get_by_role("button", name="No internet?").click()
    page.get_by_label("Where the file lies").fill(runtime)
    page.get_by_role("button", name="Make the app").click()
    page.get_by_role("button", name="Cancel").click()
    wait_for(lambda: any(own_project.glob("runs/*/cancel")))
    (own_project / HOLD).unlink()
    expect(page.get_by_text("Stopped. Finished work is saved.")).to_be_visible()
    expect(page.get_by_role("button", name="Make the app")).to_be_enabled()
    assert not (own_project / "apps").exists()
