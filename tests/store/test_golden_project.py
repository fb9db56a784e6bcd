"""A project that the program before the redesign made (format 3, all its decisions), opened by this one."""

import json
import zipfile
from pathlib import Path

import pytest
from tellapart.classify import Predictor
from tellapart.store.project import open_project

GOLDEN = Path(__file__).parents[1] / "golden" / "project-format-3.zip"


@pytest.fixture
def made_before(tmp_path):
    """30 pictures, trained with the built-in backbone; a relabel, two removals, a mark, a label renamed, a label wanted,
    and one more removal that was undone."""
    with zipfile.ZipFile(GOLDEN) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "shapes-project", json.loads((tmp_path / "facts.json").read_text("utf-8"))


def standing(project):
    return sorted(
        [one.path, one.label, one.state, one.mark]
        for state in ("kept", "removed")
        for one in project.manifest.pictures(state=state)
    )


def test_it_opens_with_every_picture_and_decision_and_stays_so(made_before):
    root, facts = made_before
    for _ in range(2):
        with open_project(root) as project:
            assert project.changes == []
            assert standing(project) == facts["pictures"] and len(facts["pictures"]) == 30
            assert project.journal.can_redo() is facts["can_redo"] is True
            assert len(project.journal.decided().image_ids) == 4
            for one in project.manifest.pictures():
                assert project.file(one).stat().st_size == one.n_bytes


def test_everything_can_be_undone_and_done_again_label_changes_too(made_before):
    root, facts = made_before
    with open_project(root) as project:
        journal, n = project.journal, 0
        while journal.can_undo():
            journal.undo()
            n += 1
        assert n == 5
        labels = {label for label, count in project.manifest.label_counts().items() if count}
        assert labels == {"circle", "square", "cross"}
        assert all(state == "kept" and mark is None for _, _, state, mark in standing(project))
        for _ in range(n):
            assert journal.can_redo()
            journal.redo()
        assert standing(project) == facts["pictures"]


def test_its_bundle_gives_the_answers_it_gave(made_before):
    root, _ = made_before
    (bundle,) = (root / "bundles").iterdir()
    predictor = Predictor(bundle)
    answers = json.loads((root.parent / "answers.json").read_text("utf-8"))
    assert len(answers) == 28
    for path, expected in answers.items():
        found = predictor.predict(root / path)
        assert found.label == expected["label"]
        assert found.probabilities == pytest.approx(expected["probabilities"], abs=1e-4)
