import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from make_data import make_tiny_folder
from tellapart.backbones.catalogue import load_backbone
from tellapart.classify import Predictor
from tellapart.errors import Cancelled, SplitError, TrainError
from tellapart.gather import take_in
from tellapart.planning.described import described_pictures
from tellapart.progress import Step
from tellapart.store.journal import Relabel, Remove, Restore
from tellapart.store.project import create_project, open_project
from tellapart.train import TrainConfig, train_head
from tellapart.train.cameras import cameras_of
from tellapart.train.fitting import check, fit
from tellapart.train.preparation import prepare


def test_training_beats_its_baselines_and_counts_add_up(trained):
    _, result = trained
    record = result.to_json()
    assert result.error_rate < min(result.baselines.values())
    assert record["n_train"] + record["n_valid"] == 72 and record["n_test"] == 0
    assert np.sum(record["confusion"]) == record["n_valid"]
    assert [sum(row) for row in record["confusion"]] == [score["n"] for score in record["per_class"]]
    assert record["n_wrong"] == len(record["mistakes"])
    low, high = record["error_interval"]
    assert low <= record["error_rate"] <= high
    assert result.out_of_fold_probs.shape == (72, 3) and np.allclose(
        result.out_of_fold_probs.sum(axis=1), 1, atol=1e-5
    )
    assert set(record["seconds"]) == {"decode", "embed", "fit", "total"}
    json.dumps(record, allow_nan=False)


def test_training_twice_gives_the_same_answers_from_cached_embeddings(tiny_project, trained):
    again = train_head(tiny_project)
    assert np.array_equal(again.out_of_fold_probs, trained[1].out_of_fold_probs)
    assert again.seconds["embed"] == 0 and again.to_json()["confusion"] == trained[1].to_json()["confusion"]


def test_worst_mistakes_come_first(tiny_project):
    pictures = tiny_project.manifest.pictures("circle")
    held_out_ids = _held_out(tiny_project)
    held_out = [p for p in pictures if p.image_id in held_out_ids]
    tiny_project.journal.decide(*[Relabel(p.image_id, "square") for p in held_out[:2]])
    mistakes = train_head(tiny_project).evaluation.mistakes
    confident = [m for m in mistakes if m.image_id in {p.image_id for p in held_out[:2]}]
    assert len(confident) == 2 and all(m.label == "square" and m.predicted == "circle" for m in confident)
    assert confident[0] in mistakes[:3]


def _held_out(project):
    result = train_head(project)
    return {
        image_id for image_id, split in zip(result.image_ids, result.splits, strict=True) if split == "valid"
    }


def test_removed_pictures_do_not_teach(tiny_project):
    victim = tiny_project.manifest.pictures()[0].image_id
    tiny_project.journal.decide(Remove(victim))
    assert victim not in train_head(tiny_project).image_ids


def test_decisions_meanwhile_leave_each_embedding_with_its_own_picture(tiny_project):
    damaged, gone, *_, last = tiny_project.manifest.pictures()
    tiny_project.journal.decide(Remove(gone.image_id))
    tiny_project.file(damaged).write_bytes(b"no picture")
    shutil.rmtree(tiny_project.cache_dir / "embeddings")
    decisions = [Restore(gone.image_id), Relabel(last.image_id, damaged.label), Remove(last.image_id)]

    def decide_once(done, total, said):
        if said.step is Step.LOOKING and decisions:
            tiny_project.journal.decide(*decisions)
            decisions.clear()

    data = prepare(tiny_project, load_backbone(), TrainConfig(), decide_once)
    assert not decisions and len(data.pictures) == 71 - 2
    assert data.embeddings.image_ids == tuple(one.image_id for one in data.pictures)
    assert len(data.embeddings.array) == len(data.targets) == len(data.plan.groups)


