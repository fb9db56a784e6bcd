"""The launcher and what it gives Voila, without a browser."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from other_process import run_python
from tellapart import runs
from tellapart.errors import ProjectError
from tellapart.store.project import is_project
from tellapart.workspace.recent import note_opened
from tellapart_dashboards import __main__ as command
from tellapart_dashboards.app import launcher

DASHBOARDS = Path(launcher.__file__).parents[2]


def test_two_studios_that_start_at_once_get_two_ports() -> None:
    """Also while the first one has its port, and does not answer there yet."""
    with contextlib.ExitStack() as stack:
        ports = []
        for _ in range(3):
            place = stack.enter_context(launcher.listening_socket(ports[0] if ports else 0))
            ports.append(place.getsockname()[1])
    assert len({*ports, 0}) == 4


@pytest.mark.slow
def test_two_studios_started_at_once_both_answer(tmp_path: Path) -> None:
    with socket.create_server((launcher.HOST, 0)) as server:
        wanted = str(server.getsockname()[1])
    with contextlib.ExitStack() as stack:
        studios = [stack.enter_context(started(tmp_path / name, "--port", wanted)) for name in ("a", "b")]
        answers = [httpx.get(urljoin(said(studio), "/healthz"), timeout=60) for studio in studios]
        led_here = {"Host": "elsewhere.example"}
        assert httpx.get(answers[0].url, headers=led_here, timeout=60).status_code == 403
    assert [answer.json()["pages"] for answer in answers] == [0, 0]
    assert answers[0].url.port != answers[1].url.port


@contextlib.contextmanager
def started(project_dir: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A studio that is starting, in a process of its own."""
    command = [sys.executable, "-m", "tellapart_dashboards", "--project", str(project_dir), "--no-browser"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen([*command, *options], cwd=project_dir.parent, **pipes) as studio:
        try:
            yield studio
        finally:
            studio.terminate()


def said(studio: subprocess.Popen[str]) -> str:
    """The address that it says."""
    assert studio.stdout is not None
    line = studio.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, line + studio.stdout.read()
    return found.group()


def test_a_missing_studio_is_named_with_the_command_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "voila" else real(name))
    assert command.main(["--project", str(tmp_path / "p"), "--no-browser"]) == 2
    assert "pip install 'tellapart[studio]'" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


