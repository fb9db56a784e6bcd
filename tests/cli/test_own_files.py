"""Files that a person names: a command replaces what it wrote itself, and nothing else."""

import pytest
from command_line import tellapart
from make_data import make_tiny_folder
from tellapart.deploy.publishing import Published
from tellapart.gather import take_in
from tellapart.store.project import create_project

MINE = "# Credits for my garden\n\nAll of them are mine.\n"
APART = "https://github.com/ada/leaf"


@pytest.fixture
def project_dir(tmp_path):
    made = make_tiny_folder(tmp_path / "source", ("circle", "square"), 2)
    with create_project(tmp_path / "shapes") as project:
        for label, files in made.items():
            take_in(project, files[0].parent, label)
    return tmp_path / "shapes"


@pytest.fixture
def published(monkeypatch):
    """How often something was published."""
    calls = []

    def publish(*_, **__):
        calls.append(1)
        return Published(APART, f"{APART}#open", "ab12", True)

    monkeypatch.setattr("tellapart.deploy.publishing.publish", publish)
    monkeypatch.setenv("GITHUB_TOKEN", "gho_not_a_real_one")
    return calls


@pytest.mark.parametrize("name", ["CREDITS.md", "credits.csv"])
def test_credits_take_the_place_of_earlier_ones_only(project_dir, tmp_path, name):
    out = tmp_path / "out"
    for _ in range(2):
        tellapart("credits", project_dir, "--out", out)
    kept = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / name).write_text(MINE, "utf-8")
    said = tellapart("credits", project_dir, "--out", out, code=1)
    assert f"{name} is there and no list of credits of tellapart, so it is not replaced." in said
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {**kept, name: MINE.encode()}


@pytest.mark.parametrize("suffix", [".json", ".csv"])
def test_a_list_of_decisions_takes_the_place_of_an_earlier_one_only(project_dir, tmp_path, suffix):
    file = tmp_path / f"decisions{suffix}"
    file.touch()  # an empty file holds nothing of anybody
    for _ in range(2):
        tellapart("log", project_dir, "--export", file)
    file.write_text(MINE, "utf-8")
    assert "no list of decisions of tellapart" in tellapart("log", project_dir, "--export", file, code=1)
    assert file.read_text("utf-8") == MINE


def test_a_qr_code_takes_the_place_of_an_earlier_one_only_and_that_is_asked_first(tmp_path, published):
    file = tmp_path / "code.svg"
    for _ in range(2):
        tellapart("publish", tmp_path, "ada/leaf", "--qr", file)
    file.write_text("<svg>a poster</svg>", "utf-8")
    assert "no QR code of tellapart" in tellapart("publish", tmp_path, "ada/leaf", "--qr", file, code=1)
    assert file.read_text("utf-8") == "<svg>a poster</svg>" and len(published) == 2
