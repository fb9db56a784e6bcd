"""Looking first: what was found waits until a person has chosen."""

import shutil

import pytest
from tellapart.errors import FullError
from tellapart.gather import discard_held, held_pictures, keep_held
from tellapart.pictures.images import thumbnail_jpeg
from tellapart.store.limits import ProjectLimits, set_limits
from tellapart.store.project import open_project


def test_pictures_wait_until_a_person_has_looked(gathered, project):
    summary = gathered(limit=20, is_held=True)
    assert summary.sentence() == "20 asked, 20 found" and project.manifest.n_pictures() == 0
    held = held_pictures(project)
    assert len(held) == 20 == len(held_pictures(project, "bear")) and held_pictures(project, "teddy") == []
    assert held[0].candidate.author == "Person 0" and thumbnail_jpeg(held[0].file)
    kept = keep_held(project, [one.number for one in held[:12]])
    assert kept.n_added == 12 and project.manifest.label_counts() == {"bear": 12}
    assert project.manifest.pictures()[0].licence == "CC BY 4.0"
    assert discard_held(project, [one.number for one in held[10:15]]) == 3, "kept ones are not discarded"
    assert len(held_pictures(project)) == 5 == len(list(project.held_dir.iterdir()))
    with open_project(project.root) as again:
        assert len(held_pictures(again)) == 5 and again.changes == []
    more = gathered(limit=20, is_held=True)
    assert more.n_added == 3 and more.n_before == 17, (
        "for each one discarded another comes, and never the same"
    )
    assert gathered(limit=20, is_held=True).sentence() == "20 found earlier, nothing new"
    assert {one.image_id for one in held_pictures(project)}.isdisjoint({one.image_id for one in held[10:15]} - {
        picture.image_id for picture in project.manifest.pictures()})  # fmt: skip


def test_a_picture_waits_once_and_is_not_held_when_it_is_here(gathered, project):
    gathered(limit=10, is_held=True, source="openverse")
    other = gathered("teddy", limit=10, is_held=True, source="openverse")
    assert (
        other.n_refused["already here"] == 10 + 25 + 0 or "for the label 'bear'" in other.refusals[0].reason
    )
    keep_held(project, [one.number for one in held_pictures(project, "bear")])
    assert project.manifest.label_counts()["bear"] == 10


def test_held_pictures_whose_cache_was_thrown_away_are_fetched_again(gathered, project):
    gathered(limit=10, is_held=True)
    held = held_pictures(project)
    shutil.rmtree(project.held_dir)
    assert held_pictures(project) == []
    lost = keep_held(project, [one.number for one in held])
    assert lost.n_added == 0 and "gather again to download it" in lost.refusals[0].reason
    assert gathered(limit=10).n_added == 10


@pytest.mark.parametrize("limits", [ProjectLimits(6, 10**9), ProjectLimits(1000, 1000)])
def test_what_waits_takes_room_too_where_a_project_has_limits(gathered, project, limits):
    set_limits(project.manifest, limits)
    with pytest.raises(FullError, match="what waits for your choice would be more. Keep what fits"):
        gathered(limit=20, is_held=True)
    held = held_pictures(project)
    assert len(held) <= 6 and sum(one.file.stat().st_size for one in held) <= limits.n_bytes
    assert len(list(project.held_dir.iterdir())) == len(held)
    keep_held(project, [one.number for one in held])
    assert project.manifest.n_pictures() == len(held), "what waited does fit"
