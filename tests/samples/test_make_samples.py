"""The samples are the same for a seed, hold what they say they hold, and say nothing by their names."""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from tellapart.errors import Cancelled, ProjectError
from tellapart.samples import SampleSet, leaf_places, make_samples
from tellapart.samples.flaws import ORIENTATION
from tellapart.samples.sampler import N_GROUNDS, _flaws, _plan
from tellapart.samples.scene import Scenery, draw_scene
from tellapart.samples.shapes import KINDS
from tellapart.samples.textures import make_ground

N_PER_CLASS = 8


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleSet:
    return make_samples(tmp_path_factory.mktemp("samples"), seed=3, n_per_class=N_PER_CLASS)


def _hashes(samples: SampleSet) -> dict[str, str]:
    paths = [path for paths in samples.files.values() for path in paths]
    return {path: hashlib.sha256((samples.directory / path).read_bytes()).hexdigest() for path in paths}


def _grey(path: Path, side_px: int = 32) -> np.ndarray:
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("L")
    return np.asarray(upright.resize((side_px, side_px), Image.Resampling.BOX), float)


def _likeness(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def _sharpness(path: Path) -> float:
    with Image.open(path) as picture:
        grey = np.asarray(picture.convert("L"), float)
    second = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    return float(second.var())


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others(
    samples: SampleSet, tmp_path: Path
) -> None:
    again = make_samples(tmp_path / "again", seed=3, n_per_class=N_PER_CLASS)
    other = make_samples(tmp_path / "other", seed=4, n_per_class=N_PER_CLASS)
    assert _hashes(again) == _hashes(samples)
    assert again.flaws == samples.flaws
    assert not set(_hashes(other).values()) & set(_hashes(samples).values())


def test_the_class_folders_hold_what_the_set_lists_and_nothing_else(samples: SampleSet) -> None:
    on_disk = sorted(
        path.relative_to(samples.directory).as_posix() for path in samples.directory.rglob("*.*")
    )
    assert on_disk == sorted(path for paths in samples.files.values() for path in paths)
    assert list(samples.files) == list(KINDS) and len(KINDS) >= 4
    assert samples.n_files == len(KINDS) * N_PER_CLASS + 6  # four near and one exact copy, one broken file
    assert all(len(paths) >= N_PER_CLASS for paths in samples.files.values())


def test_names_give_nothing_away(samples: SampleSet) -> None:
    names = [path.split("/")[1] for paths in samples.files.values() for path in paths]
    assert all(re.fullmatch(r"IMG_\d{4}\.jpg", name) for name in names)
    assert len(set(names)) == len(names)
    first = {label: min(path.split("/")[1] for path in paths) for label, paths in samples.files.items()}
    last = {label: max(path.split("/")[1] for path in paths) for label, paths in samples.files.items()}
    assert all(first[a] < last[b] for a in KINDS for b in KINDS)  # the numbers of the classes are mixed


def test_full_size_plants_the_promised_number_of_flaws() -> None:
    names = [flaw.name for flaw in _flaws(_plan(seed=0, n_per_class=48))]
    promised = {"wrong label": 6, "near-duplicate": 4, "exact duplicate": 1, "broken": 1}
    promised |= {"blurred": 3, "dark": 3, "rotated": 3}
    assert {name: names.count(name) for name in names} == promised


@pytest.mark.parametrize("seed", range(20))
def test_no_file_has_two_flaws_and_no_copy_is_made_of_a_flawed_one(seed: int) -> None:
    flaws = _flaws(_plan(seed=seed, n_per_class=N_PER_CLASS))
    flawed = [flaw.path for flaw in flaws]
    assert len(set(flawed)) == len(flawed)
    assert not {flaw.twin for flaw in flaws if flaw.twin} & set(flawed)


@functools.cache
def _scenery() -> Scenery:
    return Scenery([make_ground(number, 3) for number in range(N_GROUNDS)], 3)


@functools.cache
def _drawn(kind: str) -> list[np.ndarray]:
    """All drawings of a kind in the `samples` fixture, drawn again without any flaw, small and grey."""
    place = list(KINDS).index(kind)
    pictures = (
        draw_scene(kind, _scenery(), np.random.default_rng([3, 5, place, number]))
        for number in range(N_PER_CLASS)
    )
    return [np.asarray(p.convert("L").resize((32, 32), Image.Resampling.BOX), float) for p in pictures]


def test_wrong_labels_show_the_kind_they_say_and_lie_in_the_folder_of_another(samples: SampleSet) -> None:
    wrong = samples.flaws_named("wrong label")
    assert len(wrong) == 2
    for flaw in wrong:
        assert flaw.drawn != flaw.path.split("/")[0]
        written = _grey(samples.directory / flaw.path)
        assert max(_likeness(written, drawing) for drawing in _drawn(flaw.drawn)) > 0.99


def test_the_broken_file_breaks_and_every_other_file_opens(samples: SampleSet) -> None:
    (broken,) = samples.flaws_named("broken")
    for paths in samples.files.values():
        for path in paths:
            with Image.open(samples.directory / path) as picture:
                if path == broken.path:
                    with pytest.raises(OSError, match="truncated"):
                        picture.load()
                else:
                    picture.load()
                    assert picture.mode == "RGB"
                    assert min(picture.size) * (8 / 5 if "eighths" in _reason(samples, path) else 1) >= 240


def _reason(samples: SampleSet, path: str) -> str:
    return next((flaw.reason for flaw in samples.flaws if flaw.path == path), "")


def test_rotated_pictures_carry_three_different_orientations(samples: SampleSet) -> None:
    tags = []
    for flaw in samples.flaws_named("rotated"):
        with Image.open(samples.directory / flaw.path) as picture:
            tags.append(picture.getexif()[ORIENTATION])
    assert sorted(tags) == [3, 6, 8]


def test_rotated_pictures_are_upright_once_the_tag_is_applied(samples: SampleSet) -> None:
    for flaw in samples.flaws_named("rotated"):
        shown = _grey(samples.directory / flaw.path)
        assert max(_likeness(shown, drawing) for drawing in _drawn(flaw.drawn)) > 0.99


def test_near_duplicates_resemble_their_twin_but_are_other_bytes(samples: SampleSet) -> None:
    hashes = _hashes(samples)
    near = samples.flaws_named("near-duplicate")
    assert len({flaw.reason for flaw in near}) == 4
    for flaw in near:
        copy, twin = _grey(samples.directory / flaw.path, 8), _grey(samples.directory / flaw.twin, 8)
        assert max(_likeness(copy, twin), _likeness(copy[:, ::-1], twin)) > 0.8
        assert hashes[flaw.path] != hashes[flaw.twin]


def test_the_exact_duplicate_has_the_bytes_of_its_twin(samples: SampleSet) -> None:
    hashes = _hashes(samples)
    (exact,) = samples.flaws_named("exact duplicate")
    assert hashes[exact.path] == hashes[exact.twin] and exact.path != exact.twin
    assert len(set(hashes.values())) == len(hashes) - 1


def test_blurred_pictures_are_less_sharp_and_dark_ones_darker_than_any_good_one(samples: SampleSet) -> None:
    flawed = {flaw.path for flaw in samples.flaws}
    good = [
        samples.directory / path for paths in samples.files.values() for path in paths if path not in flawed
    ]
    blurred = [samples.directory / flaw.path for flaw in samples.flaws_named("blurred")]
    dark = [samples.directory / flaw.path for flaw in samples.flaws_named("dark")]
    assert max(map(_sharpness, blurred)) < min(map(_sharpness, good))
    assert max(_grey(path).mean() for path in dark) < min(_grey(path).mean() for path in good)


def test_stop_is_noticed_while_drawing(tmp_path: Path) -> None:
    def stop_at_three(done: int, total: int, message: str) -> None:
        if done == 3:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        make_samples(tmp_path, n_per_class=N_PER_CLASS, progress=stop_at_three)
    for path in tmp_path.rglob("*.jpg"):
        assert path.stat().st_size > 1000  # what is there is whole


def test_a_folder_that_holds_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "oak").mkdir()
    (tmp_path / "oak" / "mine.jpg").write_bytes(b"precious")
    with pytest.raises(ProjectError, match="is not empty"):
        make_samples(tmp_path, n_per_class=N_PER_CLASS)
    assert [path.name for path in tmp_path.rglob("*.jpg")] == ["mine.jpg"]


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ProjectError, match="could not be written"):
        make_samples(tmp_path / "file", n_per_class=N_PER_CLASS)


def test_too_few_pictures_per_class_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 8"):
        make_samples(tmp_path, n_per_class=7)


def test_the_places_of_the_leaves_fit_their_pictures(samples: SampleSet) -> None:
    flawed = {flaw.path for flaw in samples.flaws}
    places = dict(leaf_places(3, N_PER_CLASS))
    assert set(places) == {path for paths in samples.files.values() for path in paths} - flawed
    shares, unlike = [], []
    for path, place in places.items():
        with Image.open(samples.directory / path) as picture:
            pixels = np.asarray(picture.convert("RGB"), float)
        assert place.shape == pixels.shape[:2] and place.dtype == bool
        shares.append(place.mean())
        spread = pixels.reshape(-1, 3).std(axis=0).mean()
        unlike.append(np.abs(pixels[place].mean(axis=0) - pixels[~place].mean(axis=0)).mean() / spread)
    assert 0.1 < np.mean(shares) < 0.6
    assert np.mean(unlike) > 0.5, "leaf and ground differ in colour"
