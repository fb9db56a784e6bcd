"""A thorough training that is stopped or killed goes on where it was; two at once are told apart."""

import json
import shutil
from dataclasses import replace

import numpy as np
import psutil
import pytest
from other_process import has_ended, wait
from tellapart import runs
from tellapart.errors import Cancelled, TrainError
from tellapart.planning.variation import USUAL
from tellapart.progress import Step
from tellapart.store.project import open_project
from tellapart.train import thorough, train_head
from tellapart.train.work_folder import kept_settings

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")

import short_tuning
from short_tuning import THOROUGH, always, cancel, stopping
from tellapart.network import tuning_door
from tellapart.network.device import Device

pytestmark = pytest.mark.usefixtures("short")


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1, 0.8])
def test_stopped_it_goes_on_next_time_and_ends_the_same(project, tuned, monkeypatch, share):
    monkeypatch.setattr(thorough, "choose_share", always(0.75))
    with pytest.raises(Cancelled):
        train_head(project, THOROUGH, stopping((share, cancel)))
    assert len(list((project.cache_dir / "tuning").iterdir())) == 1
    shares = []

    def progress(done, total, said):
        if said.step == Step.TUNING:
            shares.append(done / total)

    result = train_head(project, THOROUGH, progress)
    assert result.recipe["share"] == 0.75 and np.array_equal(
        result.out_of_fold_probs, tuned[2].out_of_fold_probs
    )
    if share == 0.8:
        assert shares[1] >= 0.5, "what was done is not done again"


def test_it_is_stopped_while_it_looks_at_the_pictures_afterwards(project, monkeypatch):
    """Of all layers and thousands of pictures that takes minutes."""
    chosen = []

    def choose(*args):
        chosen.append(True)
        return always(0.75)(*args)

    def progress(done, total, said):
        if said.step == Step.TUNING and chosen:
            assert done <= total
            cancel()
        assert not (chosen and said.step == Step.LOOKING), "looked at all training pictures before a word"

    monkeypatch.setattr(thorough, "choose_share", choose)
    with pytest.raises(Cancelled):
        train_head(project, THOROUGH, progress)


def test_it_does_not_go_on_with_another_precision(project, monkeypatch):
    class FewerBits(Device):
        bits = "bf16"

    def left_by_one_that_is_stopped():
        with pytest.raises(Cancelled):
            train_head(project, THOROUGH, stopping((0.1, cancel)))
        return {folder.name for folder in (project.cache_dir / "tuning").iterdir()}

    first = left_by_one_that_is_stopped()
    assert left_by_one_that_is_stopped() == first and len(first) == 1
    assert kept_settings(project) == [replace(THOROUGH, variation=USUAL)], (
        "as the table of trainings knows it by"
    )
    monkeypatch.setattr(tuning_door, "device_of", lambda say: FewerBits())
    assert len(left_by_one_that_is_stopped() - first) == 1


def test_two_at_once_on_the_same_pictures_are_told_apart(project):
    said = []

    def second():
        with pytest.raises(
            TrainError, match=r"is being trained thoroughly on the same pictures already"
        ) as caught:
            train_head(project, THOROUGH)
        said.append(str(caught.value))
        cancel()

    with pytest.raises(Cancelled):
        train_head(project, THOROUGH, stopping((0.3, second)))
    assert len(said) == 1


@pytest.mark.slow
def test_a_run_whose_worker_is_killed_goes_on_when_it_is_started_again(project, quick, tmp_path, monkeypatch):
    shutil.copytree(quick[0], tmp_path / "undisturbed")
    with open_project(tmp_path / "undisturbed") as other:
        expected = json.loads(json.dumps(train_head(other, THOROUGH).to_json()))
    monkeypatch.setattr(runs, "WORKER", short_tuning.COMMAND)
    with monkeypatch.context() as patch:
        patch.setenv("TEST_HELD", "yes")
        first = runs.start(project.root, "train", THOROUGH.to_json())
    at = short_tuning.HELD_AT
    wait(first, lambda status: has_ended(status) or (status.step == Step.TUNING and status.fraction >= at))
    psutil.Process(json.loads((first.run_dir / "worker.json").read_text())["pid"]).kill()
    assert wait(first).stage == "failed" and len(list((project.cache_dir / "tuning").iterdir())) == 1
    again = runs.start(project.root, "train", THOROUGH.to_json())
    assert wait(again).stage == "done" and list((project.cache_dir / "tuning").iterdir()) == []
    result = again.result()
    assert all(result[name] == expected[name] for name in ("recipe", "confusion", "temperature", "threshold"))
