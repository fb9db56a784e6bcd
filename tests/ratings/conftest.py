"""One small trained recommender for all tests that only read it."""

import pytest
from made_ratings import made_rows, write_table
from tellapart.ratings.project import create_rating_project
from tellapart.ratings.training import train_ratings


@pytest.fixture(scope="session")
def ratings_csv(tmp_path_factory):
    return write_table(tmp_path_factory.mktemp("ratings") / "ratings.csv", made_rows())


@pytest.fixture(scope="session")
def trained_ratings(ratings_csv, tmp_path_factory):
    """The project and what training gave; nobody changes either."""
    project = create_rating_project(tmp_path_factory.mktemp("recommender") / "project", ratings_csv)
    return project, train_ratings(project)
