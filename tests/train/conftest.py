"""Thorough trainings that are short, and the project that they begin with."""

import shutil

import pytest
from make_data import make_tiny_folder
from tellapart.gather import take_in
from tellapart.store.project import create_project, open_project
from tellapart.train import train_head


@pytest.fixture(scope="module")
def short():
    """The thorough trainings of a module are short."""
    import short_tuning  # torch comes with it

    with pytest.MonkeyPatch.context() as patch:
        short_tuning.make_short(patch.setattr)
        yield


@pytest.fixture(scope="session")
def quick(tmp_path_factory):
    """A project with few pictures, trained quickly, and the result. Do not change it."""
    folder = tmp_path_factory.mktemp("few")
    make_tiny_folder(folder / "shapes", n_per_class=11, size_px=48)
    with create_project(folder / "project") as project:
        take_in(project, folder / "shapes")
        result = train_head(project)
    return folder / "project", result


@pytest.fixture
def project(quick, tmp_path):
    """One of one's own."""
    shutil.copytree(quick[0], tmp_path / "project")
    with open_project(tmp_path / "project") as project:
        yield project


@pytest.fixture(scope="session")
def trained_by(quick, tmp_path_factory):
    """Trains a copy of that project as the config says, and takes that share of the tuned weights: the copy, what was told
    meanwhile, and the result."""
    import short_tuning
    from tellapart.train import thorough

    def train(config, share):
        root = tmp_path_factory.mktemp("tuned") / "project"
        shutil.copytree(quick[0], root)
        told = []
        with pytest.MonkeyPatch.context() as patch, open_project(root) as project:
            short_tuning.make_short(patch.setattr)
            patch.setattr(thorough, "choose_share", short_tuning.always(share))
            result = train_head(project, config, lambda done, total, said: told.append((done, total, said)))
        return root, told, result

    return train


@pytest.fixture(scope="session")
def tuned(trained_by):
    """A project trained thoroughly, see `trained_by`. Do not change it."""
    import short_tuning

    return trained_by(short_tuning.THOROUGH, 0.75)
