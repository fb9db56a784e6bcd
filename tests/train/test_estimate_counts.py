"""The estimate before a thorough training counts what the training then does, part by part, and tries it as it will be
done."""

from dataclasses import replace

import pytest
from tellapart.backbones.lite0 import keeping
from tellapart.train import thorough, train_head

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")

import torch
from short_tuning import THOROUGH, always
from tellapart.network import tuning_door, tuning_time
from tellapart.network.tuning import folds, pace
from tellapart.network.tuning.cores import Cores
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.pace import Costs, measured
from tellapart.network.tuning.steps import Learning
from tellapart.network.tuning.views import ViewMaker

pytestmark = pytest.mark.usefixtures("short")
DEAR = 1e6  # seconds: beside them nothing else matters


@pytest.fixture
def counts(monkeypatch):
    """What a training did: pictures of which views were made, steps, looks at a picture, held-out pictures seen; with
    what it was measured with."""
    found = dict.fromkeys(("file_s", "step_s", "seen_s", "whole_s"), 0) | {"measured": ()}

    def counting(owner, name, part, n_of):
        usual = getattr(owner, name)

        def counted(*given):
            found[part] += n_of(*given)
            return usual(*given)

        monkeypatch.setattr(owner, name, counted)

    counting(ViewMaker, "of", "file_s", lambda *_: 1)
    counting(Learning, "once", "step_s", lambda *_: 1)
    counting(
        LastBlocks, "embeddings", "seen_s", lambda _, some: torch.is_inference_mode_enabled() * len(some)
    )
    counting(thorough, "embed_once", "whole_s", lambda project, backbone, pictures, progress: len(pictures))
    monkeypatch.setattr(folds, "measured", lambda *given: found.update(measured=given) or Costs(0.01, 0.01))
    return found


def test_each_part_is_counted_as_often_as_the_training_does_it(project, counts, monkeypatch):
    monkeypatch.setattr(thorough, "choose_share", always(0.75))
    result = train_head(project, THOROUGH)
    counts["file_s"] -= 1  # of the first picture, to see how many views fit on the disk
    settings = tuning_door.settings_of("thorough", 0, None, None)
    for part in ("file_s", "step_s", "seen_s", "whole_s"):
        prices = replace(Costs(0, 0), **{part: DEAR})
        monkeypatch.setattr(
            tuning_time,
            "measured",
            lambda *given, p=prices: replace(p, n_looks=len(settings.shares) + given[-1]),
        )
        seconds, fixed_s = tuning_time.tuning_seconds(
            counts["measured"][0],
            3,
            result.n_train + result.n_valid,
            thorough.N_FOLDS,
            keeping.record(),
            settings,
        )
        assert (seconds - fixed_s) / DEAR == pytest.approx(counts[part], rel=0.08), part


def test_fits_and_files_count_even_where_learning_is_free():
    free = Costs(0, 0)
    assert 0 < free.total_s(10, 5, 3) < free.total_s(1000, 5, 3) and free.learning_s(1000, 5) == 0
    busy = replace(free, waits=2.0)
    assert (
        busy.total_s(10, 5, 3) == pytest.approx(2 * free.total_s(10, 5, 3))
        and busy.fixed_s == 2 * free.fixed_s
    )


def test_as_many_networks_are_tried_at_once_as_learn_at_once_and_learn_nothing(counts, project, monkeypatch):
    train_head(project, THOROUGH)
    files, maker, network, settings, *_ = counts["measured"]
    tried, usual = set(), pace._tried
    monkeypatch.setattr(
        pace, "_tried", lambda network, *given: tried.add(id(network)) or usual(network, *given)
    )
    monkeypatch.setattr(pace, "available_cpus", lambda: 2)
    before = {name: values.clone() for name, values in network.state_dict().items()}
    found = measured(files, maker, network, settings, Cores(3, 1), n_looks=4)
    assert len(tried) == 2 and id(network) not in tried, "two cores are at two of the three at a time"
    assert all(torch.equal(before[name], values) for name, values in network.state_dict().items())
    assert min(found.file_s, found.step_s, found.seen_s, found.whole_s) > 0 and found.waits >= 1
    assert found.n_looks == len(settings.shares) + 4
    monkeypatch.setattr(pace.time, "process_time", lambda: 1.0)  # a clock that has not moved, as on Windows
    assert measured(files, maker, network, settings, Cores(1, 1)).waits == 1
