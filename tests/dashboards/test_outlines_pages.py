"""The pages of a project of pictures with masks without a browser: cards, one mask on the desk, and every wrong message."""

from __future__ import annotations

import io
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from acting import is_shown, one, settled, text_of
from ipywidgets import Button
from made_outlines import colour_model, drawn, write_scenes
from PIL import Image
from tellapart.errors import IntakeError
from tellapart.outlines import new_project
from tellapart.outlines.kind import KIND
from tellapart.outlines.painting import MOST_BYTES, packed_mask
from tellapart.outlines.project import OutlineProject
from tellapart_dashboards.pages.kinds.cleaning import ThingsCleaning
from tellapart_dashboards.pages.kinds.doors import door_of
from tellapart_dashboards.pages.kinds.offer_menus import offer_menus
from tellapart_dashboards.pages.kinds.things import NewestModel
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.kinds.training_view import TrainingWords, training_view
from tellapart_dashboards.pages.outlines.desk import MaskDesk
from tellapart_dashboards.pages.outlines.desk_state import OpenedMask, desk_state, shown_classes
from tellapart_dashboards.pages.outlines.desk_view import desk_view
from tellapart_dashboards.pages.outlines.looking import OutlinesLooked
from tellapart_dashboards.pages.outlines.trying import Trying
from tellapart_dashboards.pages.outlines.words import outlines_details, outlines_headline, time_sentence
from tellapart_dashboards.widgets.mask_brush.mask_brush import MaskBrush
from tellapart_dashboards.widgets.upload.upload import UploadedFile


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OutlineProject:
    """Of twelve scenes, one of them with a box that is not there, and with a network that knows colours."""
    root = write_scenes(tmp_path / "park")
    mask = drawn(4)[1].copy()
    mask[:12, :12] = 2
    Image.fromarray(mask).save(root / "labels" / "scene04.png")
    project = new_project(tmp_path / "projects" / "park", root)
    (project.bundles_dir / "one").mkdir(parents=True)
    (project.bundles_dir / "one" / "outlines-model.json").write_text("{}")
    monkeypatch.setattr("tellapart.outlines.review.read_model", lambda bundle: colour_model(project))
    return project


class Page:
    """Clean of a project, with a trained network or none."""

    def __init__(self, project: OutlineProject, has_network: bool = True) -> None:
        self.project = project
        self.training = ThingsTraining(
            project.root, lambda: None, lambda bundle: (None, {}), project.decisions
        )
        if has_network:
            model = colour_model(project)
            predictor = type("Predictor", (), {"model": model})
            self.training.trained = NewestModel(project.bundles_dir, predictor, model.measured)
        looked = OutlinesLooked(project)
        self.cleaning = ThingsCleaning(looked)
        self.desk = MaskDesk(looked, self.cleaning, self.training)

    async def looked(self) -> None:
        self.cleaning.look()
        await settled()

    async def open(self, picture_id: str) -> None:
        self.desk.open(picture_id)
        await settled()

    def mask(self) -> np.ndarray:
        scene = self.desk.state.scene
        return np.frombuffer(zlib.decompress(scene["mask"]), np.uint8).reshape(
            scene["height"], scene["width"]
        )


def painted(mask: np.ndarray) -> np.ndarray:
    mine = mask.copy()
    mine[20:26, 30:40] = 1
    return mine


def test_a_folder_is_told_what_it_holds_and_made_a_project(tmp_path: Path) -> None:
    door = door_of(KIND)
    root = write_scenes(tmp_path / "park")
    (root / "images" / "alone.png").write_bytes((root / "images" / "scene00.png").read_bytes())
    offer = door.offer(root)
    assert offer.sentence == "12 pictures with masks, 3 classes: grass, ball and box."
    assert offer.choices[0].options == ("grass", "ball", "box") and "alone.png" in offer.problem
    assert offer_menus(offer)["void"].options[0] == ("– what is called so –", ""), "nothing has to be chosen"
    door.make(tmp_path / "made", root, {"void": "grass"})
    page = door.opened(tmp_path / "made")
    assert list(page.steps.values()) == ["Clean", "Train", "Try it", "Share"] and page.first == "train"
    (tmp_path / "nothing").mkdir()
    with pytest.raises(IntakeError, match="no picture with its mask"):
        door.offer(tmp_path / "nothing")


