"""What can fail in a thorough training, and what is said then."""

import errno
import importlib.util
import shutil

import numpy as np
import pytest
from tellapart import atomic_files
from tellapart.errors import TrainError
from tellapart.learning.folds import assign_folds
from tellapart.planning.plan import Plan
from tellapart.store.journal import Remove
from tellapart.train import TrainConfig, thorough, train_head
from tellapart.train.preparation import TrainData

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")

import torch
from short_tuning import THOROUGH, stopping
from tellapart.network.tuning import folds, steps
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.pace import Costs

pytestmark = pytest.mark.usefixtures("short")


@pytest.mark.slow
def test_short_memory_is_said_in_the_end(project, monkeypatch):
    usual = LastBlocks.forward

    def forward(self, features):
        if self.training and torch.is_grad_enabled() and len(features) > 9:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")
        return usual(self, features)

    monkeypatch.setattr(LastBlocks, "forward", forward)
    result = train_head(project, THOROUGH)
    assert "The memory was short: batches of 16 pictures were taken 8 at a time." in result.recipe["said"]


def test_pictures_that_go_while_training_are_named(project):
    victim = project.file(project.manifest.pictures()[-1])
    with pytest.raises(
        TrainError, match=f"{victim.name} was removed or changed while training.*Start the training again"
    ):
        train_head(project, THOROUGH, stopping((0.0, victim.unlink)))


def test_a_full_disk_and_a_deleted_folder_are_said(project, monkeypatch):
    def delete():
        shutil.rmtree(project.cache_dir / "tuning")

    with pytest.raises(TrainError, match=r"was deleted while training.*Start the training again"):
        train_head(project, THOROUGH, stopping((0.5, delete)))

    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_files, "write_bytes", full)
    with pytest.raises(TrainError, match=r"The disk .* is full"):
        train_head(project, THOROUGH)


def test_without_torch_it_says_what_to_install_and_quick_works(project, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else find(name, *rest)
    )
    with pytest.raises(
        TrainError,
        match=r'needs torch, which is not installed\. Install it: pip install "tellapart\[torch\]"',
    ):
        train_head(project, THOROUGH)
    assert train_head(project).n_valid


def test_other_backbones_and_too_few_pictures_are_refused_in_words(project):
    with pytest.raises(TrainError, match=r"works with the backbone efficientnet_lite0 .*not with resnet50"):
        train_head(project, TrainConfig("resnet50", recipe="thorough"))
    circles = project.manifest.pictures("circle")
    project.journal.decide(*[Remove(picture.image_id) for picture in circles[5:]])
    with pytest.raises(
        TrainError, match=r"Label 'circle' has \d different picture.*needs at least 6.*recipe quick"
    ):
        train_head(project, THOROUGH)
    with pytest.raises(
        TrainError, match=r"recipe='slow' is unknown; choose 'quick', 'thorough', 'everything'"
    ):
        TrainConfig(recipe="slow")
    with pytest.raises(TrainError, match=r"epochs=3 is for the recipes thorough and everything"):
        TrainConfig(epochs=3)
    with pytest.raises(TrainError, match=r"epochs=0 is out of range; choose a number from 1 to 200"):
        TrainConfig(recipe="everything", epochs=0)


def test_a_label_that_shares_all_its_subjects_with_another_is_named():
    """Six of eighteen subjects show both labels, and they happen to be judged by one network."""
    subjects = [f"subject {number}" for number in range(18)]
    judged_by = assign_folds(np.zeros(18, np.int64), subjects, thorough.N_FOLDS).tolist()
    shared = [one for one, network in zip(subjects, judged_by, strict=True) if network == 0]
    groups, targets = [*subjects, *shared], np.repeat([0, 1], [18, 6])
    plan = Plan((), tuple(groups), np.full(24, "train"))
    data = TrainData(plan, ("cat", "tame"), targets, None)
    with pytest.raises(TrainError, match=r"All pictures of 'tame' .* same subjects.*recipe quick instead"):
        thorough._check_enough(data, targets, assign_folds(targets, groups, thorough.N_FOLDS), "thorough")


@pytest.mark.parametrize("recipe", ["thorough", "everything"])
def test_a_loss_that_is_no_number_keeps_quick_and_says_what_to_try(project, quick, monkeypatch, recipe):
    def diverge(self, lesson, rows, view):
        raise steps.DivergedError

    monkeypatch.setattr(folds, "measured", lambda *_: Costs(0.01, 0.01))
    monkeypatch.setattr(steps.Learning, "once", diverge)
    result = train_head(project, TrainConfig(recipe=recipe, epochs=1))
    assert result.recipe["kept"] == "quick" and result.error_rate == quick[1].error_rate
    assert "loss was no longer a number. The model of quick training was kept" in result.recipe["said"]
    assert "another seed" in result.recipe["said"] and "damaged pictures" in result.recipe["said"]


def test_no_memory_at_all_says_what_to_do(project, monkeypatch):
    def none(self, features):
        raise MemoryError

    monkeypatch.setattr(LastBlocks, "forward", none)
    with pytest.raises(TrainError, match=r"not enough for thorough training\. Close other programs.*quick"):
        train_head(project, THOROUGH)
