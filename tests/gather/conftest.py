"""The web on this computer, and a project to gather into."""

from __future__ import annotations

import socket

import pytest
from fakes.web import CONTACT, FakeWeb
from make_data import make_tiny_folder
from tellapart.gather import gather
from tellapart.gather.sources import open_source
from tellapart.store.project import create_project
from tellapart.web.client import Line


@pytest.fixture(autouse=True)
def nobody_knows_invalid_names(monkeypatch):
    """What ends in .invalid is unknown at once, also where no name server answers."""
    look_up = socket.getaddrinfo

    def unknown(host, *args, **kwargs):
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.fixture
def fake():
    """Every service and the pictures, each with its script and the requests it got."""
    with FakeWeb() as web:
        yield web


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "bears") as project:
        yield project


@pytest.fixture
def gathered(fake, project):
    """`gather` with the label and query of a bear, against the fakes; limits of fetching by name."""

    def run(label="bear", query="brown bear", limits=None, **wanted):
        return gather(project, label, query, web=fake.web(**(limits or {})), contact=CONTACT, **wanted)

    return run


@pytest.fixture
def line(fake):
    with Line(fake.web().guard, CONTACT) as line:
        yield line


@pytest.fixture
def source(fake, line, project):
    """A source by its name, as gathering opens it."""

    def opened(name, is_one_of_many=False):
        return open_source(
            name, fake.web(), line, project.manifest, project.cache_dir / "web", is_one_of_many
        )

    return opened


@pytest.fixture
def png(tmp_path):
    """The bytes of a picture."""
    return make_tiny_folder(tmp_path / "made", ("circle",), 1)["circle"][0].read_bytes()
