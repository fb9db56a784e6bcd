"""Making the page: what is refused in a sentence, what is never overwritten, where the runtime comes from."""

import base64
import json
import re
import shutil
import sys
import tarfile
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from bundle_records import put_record
from command_line import tellapart
from fileserver import FileServer
from other_process import run_python
from tellapart.deploy import export_html
from tellapart.deploy.accent import _colour, accent_css, contrast
from tellapart.deploy.html import runtime as runtimes
from tellapart.deploy.html.export import _MARK, _MARK_OF_WORKER, service_worker_of
from tellapart.deploy.html.linking import linked
from tellapart.deploy.html.packing import json_in_html
from tellapart.errors import BundleError, DeployError
from tellapart.web.transfers import Checks


class Elements(HTMLParser):
    """What a browser would find in the text: elements with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.found[-1:] and self.found[-1][0] in ("script", "style"):
            self.raw.append(data)


def test_the_page_is_one_file_whose_policy_lets_only_its_own_script_run(page_file):
    text = page_file.read_text("utf-8")
    elements = Elements(text)
    policy = next(one["content"] for tag, one in elements.found if tag == "meta" and "http-equiv" in one)
    assert "default-src 'none'" in policy and "connect-src 'none'" in policy and "unsafe-inline" not in policy
    for tag in ("style", "script"):
        source = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
        assert f"'sha256-{base64.b64encode(sha256(source.encode()).digest()).decode()}'" in policy
    addresses = [value for _, one in elements.found for name, value in one.items() if name in ("src", "href")]
    assert len(addresses) == 1 and addresses[0].startswith("data:image/svg+xml,")  # the icon
    assert page_file.stat().st_size < 11_000_000
    assert [path.name for path in page_file.parent.iterdir()] == [page_file.name]


def test_nothing_is_overwritten_unless_asked(trained, runtime, page_file, tmp_path):
    out = tmp_path / "page.html"
    out.write_text("mine")
    with pytest.raises(DeployError, match=r"exists. Choose another name, or replace it \(--force\)"):
        export_html(trained[1].bundle_dir, out, runtime=runtime)
    assert out.read_text() == "mine"
    with pytest.raises(DeployError, match="is not what tellapart made.*--force or not"):
        export_html(trained[1].bundle_dir, out, runtime=runtime, force=True)
    assert out.read_text() == "mine"
    shutil.copy(page_file, out)
    service_worker_of(out).write_text("mine")
    with pytest.raises(DeployError, match="page-service-worker.js is not what tellapart made"):
        export_html(trained[1].bundle_dir, out, runtime=runtime, service_worker=True, force=True)
    export_html(trained[1].bundle_dir, out, runtime=runtime, force=True)
    assert "<title>Which shape?" not in out.read_text("utf-8") and out.stat().st_size > 1_000_000


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"out": ""}, "is a folder. Give the page a file name in it"),
        ({"out": "page"}, "does not end in .html.* Call it page.html"),
    ],
)
def test_a_wrong_wish_is_said_before_anything_is_done(trained, tmp_path, how, said):
    out = tmp_path / how.pop("out", "page.html")
    with pytest.raises(DeployError, match=said):
        export_html(trained[1].bundle_dir, out)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_or_newer_bundle_is_refused_and_nothing_is_written(trained, tmp_path):
    bundle = shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle")
    record = json.loads((bundle / "bundle.json").read_text("utf-8"))
    put_record(bundle, {**record, "format": 99})
    with pytest.raises(BundleError, match="newer tellapart"):
        export_html(bundle, tmp_path / "page.html")
    put_record(bundle, record)
    (bundle / "model.onnx").write_bytes(b"no network")
    with pytest.raises(BundleError, match="is damaged"):
        export_html(bundle, tmp_path / "page.html")
    with pytest.raises(BundleError, match="is not a bundle"):
        export_html(tmp_path / "nowhere", tmp_path / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


FILL = """
import resource
from tellapart.deploy import export_html
from tellapart.errors import TellapartError
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000,) * 2)
try:
    export_html(Path(sys.argv[1]), Path(sys.argv[2]), runtime=Path(sys.argv[3]), service_worker=True, force=True)
except TellapartError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
def test_a_full_disk_is_said_and_nothing_half_written_stays(trained, runtime, tmp_path):
    said = run_python(FILL, trained[1].bundle_dir, tmp_path / "page.html", runtime)
    assert "is full. Nothing was lost; free some space and try again" in said
    assert list(tmp_path.iterdir()) == []
    before = {tmp_path / "page.html": _MARK, tmp_path / "page-service-worker.js": _MARK_OF_WORKER}
    for path, mark in before.items():
        path.write_bytes(mark)
    assert "is full" in run_python(FILL, trained[1].bundle_dir, tmp_path / "page.html", runtime)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before, "old page, old worker"