async def test_the_worst_picture_and_region_come_first_and_are_decided(project: OutlineProject) -> None:
    page = Page(project)
    await page.looked()
    cleaning = page.cleaning
    cards = cleaning.cards
    assert not cleaning.problem and cards[0]["id"] == "scene04" and cards[0]["action"] == ""
    region = next(card for card in cards if card["id"].startswith("scene04@"))
    assert region["suggested"] == "grass" and "drawn as 'box' look like 'grass'" in region["words"][0]
    assert Image.open(io.BytesIO(region["picture"])).format == "JPEG"
    assert "finding" in cleaning.state.title and cleaning.state.options[0]["key"] == ""
    await cleaning.decide("scene04", "relabel", "../../secret")
    assert "has a mask and no label" in cleaning.problem
    await cleaning.decide(region["id"], "relabel", "box")
    assert "has a mask and no label" in cleaning.problem and not project.decisions.lines()
    n = cleaning.state.n_open
    await cleaning.decide(region["id"], "relabel", "grass")
    assert not cleaning.problem and (project.mask(project.picture("scene04"))[:10, :10] == 0).all()
    assert cleaning.state.n_open < n - 1, "the picture and its regions are settled"
    await cleaning.undo()
    assert cleaning.state.n_open == n and cleaning.can_redo
    await cleaning.redo()
    assert cleaning.said == "Done again." and not cleaning.can_redo


async def test_without_a_network_masks_are_not_judged_and_can_be_painted(project: OutlineProject) -> None:
    (project.bundles_dir / "one" / "outlines-model.json").unlink()
    page = Page(project, has_network=False)
    view = desk_view(page.desk, shown_classes(project.classes), lambda: None)
    await settled()
    assert page.cleaning.state.title == "Not judged yet" and not page.cleaning.problem
    one(view, Button, "Look at all masks").click()
    await settled()
    brush = one(view, MaskBrush)
    assert is_shown(view, brush) and brush.scene["id"] == "scene00" and brush.scene["told"] == b""
    assert await page.desk.wish("save", "scene00", packed_mask(painted(page.mask()))) == ""
    assert project.picture("scene00").decided == "relabel" and brush.scene["said"].startswith(
        "scene00: the mask"
    )
    assert "Its mask was corrected." in text_of(view) and brush.can_undo
    await page.desk.wish("next", "", b"")
    assert brush.scene["name"] == "scene01 · 2 of 12"
    await page.desk.wish("close", "", b"")
    assert not is_shown(view, brush)


async def test_a_mask_is_painted_saved_taken_back_and_saved_again(project: OutlineProject) -> None:
    page = Page(project)
    await page.looked()
    await page.open(next(card["id"] for card in page.cleaning.cards if "@" in card["id"]))
    desk, given = page.desk, page.mask()
    assert desk.state.picture_id == "scene04" and "told otherwise" in desk.state.lead
    told = np.frombuffer(zlib.decompress(desk.state.scene["told"]), np.uint8)
    assert (told.reshape(48, 64) == drawn(4)[1]).mean() > 0.95
    assert await desk.wish("save", "scene04", packed_mask(painted(given))) == ""
    assert np.array_equal(page.mask(), painted(given)) and page.cleaning.can_undo
    assert all(not card["id"].startswith("scene04") for card in page.cleaning.cards)
    assert await desk.wish("undo", "", b"") == ""
    assert np.array_equal(page.mask(), given) and desk.state.scene["said"] == "Taken back."
    assert await desk.wish("redo", "", b"") == ""
    assert np.array_equal(project.mask(project.picture("scene04")), painted(given))
    for _ in range(2):
        assert await desk.wish("keep", "scene04", b"") == "" and "Kept as it is." in desk.state.lead
    await desk.wish("undo", "", b"")
    assert project.picture("scene04").decided == "relabel"