def test_a_folder_of_something_else_is_refused_and_untouched(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "letters.txt").write_text("dear", "utf-8")
    assert command.main(["--project", str(tmp_path), "--no-browser"]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


@pytest.fixture
def projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A projects folder of the test's own; the current folder is another one."""
    monkeypatch.setenv("TELLAPART_PROJECTS", str(tmp_path / "projects"))
    monkeypatch.setenv("TELLAPART_SETTINGS", str(tmp_path / "settings"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "projects"


def test_a_new_folder_becomes_an_empty_project(projects: Path, tmp_path: Path) -> None:
    root = launcher.project_to_open(tmp_path / "new")
    assert is_project(root) and runs.latest(root) is None, "no sample is drawn into a project of one's own"
    assert launcher.project_to_open(root) == root, "an existing project is only opened"


def test_a_name_is_a_folder_here_or_a_project_of_the_projects_folder(projects: Path) -> None:
    first = launcher.project_to_open(None)
    assert first == projects / "my-project" and is_project(first)
    bears = launcher.project_to_open(Path("bears"))
    assert bears == projects / "bears" and launcher.project_to_open(Path("bears")) == bears
    Path("bears").mkdir()
    assert launcher.project_to_open(Path("bears")) == Path("bears").absolute(), "what is here goes first"
    note_opened(first)
    note_opened(bears)
    assert launcher.project_to_open(None) == bears
    shutil.rmtree(bears)
    assert launcher.project_to_open(None) == first, "one that is gone is not the one to begin with"
    with pytest.raises(ProjectError, match="cannot be a folder's name"):
        launcher.project_to_open(Path("what?"))
    (projects / "letters").mkdir()
    with pytest.raises(ProjectError, match="letters is not a project"):
        launcher.project_to_open(Path("letters"))


def test_the_sample_is_a_project_of_its_own(projects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_launch", lambda run_dir, secret: None)
    root = launcher.project_to_open(None, is_sample=True)
    assert root == projects / "sample" and runs.latest(root, "samples") is not None


def test_sample_and_project_together_are_refused(projects: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--sample", "--project", "bears", "--no-browser"]) == 2
    assert "Give one of them" in capsys.readouterr().err and not projects.exists()


def test_voila_works_in_a_folder_where_no_upload_lands(tmp_path: Path) -> None:
    studio = launcher.Studio(tmp_path, 8866)
    assert studio.folder == DASHBOARDS and tmp_path not in studio.folder.parents
    environment = studio.environment()
    assert environment["TELLAPART_PROJECT"] == str(tmp_path)
    first = environment["JUPYTER_PATH"].split(os.pathsep)[0]
    assert (Path(first) / "voila" / "templates" / "tellapart" / "index.html.j2").is_file()
    assert re.fullmatch(r"http://127\.0\.0\.1:8866/voila/render/studio\.ipynb\?token=[\w-]{20,}", studio.url)


def test_the_server_is_closed_to_everyone_else() -> None:
    config = launcher.voila_config(8866, "secret")
    assert config["Voila"]["ip"] == "127.0.0.1" and config["Voila"]["token"] == "secret"
    assert not any(
        re.fullmatch(config["VoilaConfiguration"]["file_allowlist"][0], name)
        for name in ("a.jpg", "a.py", "")
    )
    assert config["VoilaConfiguration"]["allow_template_override"] == "NO"
    assert config["MappingKernelManager"]["cull_idle_timeout"] > 0
    policy = config["Voila"]["tornado_settings"]["headers"]["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "http" not in policy


def test_the_template_leaves_no_address_of_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when a newer Voila spells the lines differently that the template takes out."""
    from jinja2 import Environment, FileSystemLoader
    from voila.paths import collect_template_paths

    monkeypatch.setenv(
        "JUPYTER_PATH", os.pathsep.join([str(DASHBOARDS), str(Path(launcher.__file__).parent)])
    )
    paths = collect_template_paths(["voila", "nbconvert"], "tellapart")
    loader = FileSystemLoader(paths)
    environment = Environment(loader=loader, extensions=["jinja2.ext.do", "jinja2.ext.i18n"])
    stock = loader.get_source(environment, "voila/templates/lab/index.html.j2")[0]
    ours = loader.get_source(environment, "index.html.j2")[0]
    assert "/templates/tellapart/" in str(loader.get_source(environment, "index.html.j2")[1])
    foreign = re.findall(r'<link rel="stylesheet" href="https://[^>]*>', stock)
    cdn = re.search(r"set cdn = '([^']*)'", ours)
    end = re.search(r"set end = '([^']*)'", ours)
    assert cdn and end
    names = re.findall(r"cdn ~ '([^']*)' ~ end", ours)
    assert sorted(foreign) == sorted(cdn.group(1) + name + end.group(1) for name in names)
    assert (
        len(re.findall(r"https?://(?!www\.w3\.org)", stock)) - len(foreign) <= 1
    )  # the last one is in a comment


@pytest.mark.parametrize("path", sorted(DASHBOARDS.glob("*.ipynb")), ids=lambda path: path.name)
def test_notebooks_only_open_the_door(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(code) == 1 and len([line for line in code[0]["source"] if line.strip()]) <= 10
    assert code[0]["outputs"] == [] and code[0]["execution_count"] is None
    assert not any("![" in "".join(cell["source"]) for cell in notebook["cells"]), (
        "markdown images break Voila"
    )


def test_every_page_has_its_notebook() -> None:
    assert all((DASHBOARDS / name).is_file() for name in launcher.PAGES.values())


def test_nothing_we_send_to_the_page_names_another_host() -> None:
    package = DASHBOARDS / "tellapart_dashboards"
    own = [path for kind in ("*.js", "*.css", "*.json") for path in package.rglob(kind)]
    own += (DASHBOARDS / "voila").rglob("*.html")
    assert len(own) > 10
    for path in own:
        assert not re.search(r"https?://", path.read_text("utf-8")), path.name


OWN = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
REQUESTS: dict[str, tuple[str, dict[str, str], bool]] = {
    "typed": ("/voila/render/studio.ipynb", {**OWN, "Sec-Fetch-Site": "none"}, True),
    "a link of the studio": ("/voila/render/studio.ipynb", OWN, True),
    "a program": ("/voila/render/studio.ipynb", {}, True),
    "another site": ("/voila/render/studio.ipynb", {**OWN, "Sec-Fetch-Site": "cross-site"}, False),
    "another port of this computer": ("/voila/render/studio.ipynb", {**OWN, "Sec-Fetch-Site": "same-site"}, False),
    "a word no browser says": ("/voila/render/studio.ipynb", {**OWN, "Sec-Fetch-Site": "friend"}, False),
    "a frame": ("/voila/render/studio.ipynb", {**OWN, "Sec-Fetch-Dest": "iframe"}, False),
    "an image": ("/voila/render/studio.ipynb", {**OWN, "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"}, False),
    "a script": ("/voila/render/studio.ipynb", {**OWN, "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}, False),
    "only a mode": ("/voila/render/studio.ipynb", {"Sec-Fetch-Mode": "no-cors"}, False),
    "a forecast": ("/voila/render/studio.ipynb", {**OWN, "Sec-Purpose": "prefetch;prerender"}, False),
    "an older forecast": ("/voila/render/studio.ipynb", {**OWN, "Purpose": "prefetch"}, False),
    "an old browser elsewhere": ("/voila/render/studio.ipynb", {"Referer": "http://127.0.0.1:9999/x"}, False),
    "an old browser, an origin": ("/voila/render/studio.ipynb", {"Origin": "https://example.org"}, False),
    "an old browser, no origin": ("/voila/render/studio.ipynb", {"Origin": "null"}, False),
    "an old browser here": ("/voila/render/studio.ipynb", {"Referer": "http://127.0.0.1:8866/x"}, True),
    "a script of ours": ("/voila/static/main.js", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "script"}, True),
    "a kernel of ours": ("/api/kernels/x/channels", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "websocket"}, True),
    "a kernel from elsewhere": ("/api/kernels/x/channels", {"Sec-Fetch-Site": "same-site"}, False),
    "the end of a kernel": ("/voila/api/shutdown/x", {"Sec-Fetch-Site": "cross-site"}, False),
}  # fmt: skip


@pytest.mark.parametrize("who", REQUESTS)
def test_only_pages_of_the_studio_and_people_are_answered(who: str) -> None:
    from tellapart_dashboards.app.server import is_own_request
    from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

    path, headers, expected = REQUESTS[who]
    request = HTTPServerRequest(
        headers=HTTPHeaders({"Host": "127.0.0.1:8866", **headers}),
        start_line=RequestStartLine("GET", path, "HTTP/1.1"),
    )
    assert is_own_request(request) is expected


def test_the_login_cookie_is_strict() -> None:
    from jupyter_server.auth.identity import IdentityProvider
    from traitlets.config import Config

    config = Config(launcher.voila_config(8866, "secret"))
    assert IdentityProvider(config=config).cookie_options == {"SameSite": "Strict"}


def test_only_so_many_kernels_start_even_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
    from tellapart_dashboards.app.server import LimitedKernels
    from tornado.web import HTTPError

    async def slowly(self: Any, **_: Any) -> str:
        await asyncio.sleep(0)
        kernel_id = f"k{len(self._kernels)}"
        self._kernels[kernel_id] = object()
        return kernel_id

    async def main() -> list[Any]:
        monkeypatch.setattr(AsyncMappingKernelManager, "start_kernel", slowly)
        kernels = LimitedKernels(max_kernels=3)
        at_once = await asyncio.gather(*(kernels.start_kernel() for _ in range(8)), return_exceptions=True)
        kernels._kernels.clear()
        return [*at_once, await kernels.start_kernel()]

    *at_once, later = asyncio.run(main())
    refused = [one for one in at_once if isinstance(one, HTTPError)]
    assert len(refused) == 5 and {one.status_code for one in refused} == {503} and later == "k0"
    assert launcher.voila_config(8866, "x")["VoilaConfiguration"]["multi_kernel_manager_class"].endswith(
        "LimitedKernels"
    )


def test_the_browser_gets_no_token_on_its_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from urllib.parse import unquote, urlsplit

    opened: list[str] = []
    monkeypatch.setenv("TELLAPART_PROJECTS", str(tmp_path / "home"))
    monkeypatch.setattr(launcher.webbrowser, "open", lambda url, new: opened.append(url) or True)
    studio = launcher.Studio(tmp_path, 8866, page="train")
    assert launcher.open_browser(studio)
    assert studio.token not in opened[0] and opened[0].startswith("file:")
    place = Path(
        unquote(urlsplit(opened[0]).path.lstrip("/") if os.name == "nt" else urlsplit(opened[0]).path)
    )
    assert f"/open?token={studio.token}&amp;page=3_train.ipynb" in place.read_text("utf-8")
    assert os.name == "nt" or place.stat().st_mode & 0o777 == 0o600
    place.unlink()


def test_a_start_builds_no_grammars_of_addresses(tmp_path: Path) -> None:
    code = """
        from tellapart_dashboards.app import launcher

        class UntilImported(launcher.Studio):
            def server(self):
                super().server()
                print("jsonschema" in sys.modules, "lark" in sys.modules)
                raise SystemExit

        UntilImported(Path(sys.argv[1]), 8866).serve(print)
    """
    assert run_python(code, tmp_path) == "True False"
