"""One small trained classifier of rows for all tests that only read it."""

import pytest
from made_tables import made_table, write_table
from tellapart.tables.project import create_table_project
from tellapart.tables.reading import read_table
from tellapart.tables.training import train_table


@pytest.fixture(scope="session")
def loans_csv(tmp_path_factory):
    return write_table(tmp_path_factory.mktemp("loans") / "loans.csv", *made_table())


@pytest.fixture(scope="session")
def trained_table(loans_csv, tmp_path_factory):
    """What training gave; nobody changes its project."""
    project = create_table_project(tmp_path_factory.mktemp("tables") / "project", read_table(loans_csv))
    return train_table(project)


@pytest.fixture
def table_project(loans_csv, tmp_path):
    """A project of one's own."""
    return create_table_project(tmp_path / "project", read_table(loans_csv))
