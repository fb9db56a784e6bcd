"""A project's pictures as described data, for whoever lets a network learn them in code: labels and parts as Train has
them."""

from __future__ import annotations

from collections.abc import Collection

from tellapart.description import DataDescription, RandomResizedCrop, aug_transforms, column, table_rows
from tellapart.planning.config import TrainConfig
from tellapart.planning.plan import plan_project
from tellapart.planning.variation import kept_variation
from tellapart.store.project import Project

_SIZE_PX = 224
_IN_VALIDATION = {"train": False, "valid": True}


def described_pictures(
    project: Project, config: TrainConfig | None = None, held_out: Collection[str] | None = None
) -> list[dict[str, str]]:
    """A row for each picture that teaches or is held out: "file_name", "label" and "part", which is "train" or "valid".

    Args:
        config: of the training whose parts are meant; as usual unless given.
        held_out: image_ids of those that this training held out: only they and what is taken together with them are
            held out again, since pictures that came later may have moved others to another part.
    Raises:
        SplitError: a label has too few pictures.
    """
    plan = plan_project(project, config or TrainConfig()).members()
    parts = plan.splits.tolist()
    if held_out is not None:
        members = zip(plan.pictures, plan.groups, strict=True)
        groups = {group for picture, group in members if picture.image_id in held_out}
        parts = [
            part if part not in _IN_VALIDATION else "valid" if group in groups else "train"
            for part, group in zip(parts, plan.groups, strict=True)
        ]
    return [
        {"file_name": str(file), "label": picture.label, "part": part}
        for file, picture, part in zip(project.files(plan.pictures), plan.pictures, parts, strict=True)
        if part in _IN_VALIDATION
    ]


def project_description(project: Project) -> DataDescription:
    """The description of such rows, with views that vary as the project keeps it; `new` changes it."""
    how = kept_variation(project.manifest)
    return DataDescription(
        items=table_rows(),
        labels=column("label"),
        split=lambda row: _IN_VALIDATION[row["part"]],
        item=RandomResizedCrop(_SIZE_PX, min_scale=how.min_scale),
        batch=aug_transforms(
            flip=how.flip, rotate=how.rotate, zoom=how.zoom, warp=how.warp, lighting=how.lighting
        ),
    )