async def test_what_is_taken_back_is_seen_though_another_picture_was_open(project: OutlineProject) -> None:
    page = Page(project)
    await page.open("scene02")
    given = page.mask()
    assert await page.desk.wish("save", "scene02", packed_mask(painted(given))) == ""
    for name in ("undo", "redo"):
        await page.desk.wish("next", "", b"")
        assert page.desk.state.picture_id == "scene03"
        assert await page.desk.wish(name, "", b"") == "" and page.desk.state.picture_id == "scene02"
        assert np.array_equal(page.mask(), given if name == "undo" else painted(given))
    await page.desk.wish("next", "", b"")
    assert await page.desk.wish("redo", "", b"") == "" and page.desk.state.picture_id == "scene03"
    assert page.desk.state.scene["said"] == "There is nothing to redo."


async def test_what_is_no_mask_of_the_open_picture_is_refused(project: OutlineProject) -> None:
    page = Page(project)
    assert "No picture is open" in await page.desk.wish("save", "scene02", b"")
    await page.open("scene02")
    mask = page.mask()
    for picture_id, data, said in (
        ("scene03", packed_mask(painted(mask)), "is not the picture that is open here"),
        ("../../etc/passwd", packed_mask(painted(mask)), "is not the picture that is open here"),
        ("scene02", packed_mask(mask[:40]), "has 2,560 pixels"),
        ("scene02", packed_mask(np.full((48, 64), 7)), "values that no class has (7)"),
        ("scene02", b"\0" * (MOST_BYTES + 1), "at most 8,388,608 are taken"),
        ("scene02", b"", "has 0 pixels"),
        ("scene02", packed_mask(mask), "Nothing was painted"),
    ):
        assert said in await page.desk.wish("save", picture_id, data)
        assert page.desk.state.picture_id == "scene02" and project.decisions.lines() == []
    assert await page.desk.wish("previous", "", b"") == "" and await page.desk.wish("format", "", b"") == ""
    assert page.desk.state.picture_id == "scene01"
    await page.open("nobody")
    assert page.desk.state.picture_id == "scene01", "the one that was open stays"
    assert "has no picture 'nobody'" in page.desk.problem


async def test_two_tabs_do_not_paint_over_each_other_unseen(project: OutlineProject) -> None:
    mine, theirs = Page(project), Page(project)
    for page in (mine, theirs):
        await page.open("scene02")
    given = mine.mask()
    assert await theirs.desk.wish("save", "scene02", packed_mask(np.where(given == 1, 2, given))) == ""
    said = await mine.desk.wish("save", "scene02", packed_mask(painted(given)))
    assert "decided in another window meanwhile" in said and mine.desk.state.scene["turn"] == 1
    assert await mine.desk.wish("save", "scene02", packed_mask(painted(given))) == ""
    project.undo()
    assert np.array_equal(project.mask(project.picture("scene02")), np.where(given == 1, 2, given))


async def test_messages_of_the_page_that_say_nonsense_do_nothing() -> None:
    wishes: list[tuple[str, str, bytes]] = []

    async def wish(*values: object) -> str:
        wishes.append(values)  # type: ignore[arg-type]
        return "No."

    brush = MaskBrush(wish)
    sent: list[object] = []
    brush.send = sent.append  # type: ignore[method-assign]
    for message in (
        {},
        {"t": "go", "by": 5},
        {"t": "go", "by": "1"},
        {"t": ["save"]},
        {"t": "delete", "id": "a"},
    ):
        await brush.receive(message)
    assert wishes == [] and sent == []
    await brush.receive({"t": "go", "by": -1})
    await brush.receive({"t": "save", "id": 7}, [memoryview(b"ab")])
    assert wishes == [("previous", "", b""), ("save", "7", b"ab")] and sent[0] == {
        "t": "refused",
        "said": "No.",
    }
    brush.close()


