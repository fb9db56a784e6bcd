"""A project's pictures as described data: the views of its description vary as those of its trainings."""

from __future__ import annotations

from tellapart.description import RandomResizedCrop, aug_transforms
from tellapart.planning.described import project_description
from tellapart.planning.variation import USUAL, Variation, keep_variation
from tellapart.store.project import Project


def test_views_vary_as_usual_until_a_person_chooses_otherwise(tiny_project: Project) -> None:
    usual = project_description(tiny_project)
    assert usual.item == RandomResizedCrop(224, min_scale=USUAL.min_scale)
    assert usual.batch == aug_transforms(rotate=0, zoom=1, warp=0, lighting=USUAL.lighting)
    keep_variation(tiny_project.manifest, Variation(0.6, False, 10, 1.5, 0.3, 0.5))
    chosen = project_description(tiny_project)
    assert chosen.item == RandomResizedCrop(224, min_scale=0.6)
    assert chosen.batch == aug_transforms(flip=False, rotate=10, zoom=1.5, warp=0.3, lighting=0.5)
