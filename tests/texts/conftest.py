"""One small trained classifier of texts for all tests that only read it."""

import pytest
from made_texts import made_reviews, write_csv
from tellapart.texts.project import create_text_project
from tellapart.texts.reading import read_texts
from tellapart.texts.training import train_texts


@pytest.fixture(scope="session")
def reviews_csv(tmp_path_factory):
    texts, labels, _ = made_reviews()
    return write_csv(tmp_path_factory.mktemp("reviews") / "reviews.csv", texts, labels)


@pytest.fixture(scope="session")
def trained_texts(reviews_csv, tmp_path_factory):
    """What training gave; nobody changes its project."""
    project = create_text_project(tmp_path_factory.mktemp("texts") / "project", read_texts(reviews_csv))
    return train_texts(project)


@pytest.fixture
def project(reviews_csv, tmp_path):
    """A project of one's own."""
    return create_text_project(tmp_path / "project", read_texts(reviews_csv))