def test_embeddings_evaluation_predictor_and_onnx_agree(tiny_project):
    config = TrainConfig()
    data = prepare(tiny_project, load_backbone(), config)
    fitted = fit(data)
    predictor = Predictor(train_head(tiny_project, config).bundle_dir)
    some = slice(None, None, 3)
    answers = list(predictor.predict_many([tiny_project.file(picture) for picture in data.pictures[some]]))
    expected = fitted.probs(data.embeddings.array[some])
    novelty = fitted.novelty.model.novelty(data.embeddings.array[some])
    got = np.array([list(answer.probabilities.values()) for answer in answers])
    assert np.abs(got - expected).max() < 2e-3  # embeddings are cached as float16
    clear = np.abs(novelty / fitted.novelty.threshold - 1) > 1e-2
    assert [a.is_none_of_these for a in answers] == pytest.approx(
        [
            bool(n > fitted.novelty.threshold) if c else a.is_none_of_these
            for n, c, a in zip(novelty, clear, answers, strict=True)
        ]
    )


def test_near_duplicates_never_straddle_splits(tiny_project, tmp_path):
    from PIL import Image

    folder = tmp_path / "copies" / "circle"
    folder.mkdir(parents=True)
    originals = tiny_project.manifest.pictures("circle")[:10]
    for i, picture in enumerate(originals):
        with Image.open(tiny_project.file(picture)) as image:
            image.convert("RGB").resize((96, 96)).save(folder / f"{i}.jpg", quality=92)
    take_in(tiny_project, folder.parent)
    result = train_head(tiny_project)
    split = dict(zip(result.image_ids, result.splits, strict=True))
    copies = tiny_project.manifest.pictures("circle")[-10:]
    assert [split[copy.image_id] for copy in copies] == [split[original.image_id] for original in originals]


def test_two_pictures_of_two_labels_are_enough(tmp_path):
    """The documented least: one to learn from and one to check with, of each."""
    make_tiny_folder(tmp_path / "set", ("circle", "square"), 2, size_px=48)
    with create_project(tmp_path / "p") as project:
        take_in(project, tmp_path / "set")
        result = train_head(project)
        json.dumps(result.to_json(), allow_nan=False)
        answers = list(
            Predictor(result.bundle_dir).predict_many(map(project.file, project.manifest.pictures()))
        )
    assert (result.n_train, result.n_valid) == (2, 2) and np.isfinite(result.threshold)
    assert all(0 < answer.confidence < 0.8 for answer in answers), "so little has been seen"


@pytest.fixture
def rare_circles(tiny_project):
    """A project in which four pictures of five are squares or crosses."""
    circles = tiny_project.manifest.pictures("circle")
    tiny_project.journal.decide(*[Remove(picture.image_id) for picture in circles[6:]])
    return tiny_project


@pytest.mark.parametrize("prior", ["project", "equal"])
def test_the_prior_is_what_was_asked_for_from_the_result_to_the_bundle(rare_circles, prior):
    result = train_head(rare_circles, TrainConfig(prior=prior))
    record = json.loads((result.bundle_dir / "bundle.json").read_text("utf-8"))
    assert record["prior"]["kind"] == result.to_json()["config"]["prior"] == prior
    shares = record["prior"]["shares"]
    assert shares["circle"] == pytest.approx(1 / 3) if prior == "equal" else shares["circle"] < 0.2
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5) and 0 < record["caution"] < 0.1
    card = (result.bundle_dir / "MODEL_CARD.md").read_text("utf-8")
    assert ("all labels are equally likely" in card) == (prior == "equal")
    for label in result.to_json()["per_class"]:
        assert 0 <= label["mean_probability"] <= 1 and 0 <= label["calibration_error"] <= 1
    assert TrainConfig.from_json(result.config.to_json()) == result.config


def test_from_few_pictures_no_answer_is_quite_sure(trained):
    confidence = trained[1].out_of_fold_probs.max(axis=1)
    assert confidence.max() < 0.995 and trained[1].error_rate < 0.2


def test_copies_among_the_checking_pictures_count_once(tiny_project):
    data = prepare(tiny_project, load_backbone(TrainConfig().backbone), TrainConfig())
    fitted = fit(data)
    alone = check(data, fitted)
    groups = tuple(f"group {i // 3}" for i in range(len(data.pictures)))
    grouped = check(replace(data, plan=replace(data.plan, groups=groups)), fitted)
    assert grouped.error_rate == alone.error_rate and grouped.n_different < alone.n_different == alone.n
    assert grouped.error_interval[0] <= alone.error_interval[0]
    assert grouped.error_interval[1] > alone.error_interval[1]


