"""Groups of pictures that look alike, checked against the plain comparison of all pairs."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_data import draw_shape
from PIL import Image, ImageFilter
from tellapart.clean import group_near_duplicates
from tellapart.images import fingerprint


def compared_pair_by_pair(fingerprints, max_distance):
    """The groups by definition: joined until nothing changes."""
    bits = np.unpackbits(np.frombuffer(b"".join(fingerprints), np.uint8).reshape(-1, 32), axis=1).astype(int)
    near = (bits[:, None] != bits[None]).sum(axis=2) <= max_distance
    groups = np.arange(len(bits))
    for _ in bits:
        groups = np.where(near, groups[None], len(bits)).min(axis=1)
    return groups


def flipped(data, places):
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    bits[list(places)] ^= 1
    return np.packbits(bits).tobytes()


@given(
    st.integers(0, 2**32),
    st.lists(
        st.tuples(st.integers(0, 3), st.sets(st.integers(0, 255), max_size=36)), min_size=1, max_size=25
    ),
    st.integers(0, 31),
)
@settings(max_examples=150, deadline=None)
def test_groups_are_those_of_comparing_every_pair(seed, copies, max_distance):
    originals = [np.random.default_rng([seed, i]).bytes(32) for i in range(4)]
    fingerprints = [flipped(originals[which], places) for which, places in copies]
    found = group_near_duplicates(fingerprints, max_distance)
    assert found.tolist() == compared_pair_by_pair(fingerprints, max_distance).tolist()


@given(st.permutations(range(12)))
@settings(max_examples=30, deadline=None)
def test_the_order_of_files_does_not_change_who_belongs_together(order):
    originals = [np.random.default_rng(i).bytes(32) for i in range(4)]
    fingerprints = [flipped(originals[i % 4], range(i)) for i in range(12)]
    plain = group_near_duplicates(fingerprints)
    mixed = group_near_duplicates([fingerprints[i] for i in order])
    together = plain[list(order)]
    assert ((mixed[:, None] == mixed[None]) == (together[:, None] == together[None])).all()


def test_a_group_has_the_number_of_its_first_picture():
    one, other = np.random.default_rng(0).bytes(32), np.random.default_rng(1).bytes(32)
    assert group_near_duplicates([other, one, one, other, one]).tolist() == [0, 1, 1, 0, 1]
    assert group_near_duplicates([]).tolist() == []


def test_real_copies_are_grouped_and_different_pictures_are_not():
    rng = np.random.default_rng(5)
    pictures = [
        draw_shape(shape, rng, 96)
        for shape in ("cross", "ring", "bar", "circle", "square", "triangle")
        for _ in range(4)
    ]
    # as large pictures are seen: noise of single pixels is gone at the fingerprint's scale
    pictures = [
        picture.resize((256, 256), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(6))
        for picture in pictures
    ]
    copies = [picture.resize((150, 150), Image.Resampling.LANCZOS) for picture in pictures]
    groups = group_near_duplicates([fingerprint(picture) for picture in [*pictures, *copies]])
    n = len(pictures)
    assert groups[:n].tolist() == list(range(n)), "no two different pictures fall together"
    assert (groups[n:] == groups[:n]).mean() > 0.9


def test_many_equal_pictures_cost_neither_time_nor_memory():
    fingerprints = [bytes(32)] * 50_000 + [np.random.default_rng(i).bytes(32) for i in range(20_000)]
    clock = time.perf_counter()
    groups = group_near_duplicates(fingerprints)
    assert time.perf_counter() - clock < 10
    assert len(set(groups.tolist())) == 20_001 and (groups[:50_000] == 0).all()


def test_what_is_no_fingerprint_is_said():
    with pytest.raises(ValueError, match="32 bytes"):
        group_near_duplicates([b"short"])
    with pytest.raises(ValueError, match="choose 0 to 31"):
        group_near_duplicates([bytes(32)], max_distance=32)
