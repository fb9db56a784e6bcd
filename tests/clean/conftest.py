"""What tests of cleaning start from."""

from __future__ import annotations

import pytest
from tellapart.store.project import Project


@pytest.fixture
def tiny_project(reviewed_project: Project) -> Project:
    """A project of one's own with a bundle; everything is cached that cleaning looks at."""
    return reviewed_project
