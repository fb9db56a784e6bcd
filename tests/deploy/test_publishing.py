"""An app's folder becomes a repository: GitHub's interface and git's own server, both on this machine."""

import os
import shutil
import subprocess

import pytest
from command_line import run_here
from github_server import LOGIN, TOKEN, GitHubServer
from tellapart.deploy.app_folder import new_app_folder
from tellapart.deploy.publishing import Published, publish
from tellapart.deploy.publishing.qr_code import qr_svg
from tellapart.deploy.publishing.services import Services
from tellapart.deploy.voila.repository import Repository, parsed
from tellapart.errors import DeployError, PublishCode, PublishError
from tellapart.web.addresses import AddressGuard

PLACE = Repository(LOGIN, "which-leaf")


@pytest.fixture
def app(tmp_path):
    with new_app_folder(tmp_path / "app", "voila") as folder:
        (folder / "README.md").write_text("# Which leaf?\n")
        (folder / ".gitignore").write_text("*.whl\n")
        (folder / "program.whl").write_bytes(bytes(range(256)))
        (folder / "binder").mkdir()
        (folder / "binder" / "start").write_bytes(b'#!/bin/sh\r\nexec "$@"\n')
        (folder / "binder" / "start").chmod(0o755)
    return tmp_path / "app"


@pytest.fixture
def github(tmp_path):
    with GitHubServer(tmp_path / "github") as server:
        yield server


