"""A page on a web server: it can be installed as it is, and opens without that server where its service worker lies
beside it."""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from chromium import ARGUMENTS, executable
from command_line import tellapart
from html_pages import HtmlPage
from odd_pictures import saved, scene
from tellapart.deploy import Appearance, export_html
from tellapart.deploy.html.export import service_worker_of
from tellapart.errors import DeployError

pytestmark = pytest.mark.browser
CONTROLLED = "navigator.serviceWorker.controller !== null"
TITLE = 'Which "shape" </script>?'


class Server:
    """A folder on this computer's own address. requests: paths it was asked for."""

    def __init__(self, folder):
        requests = self.requests = []

        class Noting(SimpleHTTPRequestHandler):
            def log_message(self, *given):
                requests.append(self.path)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Noting, directory=folder))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "www").mkdir()
    return tmp_path / "www"


@pytest.fixture
def server(folder):
    running = Server(folder)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def profile(browser, tmp_path_factory):
    """A profile on the disk: nothing can be installed from a private one."""
    context = browser.browser_type.launch_persistent_context(
        tmp_path_factory.mktemp("profile"), executable_path=executable(), args=ARGUMENTS
    )
    yield context
    context.close()


@pytest.fixture
def tab(profile, server):
    """A tab of that profile, which knows nothing of the server before and forgets it afterwards."""
    page = HtmlPage(profile.new_page())
    yield page
    own = {"origin": server.url, "storageTypes": "all"}
    profile.new_cdp_session(page.page).send("Storage.clearDataForOrigin", own)
    page.page.close()
    assert page.errors == []


@pytest.fixture(scope="module")
def kept_page(trained, runtime, tmp_path_factory):
    """A page with its service worker beside it."""
    out = tmp_path_factory.mktemp("kept") / "shapes.html"
    return export_html(trained[1].bundle_dir, out, Appearance(TITLE), runtime=runtime, service_worker=True)


def put(page, folder):
    """The page and its worker, copied; the page's file there."""
    for path in (page, service_worker_of(page)):
        shutil.copyfile(path, folder / path.name)
    return folder / page.name


def opened(tab, url):
    tab.page.goto(url)
    tab.page.locator("html[data-ready]").wait_for(state="attached")


def test_a_single_page_can_be_installed_and_asks_for_nothing_else(page_file, folder, server, tab):
    (folder / "a page.html").write_bytes(page_file.read_bytes())
    address = f"{server.url}/a%20page.html"
    opened(tab, f"{address}?from=a-letter#top")
    devtools = tab.page.context.new_cdp_session(tab.page)
    found = devtools.send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = found["manifest"]
    assert (
        manifest["startUrl"] == manifest["scope"] == address and "standalone" in manifest["display"].lower()
    )
    assert manifest["name"] == "Which shape?"
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert server.requests == ["/a%20page.html?from=a-letter"]
    assert not tab.page.evaluate("navigator.serviceWorker.getRegistration().then(Boolean)")


def test_with_its_service_worker_it_opens_when_the_server_is_gone(kept_page, folder, server, tab):
    put(kept_page, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["shapes-service-worker.js", "shapes.html"]
    address = f"{server.url}/shapes.html"
    opened(tab, address)
    tab.wait_until(CONTROLLED)  # it takes the page over that brought it
    assert set(server.requests) == {"/shapes.html", "/shapes-service-worker.js"}
    (folder / "letter.html").write_text('<title>dear</title><link rel="icon" href="data:,">')
    tab.page.goto(f"{server.url}/letter.html")
    assert tab.page.title() == "dear" and not tab.page.evaluate(
        CONTROLLED
    )  # another page is not its business
    server.stop()
    opened(tab, f"{address}?again")
    assert tab.page.evaluate(CONTROLLED) and tab.page.title() == TITLE
    png = saved(scene(5, 90, 70), "PNG")
    (answer,) = tab.answers([{"name": "one.png", "mimeType": "image/png", "buffer": png}])
    assert "%" in answer["text"]
    devtools = tab.page.context.new_cdp_session(tab.page)
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


@pytest.mark.slow
def test_a_new_page_takes_the_old_one_s_place_after_one_more_visit(
    trained, runtime, kept_page, folder, server, tab
):
    page, address = put(kept_page, folder), f"{server.url}/shapes.html"
    opened(tab, address)
    tab.wait_until(CONTROLLED)
    shown = Appearance("New")
    export_html(trained[1].bundle_dir, page, shown, runtime=runtime, service_worker=True, force=True)
    opened(tab, address)
    assert tab.page.title() == TITLE  # at once, from where it is kept
    tab.wait_until(
        "caches.keys().then(async (names) => names.length === 1 && "
        "(await (await (await caches.open(names[0])).match(location.href)).text()).includes('<title>New'))"
    )
    opened(tab, address)
    assert tab.page.title() == "New"


@pytest.mark.slow
def test_a_page_made_again_without_a_worker_sends_the_old_one_away(
    trained, runtime, kept_page, folder, server, tab
):
    page, address = put(kept_page, folder), f"{server.url}/shapes.html"
    opened(tab, address)
    tab.wait_until(CONTROLLED)
    made = tellapart(
        "app", trained[0], page, "--runtime", runtime, "--title", "New", "--no-service-worker", "--force"
    )
    assert "shapes-service-worker.js lies beside it" in made
    opened(tab, address)  # at once, from where it is kept
    gone = "navigator.serviceWorker.getRegistration().then((one) => one === undefined)"
    tab.wait_until(f"(async () => await {gone} && (await caches.keys()).length === 0)()")
    opened(tab, address)
    assert tab.page.title() == "New" and not tab.page.evaluate(CONTROLLED)
    export_html(trained[1].bundle_dir, page, runtime=runtime, service_worker=True, force=True)


def test_a_page_beside_another_one_s_worker_works_as_long_as_it_is_served(kept_page, folder, server, tab):
    page = put(kept_page, folder)
    page.write_text(page.read_text("utf-8").replace("</main>", "</main><!-- by a proxy -->"), "utf-8")
    opened(tab, f"{server.url}/shapes.html")
    state = "navigator.serviceWorker.getRegistration().then((one) => one === undefined)"
    tab.wait_until(f"({state})")
    assert not tab.page.evaluate(CONTROLLED) and tab.page.evaluate("caches.keys()") == []


def test_no_service_worker_is_overwritten_either(trained, runtime, folder):
    out = folder / "page.html"
    service_worker_of(out).write_text("mine")
    with pytest.raises(DeployError, match="page-service-worker.js exists"):
        export_html(trained[1].bundle_dir, out, runtime=runtime, service_worker=True)
    assert [path.name for path in folder.iterdir()] == ["page-service-worker.js"]
    assert "--service-worker is for --target html" in tellapart(
        "app", trained[0], folder / "x", "--target", "api", "--service-worker", code=2
    )
