"""A painted mask becomes a decision that can be undone; whatever else a page may send is a sentence, and nothing is kept."""

import zlib

import numpy as np
import pytest
from tellapart.errors import ProjectError
from tellapart.kinds.decisions import ThingDecision
from tellapart.outlines import painting
from tellapart.outlines.painting import MOST_BYTES, packed_mask, painted
from tellapart.outlines.project import open_outline_project


def files(project):
    return sorted(path.name for path in (project.root / "corrected").glob("*"))


def test_what_is_painted_is_kept_taken_back_and_kept_again(outline_project):
    one = outline_project.picture("scene02")
    given = outline_project.mask(one)
    mine = given.copy()
    mine[5:9, 7:20], mine[0, 0] = 2, 255
    outline_project.decide([painted(outline_project, one, packed_mask(mine))])
    again = open_outline_project(outline_project.root)
    assert np.array_equal(again.mask(again.picture("scene02")), mine) and len(files(again)) == 1
    assert again.undo()[0].thing_id == "scene02"
    assert np.array_equal(again.mask(again.picture("scene02")), given)
    assert again.redo()[0].action == "relabel" and not again.decisions.can_redo()
    assert np.array_equal(again.mask(again.picture("scene02")), mine)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "has 0 pixels"),
        (b"x" * 50, "is damaged"),
        (b"x" * (MOST_BYTES + 1), "at most 8,388,608 are taken"),
        (packed_mask(np.zeros((48, 63))), r"has 3,024 pixels, and the picture 64 × 48 = 3,072"),
        (packed_mask(np.zeros((480, 640))), "has more than 3,072 pixels"),
        (packed_mask(np.zeros((48, 64)))[:-3], "Nothing was saved"),
        (packed_mask(np.zeros((48, 64))) + b"more", "Nothing was saved"),
        (packed_mask(np.full((48, 64), 3)), r"values that no class has \(3\)"),
        (packed_mask(np.full((48, 64), 255)), "shows no class any more"),
        (zlib.compress(b"\0" * 2**27), "has more than 3,072 pixels"),  # 128 MB in 130 kB
    ],
)
def test_bytes_that_are_no_mask_of_the_picture_are_refused(outline_project, data, said):
    with pytest.raises(ProjectError, match=said):
        painted(outline_project, outline_project.picture("scene02"), data)
    assert files(outline_project) == [] and outline_project.decisions.lines() == []


def test_a_mask_that_was_changed_elsewhere_meanwhile_is_not_painted_over(outline_project):
    before = outline_project.picture("scene02")
    mine = np.where(outline_project.mask(before) == 1, 2, outline_project.mask(before))
    with pytest.raises(ProjectError, match="Nothing was painted on scene02"):
        painted(outline_project, before, packed_mask(outline_project.mask(before)))
    theirs = np.zeros((48, 64))
    outline_project.decide([painted(outline_project, before, packed_mask(theirs))])
    with pytest.raises(ProjectError, match="in another window meanwhile"):
        painted(outline_project, before, packed_mask(mine))
    outline_project.undo()
    outline_project.decide([ThingDecision("scene02", "remove")])
    with pytest.raises(ProjectError, match="in another window meanwhile"):
        painted(outline_project, before, packed_mask(mine))


def test_corrected_masks_do_not_grow_without_end(outline_project, monkeypatch):
    monkeypatch.setattr(painting, "MOST_CORRECTIONS", 2)
    for value in (0, 1, 2):
        one = outline_project.picture("scene02")
        if value == 2:
            with pytest.raises(ProjectError, match="has 2 corrected masks, and no more are kept"):
                painted(outline_project, one, packed_mask(np.full((48, 64), value)))
        else:
            outline_project.decide([painted(outline_project, one, packed_mask(np.full((48, 64), value)))])
    painted(outline_project, outline_project.picture("scene03"), packed_mask(np.zeros((48, 64))))


@pytest.mark.parametrize(
    "path", ["../../secret.png", "masks/scene03.png", "corrected/../x-0123456789ab.png", "", "/etc/passwd"]
)
def test_a_decision_names_no_other_file(outline_project, path):
    with pytest.raises(ProjectError, match="is no corrected mask of scene02"):
        outline_project.decide([ThingDecision("scene02", "relabel", path)])
