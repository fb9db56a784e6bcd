"""One classifier, four ways to ask it, 60 pictures: the program, its page from disk, its app in Voila and its service."""

import io

import numpy as np
import pytest
from odd_pictures import scene, variants
from PIL import Image
from running_service import running_service
from tellapart.classify import Predictor
from tellapart.deploy import Appearance, export_api
from tellapart_dashboards.app.wording import percent
from voila_apps import app_tab, served, unpacked_program

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Of a picture unlike all it knows, a level here and there moves a probability by up to 0.05 in the page.
NAMED = "all => all.map((one) => [one.getAttribute('aria-label'), one.innerText])"
MOVES = ("full-colour", "large", "huge", "turned", "p3")


@pytest.fixture(scope="module")
def pictures(trained, tmp_path_factory):
    """Real files: as they were taken in, and turned, printed, of a wide-gamut screen, with palettes, clear parts, deep, in
    eight formats."""
    folder = tmp_path_factory.mktemp("pictures")
    taken = sorted((trained[0] / "images").rglob("*.*"))
    shape = Image.open(taken[0]).convert("RGB").resize((480, 480))
    files = {f"shape-{name}": data for name, data in variants(shape).items()}
    files |= {
        f"scene-{name}": data
        for name, data in variants(scene(3, 640, 440)).items()
        if not name.startswith(MOVES)
    }
    files |= {
        f"taken-{i}{path.suffix}": path.read_bytes() for i, path in enumerate(taken[:: len(taken) // 12])
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


@pytest.fixture(scope="module")
def predictor(trained):
    return Predictor(trained[1].bundle_dir)


@pytest.fixture(scope="module")
def expected(predictor, pictures):
    """What the program says."""
    return dict(zip(pictures, predictor.predict_many(pictures), strict=True))


def test_there_are_sixty_of_every_kind(pictures):
    assert len(pictures) >= 60
    modes = {(Image.open(io.BytesIO(file.read_bytes())).format, Image.open(file).mode) for file in pictures}
    assert {one for one, _ in modes} >= {"JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP"}
    assert {mode for _, mode in modes} >= {"CMYK", "P", "RGBA", "LA", "L", "1"} and any(
        "16" in mode for _, mode in modes
    )


def test_the_page_from_disk(page_file, open_page, pictures, expected, predictor):
    off = {}
    for file, said in zip(pictures, open_page(page_file).answers(pictures), strict=True):
        program = expected[file]
        if said["probabilities"] is None:
            off[file.name] = said["text"]
            continue
        probs = np.array(said["probabilities"])
        furthest = np.abs(probs - list(program.probabilities.values())).max()
        if furthest > 5e-3 or list(program.probabilities)[int(probs.argmax())] != program.label:
            off[file.name] = f"{furthest:.4f} off, {program}"
        is_none = said["said"] == "None of these"
        on_the_line = abs(said["novelty"] / predictor.bundle.threshold - 1) < 0.03
        if is_none != program.is_none_of_these and not on_the_line:
            off[file.name] = f"{said['said']}, {program}"
    assert off == {}


def test_the_app_in_voila(voila_app, browser, pictures, expected, tmp_path):
    with (
        served(voila_app, tmp_path / "log.txt", **unpacked_program(voila_app, tmp_path / "program")) as app,
        app_tab(browser) as tab,
    ):
        tab.open(f"{app.url}/voila/render/app.ipynb")
        tab.choose(*pictures)
        tab.answers(len(pictures))
        rows = dict(tab.page.locator(".ta-answer").evaluate_all(NAMED))
    assert set(rows) == {file.name for file in pictures}
    for file, program in expected.items():
        lines = [line.strip() for line in rows[file.name].split("\n") if line.strip()]
        if program.is_none_of_these:
            assert lines[0].startswith("none of these?") and lines[-1] == f"closest: {program.label}"
            continue
        shown = dict(zip(lines[-6::2], lines[-5::2], strict=True))
        assert lines[0].startswith(program.label), rows[file.name]
        assert shown == {label: percent(share) for label, share in program.top(3)}, rows[file.name]


def test_the_service(trained, pictures, expected, tmp_path):
    folder = export_api(trained[1].bundle_dir, tmp_path / "service", Appearance("Which shape?"))
    with running_service(folder / "bundle") as service:
        answers = []
        for first in range(0, len(pictures), 40):
            reply = service.predict_many([file.read_bytes() for file in pictures[first : first + 40]])
            assert reply.status == 200, reply.body[:300]
            answers += reply.json["answers"]
    for file, said in zip(pictures, answers, strict=True):
        program = expected[file]
        assert (said["label"], said["is_none_of_these"]) == (program.label, program.is_none_of_these)
        for label, share in program.probabilities.items():
            assert said["probabilities"][label] == pytest.approx(share, abs=1e-3)