def test_given_splits_are_used(tmp_path):
    for part, n, seed in (("train", 4, 1), ("validation", 3, 2), ("test", 2, 3)):
        make_tiny_folder(tmp_path / "set" / part, n_per_class=n, seed=seed, size_px=48)
    with create_project(tmp_path / "p") as project:
        take_in(project, tmp_path / "set")
        result = train_head(project)
    assert (result.n_train, result.n_valid, result.n_test) == (12, 9, 6)
    assert result.test_error_rate is not None


def test_cancelling_leaves_the_project_as_it_was(few_project, trained):
    shutil.copytree(trained[1].bundle_dir, few_project.bundles_dir / "earlier")

    def stop(done, total, message):
        if done >= 8:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        train_head(few_project, progress=stop)
    assert [path.name for path in few_project.bundles_dir.iterdir()] == ["earlier"]
    assert train_head(few_project).n_train > 0


def test_an_empty_project_says_what_to_do(tmp_path):
    with (
        create_project(tmp_path / "p") as project,
        pytest.raises(TrainError, match="no pictures. Add a folder"),
    ):
        train_head(project)


def test_one_label_is_nothing_to_tell_apart(tmp_path, tiny_folder):
    with create_project(tmp_path / "p") as project:
        take_in(project, tiny_folder / "circle", label="circle")
        with pytest.raises(TrainError, match="All 24 picture.* label 'circle'.*at least 2 labels"):
            train_head(project)


def test_a_class_with_one_picture_says_so(tmp_path, tiny_folder):
    with create_project(tmp_path / "p") as project:
        take_in(project, tiny_folder)
        lone = next((tiny_folder / "circle").iterdir())
        others = [p for p in project.manifest.pictures("circle") if p.original_name != f"circle/{lone.name}"]
        project.journal.decide(*[Remove(p.image_id) for p in others])
        with pytest.raises(SplitError, match="Label 'circle' has 1 picture"):
            train_head(project)


def test_pictures_that_vanish_or_change_are_left_out_and_said(few_project):
    first, second = few_project.manifest.pictures()[:2]
    few_project.file(first).unlink()
    few_project.file(second).write_bytes(b"no longer a picture")
    result = train_head(few_project)
    assert {skipped.path for skipped in result.skipped} == {first.path, second.path}
    assert "2 picture(s) could not be read" in result.notes[-1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"split": "luck"}, "choose 'hash' or 'random'"),
        ({"valid": 0.0}, "between 0 and 1"),
        ({"prior": "mine"}, "choose 'project' or 'equal'"),
    ],
)
def test_settings_out_of_range_say_what_is_possible(wrong, said):
    with pytest.raises(TrainError, match=said):
        TrainConfig(**wrong)


def test_a_misspelt_setting_is_not_ignored():
    with pytest.raises(TrainError, match="Unknown training setting.*epoch"):
        TrainConfig.from_json({"epoch": 3})
    for damaged in ({"valid": "x"}, {"weights": 7}, {"variation": {"zoom": 10**400}}):
        with pytest.raises(TrainError):
            TrainConfig.from_json(damaged)


def test_training_takes_no_torch(tiny_project):
    code = (
        "import sys; from pathlib import Path; from tellapart.vision import *\n"
        f"train(open_project(Path({str(tiny_project.root)!r})))\n"
        "assert 'torch' not in sys.modules and 'sklearn' not in sys.modules"
    )
    tiny_project.close()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    open_project(tiny_project.root).close()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
@pytest.mark.parametrize("is_cached", [True, False])
def test_a_picture_that_became_a_link_meanwhile_stops_nothing_as_one_that_is_gone(
    few_project, tmp_path, is_cached
):
    if is_cached:
        train_head(few_project)
    linked, gone = (few_project.file(one) for one in few_project.manifest.pictures()[:2])
    linked.rename(tmp_path / "moved.png")
    linked.symlink_to(tmp_path / "moved.png")
    gone.unlink()
    result = train_head(few_project)
    assert result.n_train + result.n_valid == (12 if is_cached else 10)
    passed_over = set() if is_cached else {f"images/circle/{one.name}" for one in (linked, gone)}
    assert {one.path for one in result.skipped} == passed_over
    assert len(described_pictures(few_project)) == 12
    assert cameras_of(few_project, few_project.manifest.pictures()) == [""] * 12
