"""Publishing as a run: in a process of its own, with a token that is in no file, and a sentence for what goes wrong."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from github_server import LOGIN, TOKEN, GitHubServer
from other_process import wait
from tellapart import runs
from tellapart.deploy.app_folder import new_app_folder
from tellapart.deploy.publishing import token
from tellapart.deploy.publishing.services import Services
from tellapart.deploy.publishing.token import token_at_hand
from tellapart.deploy.share_settings import ShareSettings
from tellapart.deploy.voila.repository import Repository
from tellapart.errors import PublishError
from tellapart.store.project import create_project
from tellapart.web.addresses import AddressGuard
from tellapart.worker import publish_task

PLACE = Repository(LOGIN, "which-leaf")
WORKER = Path(__file__).with_name("publishing_worker.py")


@pytest.fixture
def github(tmp_path, monkeypatch):
    with GitHubServer(tmp_path / "github") as server:
        monkeypatch.setattr(runs, "WORKER", (str(WORKER),))
        monkeypatch.setenv("TEST_GITHUB", server.services.api.removesuffix("/api"))
        yield server


@pytest.fixture
def root(tmp_path):
    """A project with an app in it that was made for the repository."""
    create_project(tmp_path / "leaves").close()
    with new_app_folder(tmp_path / "leaves" / "apps" / "leaves-voila", "voila") as folder:
        (folder / "README.md").write_text(f"# Which leaf?\n\n[Open]({PLACE.binder})\n")
    return tmp_path / "leaves"


def config(**other):
    settings = ShareSettings(target="voila", repository=str(PLACE)).to_json()
    recipe = {"bundle": "", "settings": settings, "own": {}, "repository": str(PLACE)}
    return {**recipe, "is_update": False, "is_current": True, **other}


def ended(root, secret=TOKEN, **other):
    run = runs.start(root, "publish", config(**other), secret)
    wait(run)
    return run


def test_the_app_is_pushed_and_the_token_is_in_no_file_of_the_run(root, github):
    run = ended(root)
    assert run.status().stage == "done", run.status().message
    result = run.result()
    assert result["link"] == PLACE.binder and result["is_new"] and result["app"] is None
    pushed = subprocess.run(
        ["git", "-C", github.repository(PLACE.owner, PLACE.name), "show", "main:README.md"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert PLACE.binder in pushed.stdout
    for path in root.rglob("*"):
        assert path.is_dir() or TOKEN.encode() not in path.read_bytes(), path
    again = ended(root)
    assert again.status().stage == "failed" and "Choose another name" in again.status().message
    assert ended(root, is_update=True).result()["is_new"] is False


def settings_only(root):
    """A run that nobody does."""
    run = runs.Run(root / "runs" / "29991231-235959-0001")
    run.run_dir.mkdir(parents=True)
    (run.run_dir / "config.json").write_text(
        json.dumps({"task": "publish", "config": config(), "started": 0.0})
    )
    return run


def test_what_goes_wrong_is_a_sentence_and_nothing_is_made(root, github, monkeypatch, tmp_path):
    status = ended(root, secret="ghp_wrong").status()
    assert status.stage == "failed" and "does not accept this token" in status.message
    assert not github.repository(PLACE.owner, PLACE.name).exists()
    run = settings_only(root)
    monkeypatch.setattr("tellapart.worker.secret_of", lambda: TOKEN)

    def said(services):
        with pytest.raises(PublishError) as caught:
            publish_task(run, lambda *_: None, services=services)
        assert TOKEN not in str(caught.value)
        return str(caught.value)

    github.refuses_push = True
    assert "refused the push" in said(github.services)
    guard = AddressGuard(may_be_local=True)
    assert "GitHub gives no answer" in said(
        Services("http://127.0.0.1:9/api", "http://127.0.0.1:9/git", guard)
    )
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "git is not installed" in said(github.services)


def test_without_any_token_it_says_where_there_are_some(root, monkeypatch):
    monkeypatch.setattr("tellapart.worker.secret_of", lambda: "")
    monkeypatch.setattr(token, "TOKEN_VARIABLES", ())
    monkeypatch.setattr(token, "_said", lambda *_: "")
    with pytest.raises(PublishError, match=r"no token for GitHub.*settings/tokens"):
        publish_task(settings_only(root), lambda *_: None)


@pytest.mark.slow
def test_an_app_for_another_repository_is_made_anew_first(trained, github, tmp_path):
    root = Path(shutil.copytree(trained[0], tmp_path / "shapes"))
    bundle = trained[1].bundle_dir.name
    run = ended(root, bundle=bundle, is_current=False)
    assert run.status().stage == "done", run.status().message
    assert run.result()["app"]["made"] == "apps/shapes-voila"
    assert PLACE.binder in (root / "apps" / "shapes-voila" / "README.md").read_text("utf-8")


@pytest.mark.skipif(os.name != "posix", reason="the program is a shell script")
def test_the_settings_of_a_strangers_folder_run_no_program(monkeypatch, tmp_path):
    """git asks the helpers that the repository around it names, and a project may come with a repository."""
    for name in token.TOKEN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    project, home = tmp_path / "project", tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    subprocess.run(["git", "init", "--quiet", project], check=True)
    helper = f"!touch {tmp_path / 'was-run'}; echo password=of_stranger"
    subprocess.run(["git", "-C", project, "config", "credential.helper", helper], check=True)
    (project / "runs" / "some").mkdir(parents=True)
    for cwd in (project, project / "runs" / "some"):
        monkeypatch.chdir(cwd)
        assert token_at_hand() != "of_stranger" and not (tmp_path / "was-run").exists()


@pytest.mark.skipif(os.name != "posix", reason="the programs are shell scripts")
def test_a_token_lies_at_hand_in_a_variable_or_with_gh_or_git(monkeypatch, tmp_path):
    for name in token.TOKEN_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert token_at_hand() == ""

    def program(name, script):
        (tmp_path / name).write_text(f"#!{sys.executable}\n{script}\n")
        (tmp_path / name).chmod(0o755)

    program("git", "import sys; sys.stdin.read(); print('protocol=https\\nusername=x\\npassword=of_git')")
    assert token_at_hand() == "of_git"
    program("gh", "print('of_gh')")
    assert token_at_hand() == "of_gh"
    program("gh", "raise SystemExit(1)")
    assert token_at_hand() == "of_git"
    monkeypatch.setenv("GITHUB_TOKEN", "of_variable")
    assert token_at_hand() == "of_variable"
    monkeypatch.setenv(runs.VISITOR, "1")
    assert token_at_hand() == "", "what lies at hand is not a visitor's"