def files_in(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def cloned(github, tmp_path, name="clone"):
    subprocess.run(
        ["git", "clone", "--quiet", github.repository(PLACE.owner, PLACE.name), tmp_path / name],
        check=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )
    return tmp_path / name


def refused(code, *arguments, **how):
    with pytest.raises(PublishError) as caught:
        publish(*arguments, **how)
    assert caught.value.code is code
    return str(caught.value)


def test_the_repository_is_made_and_holds_every_file_as_it_is(app, github, tmp_path):
    before = files_in(app)
    said = []
    done = publish(
        app,
        PLACE,
        TOKEN,
        services=github.services,
        progress=lambda n, of, text: said.append((n, of, str(text))),
    )
    assert done.is_new and done.address == "https://github.com/maria/which-leaf"
    assert done.link.startswith("https://mybinder.org/v2/gh/maria/which-leaf/HEAD?urlpath=")
    copy = cloned(github, tmp_path)
    assert files_in(copy) == before and len(before) == 5
    assert os.access(copy / "binder" / "start", os.X_OK) or os.name == "nt"
    assert files_in(app) == before and not (app / ".git").exists()
    log = subprocess.run(
        ["git", "-C", copy, "log", "--format=%H %an"], capture_output=True, text=True, check=True
    )
    assert log.stdout.split() == [done.commit, LOGIN]
    assert said[0][2] == "Asking GitHub whose token it is" and said[-1][:2] == (3, 3)


def test_one_that_is_there_is_updated_only_when_asked_and_keeps_its_history(app, github, tmp_path):
    publish(app, PLACE, TOKEN, services=github.services)
    (app / "README.md").write_text("# Which leaf is it?\n")
    (app / "program.whl").unlink()
    assert "Choose another name" in refused(PublishCode.TAKEN, app, PLACE, TOKEN, services=github.services)
    done = publish(app, PLACE, TOKEN, services=github.services, update=True)
    copy = cloned(github, tmp_path)
    assert not done.is_new and files_in(copy) == files_in(app)
    log = subprocess.run(
        ["git", "-C", copy, "log", "--format=%s"], capture_output=True, text=True, check=True
    )
    assert log.stdout.splitlines() == ["Update the app", "Publish the app"]


def test_what_visitors_and_the_owner_left_in_the_app_is_not_published(app, github, tmp_path):
    before = files_in(app)
    for name in ("corrections/pictures", ".venv/bin", "binder/__pycache__"):
        (app / name).mkdir(parents=True)
        (app / name / "some").write_text("a visitor's picture")
    (app / ".env").write_text("TELLAPART_API_KEY=secret")
    (app / "answers.jsonl").write_text("{}")
    if os.name == "posix":
        (app / ".venv" / "bin" / "python").symlink_to("/usr/bin/env")
        (app / ":(exclude)binder").write_bytes(b"a file like any other")
        before[":(exclude)binder"] = b"a file like any other"
    publish(app, PLACE, TOKEN, services=github.services)
    assert files_in(cloned(github, tmp_path)) == before


def test_an_empty_one_that_a_failed_try_left_is_filled(app, github, tmp_path):
    github.make(PLACE.owner, PLACE.name)
    publish(app, PLACE, TOKEN, services=github.services, update=True)
    assert files_in(cloned(github, tmp_path)) == files_in(app)


def test_a_wrong_token_is_said_and_nothing_is_made(app, github):
    for token in ("ghp_other", "", "two words", "line\nbreak", "esc\x1b"):
        said = refused(PublishCode.WRONG_TOKEN, app, PLACE, token, services=github.services)
        assert "Copy it again, whole" in said and (not token or token not in said)
    assert not github.repository(PLACE.owner, PLACE.name).exists()


def test_what_github_refuses_is_said(app, github):
    for status, code in ((403, PublishCode.MAY_NOT), (429, PublishCode.MAY_NOT), (500, PublishCode.REFUSED)):
        github.status = status
        refused(code, app, PLACE, TOKEN, services=github.services)
    github.status = None
    said = refused(PublishCode.MAY_NOT, app, Repository("school", "leaf"), TOKEN, services=github.services)
    assert "no organisation school" in said and "maria/leaf" in said
    github.refuses_push = True
    said = refused(PublishCode.REFUSED, app, PLACE, TOKEN, services=github.services)
    assert "refused the push" in said and "declined" in said


def test_without_git_or_without_a_connection_it_is_said_before_anything_is_made(
    app, github, monkeypatch, tmp_path
):
    nobody = Services("http://127.0.0.1:9/api", "http://127.0.0.1:9/git", AddressGuard(may_be_local=True))
    assert "gives no answer" in refused(PublishCode.OFFLINE, app, PLACE, TOKEN, services=nobody)
    half = Services(github.services.api, nobody.git, github.services.guard)
    assert "gives no answer" in refused(PublishCode.OFFLINE, app, PLACE, TOKEN, services=half)
    github.log.clear()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    said = refused(PublishCode.NO_GIT, app, PLACE, TOKEN, services=github.services)
    assert "Install it" in said and github.log == []


def test_only_an_app_is_published_and_no_link_out_of_it(app, github, tmp_path):
    (tmp_path / "thesis").mkdir()
    refused(PublishCode.NO_APP, tmp_path / "thesis", PLACE, TOKEN, services=github.services)
    if os.name == "posix":
        (app / "binder" / "more").symlink_to("/etc/passwd")
        assert "binder/more" in refused(PublishCode.NO_APP, app, PLACE, TOKEN, services=github.services)
        (app / "binder" / "more").unlink()
    with (app / "model.onnx").open("wb") as file:
        file.truncate(101 * 2**20)
    assert "model.onnx has 101 MB" in refused(
        PublishCode.TOO_LARGE, app, PLACE, TOKEN, services=github.services
    )
    assert github.log == []


@pytest.mark.skipif(os.name != "posix", reason="reads /proc or ps as POSIX has it")
def test_the_token_is_on_no_command_line_and_in_no_file(app, github, tmp_path, monkeypatch):
    """A git that writes down how it was called, and then does its work."""
    real, seen = shutil.which("git"), tmp_path / "seen"
    (tmp_path / "bin").mkdir()
    wrapper = tmp_path / "bin" / "git"
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {seen}\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    publish(app, PLACE, TOKEN, services=github.services)
    assert "push" in seen.read_text() and TOKEN not in seen.read_text()
    assert not any(TOKEN.encode() in path.read_bytes() for path in app.rglob("*") if path.is_file())
    assert not any(path for path in (tmp_path / "tmp").rglob("*") if path.is_file())


def test_a_code_that_cannot_be_saved_hides_no_link(app, monkeypatch, tmp_path):
    done = Published(PLACE.address, PLACE.binder, "ab12", True)
    monkeypatch.setattr("tellapart.deploy.publishing.publish", lambda *_, **__: done)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    said = run_here("publish", app, str(PLACE), "--qr", tmp_path / "nowhere" / "code.svg")
    assert said.returncode == 1 and PLACE.binder in said.stdout and "FileNotFoundError" in said.stderr


@pytest.mark.parametrize(
    "text", ["maria", "maria/", "/leaf", "-m/leaf", "maria/..", "maria/leaf/x", "ma ria/leaf", "m/l.git"]
)
def test_a_name_that_github_has_not_is_said(text):
    with pytest.raises(DeployError, match="OWNER/NAME"):
        parsed(text)


def test_a_link_becomes_a_code_that_says_it():
    svg = qr_svg(PLACE.binder)
    assert svg.startswith("<svg") and 'fill="#fff"' in svg and "script" not in svg
    with pytest.raises(DeployError, match="3,000 characters"):
        qr_svg("x" * 3000)
