import builtins

from tellapart import runs, vision
from tellapart.store.journal import Relabel
from tellapart.store.project import create_project


def test_six_lines_from_a_folder_to_an_answer(tmp_path, few_folder):
    names: dict[str, object] = {"folder": few_folder, "root": tmp_path / "my-shapes"}
    program = """
from tellapart.vision import *
project = new_project(root, folder)
result = train(project)
predictor = load_predictor(result)
answer = predictor.predict(project.file(project.manifest.pictures()[0]))
"""
    exec(program, names)
    assert names["answer"].label in ("circle", "cross", "square")
    assert runs.latest(names["root"], "train").result()["n_valid"] == names["result"].evaluation.n
    names["project"].close()


def test_the_star_import_hides_no_builtin_and_brings_what_it_lists():
    assert not set(vision.__all__) & set(dir(builtins))
    assert all(hasattr(vision, name) for name in vision.__all__)


def test_a_project_that_exists_is_opened_as_it_is(tiny_project, tiny_folder, tmp_path):
    first = tiny_project.manifest.pictures()[0]
    tiny_project.journal.decide(Relabel(first.image_id, "oval"))
    tiny_project.close()
    for pictures in (tiny_folder, tmp_path / "a folder that is gone by now"):
        again = vision.new_project(tiny_project.root, pictures)
        assert again.manifest.n_pictures() == 72 and again.manifest.refusals() == []
        assert again.manifest.picture(first.image_id).label == "oval"
        again.close()


def test_one_that_a_failed_try_left_empty_takes_the_pictures_in(tmp_path, few_folder):
    create_project(tmp_path / "empty").close()
    with vision.new_project(tmp_path / "empty", few_folder) as project:
        assert project.manifest.n_pictures() == 12
