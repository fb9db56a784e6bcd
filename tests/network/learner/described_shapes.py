"""The description that the tests of learners start from: shapes at 64 px, a quarter held out."""

from __future__ import annotations

from tellapart.vision import DataDescription, RandomResizedCrop, Resize, aug_transforms, learner, random_split

SHAPES = DataDescription(
    split=random_split(0.25), item=RandomResizedCrop(64, min_scale=0.6), batch=aug_transforms(warp=0)
)


SMALL = SHAPES.new(item=Resize(32), batch=())


def small(shapes, said=None, **options):
    """A learner of eight small pictures at a time, which are not varied."""
    return learner(SMALL.data(shapes, batch_size=8), say=(said if said is not None else []).append, **options)
