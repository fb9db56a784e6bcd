"""What notebooks import of every kind has the same verbs, which are called alike."""

import builtins
import inspect
from pathlib import Path

import pytest
from tellapart.kinds.kind import kinds
from tellapart.store.project import DB_NAME

VERBS = {"new_project", "open_project", "train", "load_predictor", "open_review"}
KINDS = pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)


@KINDS
def test_a_star_import_gives_the_verbs_and_hides_nothing(kind):
    names: dict[str, object] = {}
    exec(f"from {kind.verbs_at} import *", names)
    assert {*VERBS, "TellapartError"} <= set(names)
    assert not {*names} - {"__builtins__"} & set(dir(builtins))
    assert len(kind.verbs().__all__) == len(set(kind.verbs().__all__))


@KINDS
def test_the_verbs_are_called_alike(kind):
    def parameters(verb):
        return list(inspect.signature(getattr(kind.verbs(), verb)).parameters.values())

    def wanted(verb):
        return [one.name for one in parameters(verb) if one.default is inspect.Parameter.empty]

    root, source = wanted("new_project")
    assert root == "root" and parameters("new_project")[1].name == source
    assert wanted("open_project") == ["root"] and wanted("load_predictor") == ["result"]
    for verb in ("train", "open_review"):
        assert wanted(verb) == ["project"] and "progress" in [one.name for one in parameters(verb)]


def test_each_kind_has_files_and_a_name_of_its_own():
    for of in ("name", "head_name", "model_name", "verbs_at"):
        values = [getattr(kind, of) for kind in kinds()]
        assert len(set(values)) == len(values) and all(Path(one).name == one for one in values)
    assert kinds()[0].head_name == DB_NAME
