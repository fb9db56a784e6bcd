"""What a person should know of pictures that came in: said once, however many it is true of."""

from tellapart.gather import IntakeSummary
from tellapart.pictures.notes import PictureNote, grouped


def test_what_is_the_same_for_many_is_one_line_and_the_commonest_comes_first():
    notes = [PictureNote("a.tif", "a Motion Photo")]
    notes += [PictureNote(f"{i}.tif", f"only the first of its {i + 2} pages is used") for i in range(1200)]
    first, second = grouped(notes)
    assert first.startswith("0.tif, 1.tif, 2.tif and 1,197 more: only the first of its 2 pages is used")
    assert "the others are similar" in first
    assert second == "a.tif: a Motion Photo."
    assert grouped([]) == []


def test_a_line_has_no_end_of_its_own_where_all_say_the_very_same():
    (line,) = grouped([PictureNote("a.tif", "it was stretched"), PictureNote("b.tif", "it was stretched")])
    assert line == "a.tif, b.tif: it was stretched."


def test_both_kinds_of_notes_reach_the_json_and_add_up():
    one = IntakeSummary(1, 1, notes=["Whole."], picture_notes=[PictureNote("a.gif", "frames")])
    other = IntakeSummary(1, 1, picture_notes=[PictureNote("b.gif", "frames")])
    told = one.joined(other).to_json()
    assert told["notes"] == ["Whole.", "a.gif, b.gif: frames."]
    assert told["picture_notes"] == [
        {"path": "a.gif", "note": "frames"},
        {"path": "b.gif", "note": "frames"},
    ]
