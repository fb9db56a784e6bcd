"""Pictures that look alike, checked against comparing every view of every picture with every other."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps
from tellapart.clean import group_near_duplicates, near_duplicate_pairs
from tellapart.duplicates import candidates
from tellapart.duplicates.candidates import pairs_at_first_look
from tellapart.duplicates.crops import BIT_MIRROR, IS_BIT, MIRROR, VIEWS, describe, low_frequencies, signs
from tellapart.duplicates.near_duplicates import groups_of
from tellapart.pictures.images import FINGERPRINT_BYTES, fingerprint, inspect


def scene(seed, size=(320, 240), roughness=1.3):
    """Clouds of colour whose frequencies fall off as those of photographs do; no two seeds look alike."""
    rng = np.random.default_rng(seed)
    width, height = size
    across, down = np.fft.fftfreq(width), np.fft.fftfreq(height)
    fall = 1 / np.maximum(np.hypot(across[None], down[:, None]), 1 / width) ** roughness
    layers = [np.fft.ifft2(np.fft.fft2(rng.normal(size=(height, width))) * fall).real for _ in range(3)]
    grey = layers[0] / layers[0].std()
    tint = rng.normal(0, 12, 3)
    pixels = np.stack(
        [128 + 50 * grey + tint[i] + 12 * layers[i % 2 + 1] / layers[i % 2 + 1].std() for i in range(3)],
        axis=-1,
    )
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def cropped(image, left, top, right, bottom):
    width, height = image.size
    return image.crop(
        (round(left * width), round(top * height), round(right * width), round(bottom * height))
    )


def saved(image, quality=90):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def prints(files):
    return [inspect(file).fingerprint for file in files]


def grouped(files):
    return group_near_duplicates(prints(files), files).tolist()


COPIES = {
    "half the size": lambda image: saved(image.resize((image.width // 2, image.height // 2))),
    "JPEG quality 40": lambda image: saved(image, 40),
    "5 % off in all": lambda image: saved(cropped(image, 0.025, 0.025, 0.975, 0.975)),
    "5 % off in a corner": lambda image: saved(cropped(image, 0.05, 0, 1, 0.95)),
    "5 % off each side": lambda image: saved(cropped(image, 0.05, 0.05, 0.95, 0.95)),
    "as much, off the centre": lambda image: saved(cropped(image, 0.1, 0.03, 1, 0.93)),
    "mirrored": lambda image: saved(ImageOps.mirror(image)),
    "15 % brighter": lambda image: saved(ImageEnhance.Brightness(image).enhance(1.15)),
    "15 % darker": lambda image: saved(ImageEnhance.Brightness(image).enhance(0.85)),
    "mirrored, small, cropped": lambda image: saved(
        ImageOps.mirror(cropped(image, 0, 0.02, 0.96, 0.98)).resize((150, 110)), 40
    ),
}


@pytest.fixture(scope="module")
def scenes():
    return [scene(seed) for seed in range(40)]


@pytest.fixture(scope="module")
def originals(scenes):
    """Their files and fingerprints."""
    files = [*map(saved, scenes)]
    return files, prints(files)


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_found_whatever_happened_to_it_and_nothing_else_is(scenes, originals, name):
    n = len(scenes)
    copies = [*map(COPIES[name], scenes)]
    files, fingerprints = originals
    pairs = near_duplicate_pairs([*fingerprints, *prints(copies)], [*files, *copies])
    found = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert {(one, other) for one, other in found if other != one + n} == set(), "no two different pictures"
    # clouds have no edges: cropped between two places of the search grid they are harder to find than photographs
    wanted = {"as much, off the centre": 0.8, "mirrored, small, cropped": 0.9}.get(name, 0.95)
    assert len(found) >= wanted * n
    assert pairs.is_mirrored.mean() == (1.0 if "mirrored" in name else 0.0)


def test_one_shirt_in_two_colours_is_two_pictures():
    image = scene(1)
    red, green, blue = image.split()
    other = Image.merge("RGB", (blue.point(lambda value: value // 2), green, red))
    other = Image.composite(other, other, image.convert("L"))
    assert len(pairs_at_first_look(prints([saved(image), saved(other)])).first) == 0


def compared_pair_by_pair(fingerprints):
    """The pairs by definition."""
    rows = np.frombuffer(b"".join(fingerprints), np.uint8).reshape(-1, FINGERPRINT_BYTES)
    greys = rows[:, :256].reshape(-1, 16, 16).astype(np.float32)
    colours = rows[:, 256:].reshape(-1, 4, 4, 2).astype(np.float32) - 128
    whole, n = describe(greys, 0), len(rows)
    seen = {view: signs(frequencies) for view, frequencies in low_frequencies(greys)}
    straight = next(low_frequencies(greys))[1]
    weights = candidates._KEY_WEIGHTS
    best = np.full((n, n, 2), -1.0)
    is_candidate = np.zeros((n, n, 2), bool)
    for mirrored in (0, 1):
        bits = signs(straight * (BIT_MIRROR if mirrored else 1))
        target = whole * (MIRROR if mirrored else 1)
        for view in range(len(VIEWS)):
            likeness = describe(greys, view) @ target.T
            best[..., mirrored] = np.maximum(best[..., mirrored], np.maximum(likeness, likeness.T))
            if view in seen:
                differ = (seen[view][:, None] != bits[None]).sum(axis=2)
                shares = ((seen[view] @ weights)[:, None] == (bits @ weights)[None]).any(axis=2)
                near = shares & (differ <= candidates.MAX_BITS) & (likeness >= candidates.FIRST_LIKENESS)
                is_candidate[..., mirrored] |= near | near.T
    pairs = {}
    for one in range(n):
        for other in range(one + 1, n):
            for mirrored in (0, 1):
                shown = colours[other][:, ::-1] if mirrored else colours[other]
                strength = (np.abs(colours[one]) + np.abs(shown)).mean() / 2
                agree = np.abs(colours[one] - shown).mean() <= 4 + 0.2 * strength
                is_like = best[one, other, mirrored] >= candidates.MIN_LIKENESS
                if is_candidate[one, other, mirrored] and agree and is_like:
                    pairs[one, other] = max(pairs.get((one, other), -1), best[one, other, mirrored])
    return pairs


def kin(seed, n_families, changes):
    """Fingerprints of a few families: near ones, cropped ones, mirrored ones and strangers."""
    rng = np.random.default_rng(seed)
    parents = [np.asarray(scene(seed % 1000 * 10 + i, (40, 40)).resize((20, 20))) for i in range(n_families)]
    made = []
    for which, change, noise in changes:
        left, top = rng.integers(0, 3, 2)
        pixels = parents[which % n_families]
        pixels = pixels[top : 18 + top, left : 18 + left] if change != "whole" else pixels
        pixels = pixels[:, ::-1] if change == "mirror" else pixels
        pixels = np.clip(pixels + rng.normal(0, noise, pixels.shape), 0, 255).astype(np.uint8)
        made.append(fingerprint(Image.fromarray(pixels)))
    return made


CHANGES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["whole", "crop", "mirror"]), st.sampled_from([0, 2, 8, 20])),
    min_size=1, max_size=10,
)  # fmt: skip


@given(st.integers(0, 2**32), st.integers(1, 4), CHANGES)
@pytest.mark.slow
@settings(max_examples=80, deadline=None)
def test_the_pairs_at_first_look_are_those_of_comparing_everything_with_everything(seed, n_families, changes):
    fingerprints = list(dict.fromkeys(kin(seed, n_families, changes)))
    pairs = pairs_at_first_look(fingerprints)
    found = dict(
        zip(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True), pairs.distance, strict=True)
    )
    wanted = compared_pair_by_pair(fingerprints)
    # where two fingerprints are on the line itself, rounding may decide
    certain = {pair for pair, likeness in wanted.items() if abs(likeness - candidates.MIN_LIKENESS) > 1e-4}
    assert certain <= set(found) <= set(wanted)
    assert all(1 - found[pair] <= wanted[pair] + 1e-4 for pair in found)
    assert all(distance <= 1 - candidates.MIN_LIKENESS + 1e-4 for distance in found.values())


@given(st.permutations(range(12)), st.integers(0, 50))
@settings(max_examples=30, deadline=None)
def test_the_order_of_files_does_not_change_who_belongs_together(order, seed):
    fingerprints = kin(seed, 4, [(i, ("whole", "crop", "mirror")[i // 4], 2) for i in range(12)])
    plain = groups_of(pairs_at_first_look(fingerprints), 12)
    mixed = groups_of(pairs_at_first_look([fingerprints[i] for i in order]), 12)
    together = plain[list(order)]
    assert ((mixed[:, None] == mixed[None]) == (together[:, None] == together[None])).all()


def test_a_group_has_the_number_of_its_first_picture(scenes):
    one, other = saved(scenes[0]), saved(scenes[1])
    assert grouped([other, one, one, other, one]) == [0, 1, 1, 0, 1]
    assert grouped([]) == []
    pairs = pairs_at_first_look(prints([other, one, one, other, one]))
    assert list(zip(pairs.first, pairs.second, strict=True)) == [(0, 3), (1, 2), (1, 4)]
    assert pairs.distance.tolist() == [0, 0, 0] and not pairs.is_mirrored.any()


def test_many_equal_pictures_and_a_crowd_of_frames_cost_neither_time_nor_memory(scenes):
    rng = np.random.default_rng(0)
    one, frame = prints([saved(scenes[1]), saved(scenes[0])])
    frame = np.frombuffer(frame, np.uint8)
    crowd = [
        np.concatenate(
            [np.clip(frame[:256] + rng.normal(0, 2, 256), 0, 255).astype(np.uint8), frame[256:]]
        ).tobytes()
        for _ in range(3000)
    ]
    groups = groups_of(pairs_at_first_look([one] * 50_000 + crowd), 53_000)
    assert (groups[:50_000] == 0).all() and len(set(groups.tolist())) == 2


def test_pictures_without_contrast_and_old_fingerprints_are_like_their_equals_only():
    flat = [fingerprint(Image.new("RGB", (50, 50), (grey, grey, grey))) for grey in (200, 201, 200)]
    old = [bytes(32), bytes([1]) + bytes(31), bytes(32)]
    assert groups_of(pairs_at_first_look([*flat, *old]), 6).tolist() == [0, 1, 0, 3, 4, 3]


def test_what_is_no_fingerprint_is_said():
    with pytest.raises(ValueError, match="Fingerprint 1 has 5 bytes; expected 288"):
        group_near_duplicates([bytes(32), b"short"], [b"", b""])


def test_the_bits_leave_the_mean_brightness_out():
    assert IS_BIT.sum() == 48 and not IS_BIT[0]


TRASHNET = Path(os.environ.get("TELLAPART_DATA", ""), "trashnet")
# different things on a white or brown ground, each pair within 2 of 64 bits by a plain difference hash
LOOK_ALIKES = [
    ("cardboard/cardboard221.jpg", "cardboard/cardboard75.jpg"),
    ("cardboard/cardboard221.jpg", "paper/paper552.jpg"),
    ("glass/glass143.jpg", "paper/paper552.jpg"),
    ("paper/paper239.jpg", "paper/paper385.jpg"),
    ("paper/paper54.jpg", "paper/paper552.jpg"),
]


@pytest.mark.skipif(
    "TELLAPART_DATA" not in os.environ or not TRASHNET.is_dir(),
    reason="TELLAPART_DATA names no folder with the picture set trashnet",
)
def test_different_things_on_an_even_ground_are_no_duplicates_though_a_difference_hash_says_so():
    files = sorted(TRASHNET.glob("*/*.jpg"))
    names = [file.relative_to(TRASHNET).as_posix() for file in files]
    hashes = np.array([difference_hash(file) for file in files], np.int8)
    apart = hashes.sum(1)[:, None] + hashes.sum(1)[None] - 2 * hashes.astype(float) @ hashes.T
    near = np.argwhere(np.triu(apart <= 2, 1))
    assert sorted((names[one], names[other]) for one, other in near) == sorted(LOOK_ALIKES)
    groups = group_near_duplicates(prints(files), files)
    group = dict(zip(names, groups.tolist(), strict=True))
    assert [pair for pair in LOOK_ALIKES if group[pair[0]] == group[pair[1]]] == []


def difference_hash(file):
    """Whether each of 9 × 8 grey pixels is darker than the one to its right."""
    with Image.open(file) as image:
        small = image.convert("L").resize((9, 8), Image.Resampling.HAMMING)
    pixels = np.asarray(small)
    return (pixels[:, 1:] > pixels[:, :-1]).ravel()
