"""Whole batches varied: every picture in its own way, the same for the same seed, and by no more than was asked for."""

import torch
from tellapart.description import aug_transforms
from tellapart.network.data.augmenting import augmented, moves
from torchvision.transforms import v2

NOTHING = {"flip": False, "rotate": 0, "zoom": 1, "warp": 0, "lighting": 0}


def pictures(n=8, side=32):
    """A bright spot at the upper left on a ground that gets lighter to the right."""
    ground = torch.linspace(0.2, 0.6, side).expand(n, 3, side, side).clone()
    ground[:, :, 4:10, 4:10] = 1
    return ground


def test_every_picture_gets_its_own_and_a_seed_gives_the_same_again():
    given = augmented(pictures(), [aug_transforms(p=1)], seed=3)
    assert given.shape == (8, 3, 32, 32) and given.min() >= 0 and given.max() <= 1
    assert len({one.numpy().tobytes() for one in given}) == 8
    assert torch.equal(given, augmented(pictures(), [aug_transforms(p=1)], seed=3))
    assert not torch.equal(given, augmented(pictures(), [aug_transforms(p=1)], seed=4))


def test_nothing_asked_for_is_nothing_done():
    assert torch.equal(augmented(pictures(), [aug_transforms(**NOTHING)], seed=0), pictures())
    assert torch.equal(augmented(pictures(), [], seed=0), pictures())
    assert torch.equal(augmented(pictures(), [aug_transforms(flip=False, p=0)], seed=0), pictures())


def test_a_flip_mirrors_about_half_of_them_exactly():
    given = augmented(pictures(64), [aug_transforms(**{**NOTHING, "flip": True})], seed=0)
    flipped = [torch.allclose(one, pictures(1)[0].flip(2), atol=1e-5) for one in given]
    kept = [torch.allclose(one, pictures(1)[0], atol=1e-5) for one in given]
    assert sum(flipped) + sum(kept) == 64 and 20 < sum(flipped) < 44
    upside = augmented(pictures(16), [aug_transforms(**{**NOTHING, "flip_vertical": True})], seed=0)
    assert any(torch.allclose(one, pictures(1)[0].flip(1), atol=1e-5) for one in upside)


def test_light_changes_by_no_more_than_that_share():
    given = augmented(pictures(64), [aug_transforms(**{**NOTHING, "lighting": 0.2}, p=1)], seed=0)
    change = (given - pictures(64))[:, :, 12:].abs()
    assert 0.05 < change.max() <= 0.5 * 0.2 + 0.1 + 1e-6


def test_turning_zooming_and_warping_keep_to_their_limits():
    generator = torch.Generator().manual_seed(0)
    turned = moves(200, aug_transforms(**{**NOTHING, "rotate": 10}, p=1), generator)
    angles = torch.rad2deg(torch.atan2(turned[:, 1, 0], turned[:, 0, 0]))
    assert 8 < angles.abs().max() <= 10.001
    zoomed = moves(200, aug_transforms(**{**NOTHING, "zoom": 1.5}, p=1), generator)
    shown, shift = zoomed[:, 0, 0], zoomed[:, :2, 2].abs()
    assert 1 / 1.5 - 1e-6 <= shown.min() < 0.72 and shown.max() <= 1
    assert (shift <= (1 - shown)[:, None] + 1e-6).all()  # never beyond the picture
    warped = moves(200, aug_transforms(**{**NOTHING, "warp": 0.2}, p=1), generator)
    tilt = warped[:, 2, :2].abs()
    assert ((1 + tilt) / (1 - tilt)).max() <= 1.2 + 1e-5 and tilt.max() > 0.08
    half = moves(400, aug_transforms(**{**NOTHING, "rotate": 10}, p=0.5), generator)
    assert 140 < int((half[:, 1, 0] != 0).sum()) < 260


def test_transforms_of_torchvision_stand_beside_ours_and_are_seeded_too():
    transforms = [aug_transforms(), v2.RandomErasing(p=1)]
    first = augmented(pictures(), transforms, seed=5)
    torch.rand(3)
    assert torch.equal(first, augmented(pictures(), transforms, seed=5))
    state = torch.random.get_rng_state()
    augmented(pictures(), transforms, seed=5)
    assert torch.equal(state, torch.random.get_rng_state())
