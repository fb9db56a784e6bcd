"""The description that the tests of learners start from: shapes at 64 px, a quarter held out."""

from __future__ import annotations

from tellapart.vision import DataDescription, RandomResizedCrop, aug_transforms, random_split

SHAPES = DataDescription(
    split=random_split(0.25), item=RandomResizedCrop(64, min_scale=0.6), batch=aug_transforms(warp=0)
)
