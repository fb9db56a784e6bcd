import builtins

from tellapart import runs, vision


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


def test_a_project_that_exists_takes_more_pictures_in(tiny_project, tiny_folder):
    tiny_project.close()
    again = vision.new_project(tiny_project.root, tiny_folder)
    assert again.manifest.n_pictures() == 72
    again.close()
