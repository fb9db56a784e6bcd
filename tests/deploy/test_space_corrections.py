"""“That is wrong” in a Space: what is sent arrives at the owner's service, everything else is said in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from running_service import running_service
from tellapart.classify import Predictor
from tellapart.corrections.asking import THANKS, Asking
from tellapart.corrections.box import CorrectionBox
from tellapart.deploy import export_space
from tellapart.deploy.space.correction_form import corrected
from tellapart.errors import DeployError


@pytest.fixture(scope="module")
def predictor(trained: Any) -> Predictor:
    return Predictor(trained[1].bundle_dir)


def test_a_correction_arrives_at_the_owners_service(
    trained: Any, predictor: Predictor, tmp_path: Path
) -> None:
    circle = str(next((trained[0] / "images" / "circle").iterdir()))
    answer = predictor.predict(circle)
    other = next(place for place, label in enumerate(predictor.classes) if label != answer.label)
    with running_service(trained[1].bundle_dir, "--own", "--corrections", tmp_path / "box") as service:
        asking = Asking(True, "Agree?", f"http://127.0.0.1:{service.port}")
        assert corrected(predictor, asking, circle, other, "") == THANKS
        assert corrected(predictor, asking, circle, -1, "not this") == THANKS
        assert corrected(predictor, asking, circle, -2, "<b>a boat</b>" + "x" * 300) == THANKS
        same = corrected(predictor, asking, circle, answer.index, "")
        assert "is the answer that it gave" in same
        assert "does not say what it is" in corrected(predictor, asking, circle, -2, None)
    kept = [one for one, _ in CorrectionBox(tmp_path / "box")]
    assert [one.kind for one in kept] == ["label", "none of these", "other"]
    assert kept[0].said == predictor.classes[other] and kept[1].said == "" and len(kept[2].said) == 200
    assert {(one.answered, one.consent) for one in kept} == {(answer.label, asking.version)}
    assert "cannot be reached" in corrected(predictor, asking, circle, other, "")


def test_what_is_missing_or_unreadable_is_said(predictor: Predictor, tmp_path: Path) -> None:
    asking = Asking(True, "", "https://example.org")
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    assert corrected(predictor, asking, None, 0, "") == "Choose a picture, then say what it is."
    assert corrected(predictor, asking, str(text), None, "") == "Say what it is first."
    assert "not a picture" in corrected(predictor, asking, str(text), 0, "")


def test_a_space_knows_whom_to_ask_and_keeps_nothing_itself(trained: Any, tmp_path: Path) -> None:
    bundle = trained[1].bundle_dir
    with pytest.raises(DeployError, match="A Space keeps no files"):
        export_space(bundle, tmp_path / "lost", corrections=Asking(True))
    assert list(tmp_path.iterdir()) == []
    asking = Asking(True, 'Agree to <b>"this"</b>?', "https://example.org/corrections")
    for wish, name in ((asking, "asking"), (None, "silent")):
        app = export_space(bundle, tmp_path / name, corrections=wish)
        texts = json.loads((app / "app.json").read_text("utf-8"))
        assert Asking.from_json(texts["corrections"]) == (wish or Asking())