def test_without_a_connection_the_way_out_is_said(own_cache, monkeypatch):
    monkeypatch.setenv("TELLAPART_RUNTIME_URL", "http://127.0.0.1:9/runtime.tgz")
    monkeypatch.setattr("tellapart.web.transfers.WAITS_S", ())
    with pytest.raises(DeployError, match=r"could not be downloaded from 127.0.0.1:9.*--runtime FILE"):
        runtimes.find_runtime()


def test_another_file_is_not_taken_for_the_runtime(tmp_path):
    (tmp_path / "some.tgz").write_bytes(b"no archive")
    for local, reason in (("some.tgz", "not onnxruntime-web"), ("nowhere", "nowhere"), ("", "No such file")):
        with pytest.raises(DeployError, match=reason) as said:
            runtimes.find_runtime(tmp_path / local)
        assert f"is not onnxruntime-web {runtimes.VERSION}" in str(said.value)


def test_the_runtime_is_downloaded_once_checked_and_kept(runtime, own_cache, tmp_path, monkeypatch):
    archive = tmp_path / "runtime.tgz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for name in runtimes._SHA256:
            tar.add(runtime / "dist" / name, f"package/dist/{name}")
    data = archive.read_bytes()
    monkeypatch.setattr(runtimes, "_ARCHIVE", Checks(len(data), sha256(data).hexdigest()))
    with FileServer({"runtime.tgz": data}) as server:
        monkeypatch.setenv("TELLAPART_RUNTIME_URL", f"{server.url}runtime.tgz")
        first = runtimes.find_runtime()
        assert runtimes.find_runtime() == first and len(server.requests) == 1
        folder = own_cache / f"onnxruntime-web-{runtimes.VERSION}"
        assert sorted(path.name for path in folder.iterdir()) == sorted(runtimes._SHA256)
        (folder / "ort.wasm.min.js").write_bytes(b"something else")
        assert runtimes.find_runtime() == first and len(server.requests) == 2
    assert runtimes.find_runtime(archive) == first


def test_a_page_is_made_from_a_project_on_the_command_line(trained, runtime, tmp_path):
    out = tmp_path / "made" / "page.html"
    said = json.loads(
        tellapart("app", trained[0], out, "--runtime", runtime, "--title", "Which one?", "--json")
    )
    assert Path(said["made"]) == out and out.is_file() and said["megabytes"] < 11
    assert "<title>Which one?</title>" in out.read_text("utf-8")
    assert "exists" in tellapart("app", trained[0], out, "--runtime", runtime, code=1)
    assert "Choose html" in tellapart("app", trained[0], out, "--target", "pdf", code=2)


@pytest.mark.parametrize("accent", ["#0b6e5f", "ffffff", "#000", "ffff00", "#1e2422", "b3261e", "#777"])
def test_every_accent_can_be_read_on_light_and_on_dark(accent):
    light, dark = re.findall(r"--accent:(#\w{6});--accent-ink:(#\w{6})", accent_css(accent))
    for (colour, ink), grounds in ((light, ("#ffffff", "#f7f6f3")), (dark, ("#1e2422", "#151918"))):
        assert min(contrast(_colour(colour), _colour(ground)) for ground in grounds) >= 4.4
        assert contrast(_colour(colour), _colour(ink)) >= 4.4


def test_json_in_a_page_ends_no_element_and_means_the_same():
    value = {"</script><!--": ["<b>&amp;", "\u2028", "ü"]}
    text = json_in_html(value)
    assert json.loads(text) == value and not set(text) & set("<>&") and text.isascii()


def test_modules_are_linked_by_their_imports(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "main.js").write_text('import { two } from "./deep/two.js";\nlet n = two();\n')
    (tmp_path / "deep" / "two.js").write_text(
        'import { one } from "../one.js";\n\nexport function two() { return 2 * one; }\n'
    )
    (tmp_path / "one.js").write_text("export const one = 1;\n")
    script = linked(tmp_path / "main.js")
    assert script.index("const one") < script.index("function two") < script.index("let n")
    assert "import" not in script and "export" not in script
    for text, reason in (
        ('import x from "./one.js";\n', "cannot be linked: import x"),
        ('import { one } from "./one.js";\nconst one = 2;\n', "both name something one"),
        ('import { one } from "./main.js";\n', "imports itself"),
        ("let text = '</script>';\n", "cannot be linked"),
    ):
        (tmp_path / "main.js").write_text(text)
        with pytest.raises(ValueError, match=reason):
            linked(tmp_path / "main.js")
