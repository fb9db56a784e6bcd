"""Files as a person names them: one by one, by their folder, by a pattern that no shell has replaced."""

import pytest
from make_data import make_tiny_folder
from tellapart.description import image_files, named_files
from tellapart.errors import DescriptionError
from tellapart.store.journal import Remove


@pytest.fixture
def shapes(tmp_path):
    make_tiny_folder(tmp_path / "shapes", ("circle", "square"), n_per_class=2)
    (tmp_path / "shapes" / "notes.txt").write_text("no picture")
    return tmp_path / "shapes"


def names(shapes, *words):
    return [path.relative_to(shapes).as_posix() for path in named_files(words)]


def test_a_folder_stands_for_its_pictures_at_any_depth(shapes):
    found = names(shapes, shapes)
    assert len(found) == 4 and found == sorted(found) and "notes.txt" not in found


def test_the_folder_of_a_project_stands_for_the_pictures_in_use(tiny_project):
    pictures = tiny_project.manifest.pictures()
    tiny_project.journal.decide(Remove(pictures[0].image_id))
    found = image_files(tiny_project.root)
    assert sorted(found) == sorted(tiny_project.file(one) for one in pictures[1:])
    with pytest.raises(
        DescriptionError, match=r"not a Project. Of a project, give the folder \(project.root\)"
    ):
        image_files(tiny_project)


def test_a_pattern_stands_for_what_it_matches(shapes):
    circles = names(shapes, shapes / "circle")
    assert names(shapes, f"{shapes}/circle/*.png") == circles == names(shapes, f"{shapes}/ci*")
    assert names(shapes, f"{shapes}/**/*.png") == names(shapes, shapes)


def test_a_pattern_is_taken_from_the_current_folder(shapes, monkeypatch):
    monkeypatch.chdir(shapes)
    assert [path.as_posix() for path in named_files(["circle/*_000.png"])] == ["circle/circle_000.png"]


def test_each_file_comes_once_in_the_order_it_was_named(shapes):
    (last,) = shapes.glob("square/*_001.png")
    found = named_files([last, shapes, last])
    assert found[0] == last and len(found) == 4


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(shapes):
    odd = shapes / "a[1].png"
    next((shapes / "circle").iterdir()).rename(odd)
    assert named_files([odd]) == [odd]


def test_a_name_of_nothing_stays_for_whoever_opens_it(shapes):
    assert named_files([shapes / "gone.jpg", shapes / "notes.txt"]) == [
        shapes / "gone.jpg",
        shapes / "notes.txt",
    ]


@pytest.mark.parametrize(
    ("word", "said"), [("empty", "holds no picture"), ("*.gif", r"No picture matches .*\*\.gif")]
)
def test_a_folder_or_pattern_without_pictures_is_said(shapes, word, said):
    (shapes / "empty").mkdir()
    with pytest.raises(DescriptionError, match=said):
        named_files([shapes / word])
