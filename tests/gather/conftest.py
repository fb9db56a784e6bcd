"""The web on this computer, and a project to gather into."""

from __future__ import annotations

import pytest
from fakes.web import CONTACT, FakeWeb
from tellapart.gather import gather
from tellapart.project import create_project


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
