"""What no file of ours says is a sentence; a name that UTF-8 cannot say is kept."""

import json

import pytest
from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.kinds.answered import write_answers
from tellapart.kinds.thing_file import read_things
from tellapart.ratings.project import open_rating_project


@pytest.mark.parametrize("line", ['{"row": 1e999}', '{"row": ' + "[" * 100_000, '{"row": "x"}', "[]", "5"])
def test_a_damaged_line_is_a_sentence(tmp_path, line):
    (tmp_path / "rows.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ProjectError, match="rows.jsonl is damaged.*your decisions are safe"):
        read_things(tmp_path / "rows.jsonl", lambda record: int(record["row"]))


def test_a_scale_beyond_all_numbers_is_a_sentence(tmp_path):
    head = {"format": 1, "kind": "ratings", "scale": [1, 10**400]}
    (tmp_path / "tellapart-ratings.json").write_text(json.dumps(head), encoding="utf-8")
    with pytest.raises(ProjectError, match="is damaged"):
        open_rating_project(tmp_path)


def test_half_characters_of_a_files_name_are_kept(tmp_path):
    atomic_files.write_json(tmp_path / "head.json", {"source": "caf\udce9.csv", "name": "café"})
    assert json.loads((tmp_path / "head.json").read_bytes()) == {"source": "caf\udce9.csv", "name": "café"}


def test_answers_that_find_no_folder_say_so(tmp_path):
    with pytest.raises(ProjectError):
        write_answers(tmp_path / "absent" / "answers.csv", "a,b")
    write_answers(tmp_path / "answers.csv", "ä,b")
    assert (tmp_path / "answers.csv").read_bytes() == b"\xef\xbb\xbf" + "ä,b".encode()