def test_the_state_of_the_desk_is_made_of_what_is_open(project: OutlineProject) -> None:
    assert desk_state(None, 12, 3, "x").picture_id == ""
    mask = drawn(0)[1]
    opened = OpenedMask(project.pictures()[11], 11, b"jpeg", mask, None, "Odd.")
    state = desk_state(opened, 12, 3, "Done.")
    assert (state.picture_id, state.lead) == ("scene11", "Odd.")
    assert (state.scene["has_previous"], state.scene["has_next"], state.scene["turn"]) == (True, False, 3)


async def test_a_picture_is_tried_and_what_is_none_is_named(project: OutlineProject, tmp_path: Path) -> None:
    from tellapart.outlines.predictor import OutlinePredictor

    page = Page(project)
    predictor = OutlinePredictor.__new__(OutlinePredictor)
    predictor.model = colour_model(project)
    page.training.trained = NewestModel(project.bundles_dir, predictor, {})
    trying = Trying(page.training)
    for name, made in (("new.png", drawn(9)[0].save), ("none.png", lambda path: path.write_bytes(b"x"))):
        batch = trying.uploads_dir / name
        batch.mkdir(parents=True)
        made(batch / name)
        trying.take_upload(batch, [UploadedFile(batch / name, name, (), 9)])
        await settled()
        assert not batch.exists()
    told = np.frombuffer(zlib.decompress(trying.scene["told"]), np.uint8).reshape(48, 64)
    assert trying.scene["name"] == "new.png" and (told == drawn(9)[1]).mean() > 0.95
    assert trying.problem.startswith("none.png: ")
    files = [UploadedFile(batch / f"{i}.png", f"{i}.png", (), 9) for i in range(3)]
    batch.mkdir()
    for one_file in files:
        drawn(9)[0].save(one_file.path)
    trying.take_upload(batch, files)
    await settled()
    assert trying.problem == "0.png is shown, and not the 2 others. Give one after the other."


async def test_numbers_stand_beside_the_guess_and_what_is_missing_is_said(project: OutlineProject) -> None:
    measured = colour_model(project).measured
    title, lead = outlines_headline(measured)
    assert title == "90 % of the pixels right" and "Mean IoU 0.80; 3 pictures say little about others" in lead
    assert "expect 0.70 to 0.90" in outlines_headline({**measured, "n_held_out": 30})[1]
    alike = outlines_headline({**measured, "n_held_out": 30, "interval": None})[1]
    assert "they are all alike, and say little about others" in alike
    assert "1 picture says little" in outlines_headline({**measured, "n_held_out": 1, "interval": None})[1]
    assert "70\u00a0% right, mean IoU 0.30" in lead and "3 pictures" in lead
    details = outlines_details(measured, ["grass", "<b>", "box"])
    assert (
        "&lt;b&gt;" in details
        and details.index("box") < details.index("grass")
        and "never learned: ball" in details
    )
    assert "says how long is left" in time_sentence(project, 12, None)
    assert "took 31 seconds for 12 rounds" in time_sentence(project, 4, measured)
    page = Page(project, has_network=False)
    words = TrainingWords(
        lambda: ("", ""), lambda: ("", ""), outlines_headline, lambda one: "", "Install torch."
    )
    view = training_view(page.training, words, {"Share": lambda: None})
    assert "Install torch." in text_of(view) and one(view, Button, "Train").disabled


def test_the_page_of_outlines_opens_without_torch(project: OutlineProject) -> None:
    code = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom tellapart_dashboards.pages.outlines import door\n"
        f"page = door.opened(Path({str(project.root)!r}))\n"
        "assert page.steps and not {'torch', 'scipy', 'onnxscript'} & set(sys.modules)\n"
        "import tellapart_dashboards.pages.kinds.doors"
    )
    (project.bundles_dir / "one" / "outlines-model.json").unlink()
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)
    code = (
        "import sys, tellapart_dashboards.pages.kinds.doors\n"
        "assert not [one for one in sys.modules if one.startswith('tellapart.outlines')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)
