"""What was made with the backbone that was built in before: bundles answer as they did, projects train anew."""

import json
import zipfile
from pathlib import Path

import pytest
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.embeddings import embed
from tellapart.classify import Predictor
from tellapart.clean import open_review
from tellapart.store.project import open_project
from tellapart.train import TrainConfig, train_head
from tellapart_dashboards.pages.train.scores import outdated_words

GOLDEN = Path(__file__).parents[2] / "golden" / "project-0.1.0.zip"


@pytest.fixture
def old_project(tmp_path: Path) -> Path:
    """A project of version 0.1.0: 30 pictures, trained with pocket, one relabelled, one removed, one removal undone."""
    with zipfile.ZipFile(GOLDEN) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "shapes-project"


def test_its_bundle_gives_the_answers_it_gave(old_project):
    (bundle,) = (old_project / "bundles").iterdir()
    predictor = Predictor(bundle)
    answers = json.loads((old_project.parent / "answers.json").read_text("utf-8"))
    assert len(answers) >= 28
    for path, expected in answers.items():
        found = predictor.predict(old_project / path)
        assert found.label == expected["label"]
        assert found.probabilities == pytest.approx(expected["probabilities"], abs=1e-4)


def test_it_opens_with_its_decisions_and_trains_anew_with_the_new_backbone(old_project):
    with open_project(old_project) as project:
        assert len(project.manifest.pictures()) == 29 and project.journal.latest() is not None
        (run,) = (old_project / "runs").iterdir()
        config = TrainConfig.from_json(json.loads((run / "config.json").read_text())["config"])
        assert config.backbone == "efficientnet_lite0"
        result = train_head(project, config)
        assert result.backbone == "efficientnet_lite0" and len(list(project.bundles_dir.iterdir())) == 2
        open_review(project, config)
        assert len(project.journal.undo()) == 1


def test_the_train_page_says_that_an_older_version_trained_it(old_project):
    (run,) = (old_project / "runs").iterdir()
    result = json.loads((run / "result.json").read_text("utf-8"))
    assert "This was trained with an older version. Train again" in outdated_words(result)
    assert outdated_words({**result, "backbone": "efficientnet_lite0"}) == ""


def test_what_the_old_backbone_had_computed_is_dropped_once_and_said(old_project):
    folder = old_project / "cache" / "embeddings"
    old = {path.name for path in folder.iterdir()}
    assert old and not any(name.startswith("v") for name in old)
    (folder / "notes.txt").write_text("mine")
    told: list[str] = []
    with open_project(old_project) as project:
        pictures = project.manifest.pictures()
        embed(project, load_backbone(), pictures, lambda done, total, message: told.append(message))
        assert told[0].startswith("Deleted 0.")
        assert not old & {path.name for path in folder.iterdir()} and (folder / "notes.txt").is_file()
        told.clear()
        assert (
            embed(project, load_backbone(), pictures, lambda d, t, message: told.append(message)).n_computed
            == 0
        )
        assert told == []
