"""The rooms of the house: which may import which, how large they are, and that nobody lives there unseen.

Each guard is tried on a small tree that breaks its rule as well, so that none of them sleeps.
"""

import textwrap

import pytest
from tellapart.kinds.kind import KINDS, kinds

from . import structure
from .sources import CORE, DASHBOARDS

HOUSE = (CORE, DASHBOARDS)
# From the ground up. A room imports from floors below; rooms of one floor know nothing of each other.
FLOORS = (
    ["tellapart.codes"],
    ["tellapart.errors"],
    [
        *(
            "tellapart.answering_process",
            "tellapart.atomic_files",
            "tellapart.file_lock",
            "tellapart.json_lines",
            "tellapart.label_names",
            "tellapart.licences",
        ),
        *("tellapart.progress", "tellapart.safe_paths", "tellapart.safe_text"),
        "tellapart.words",
    ],
    ["tellapart.pictures", "tellapart.learning", "tellapart.lessons", "tellapart.web"],
    ["tellapart.store"],
    [
        "tellapart.backbones",
        "tellapart.corrections",
        "tellapart.description",
        "tellapart.duplicates",
        "tellapart.kinds",
    ],
    ["tellapart.bundle", "tellapart.planning", "tellapart.runs"],
    ["tellapart.network", "tellapart.workspace"],
    [
        *("tellapart.gather", "tellapart.clean", "tellapart.train", "tellapart.classify", "tellapart.deploy"),
        *("tellapart.samples", "tellapart.understanding"),
    ],
    [
        *(
            "tellapart.vision",
            "tellapart.worker",
            "tellapart.doctor",
            "tellapart.nightly",
            "tellapart.service",
        ),
        *("tellapart.texts", "tellapart.tables", "tellapart.ratings", "tellapart.watching"),
        "tellapart.outlines",
        "tellapart.training_runs",
    ],
    ["tellapart.advice"],
    ["tellapart.cli"],
    [
        *("tellapart_dashboards.app.wording", "tellapart_dashboards.app.visibility"),
        "tellapart_dashboards.app.server",
    ],
    ["tellapart_dashboards.app.event_loop", "tellapart_dashboards.app.label_advice"],
    ["tellapart_dashboards.app.thumbnails"],
    ["tellapart_dashboards.widgets"],
    ["tellapart_dashboards.app"],
    ["tellapart_dashboards.pages"],
    ["tellapart_dashboards.app.studio", "tellapart_dashboards.__main__", "tellapart_dashboards.hosted"],
)
# Weights change in network/ alone, and torch is imported when that is asked for.
LATE_DOORS = ("tellapart.network",)
# What is started by a person, another process or a notebook, and not by an import.
ENTRIES = (
    *("tellapart.cli", "tellapart.cli.__main__", "tellapart.worker"),
    *KINDS,
    *(
        place.partition(":")[0]
        for kind in kinds()
        for place in (kind.verbs_at, kind.commands_at, kind.studio_at)
    ),
    *("tellapart.bundle.trial_process", "tellapart.bundle.start_process", "tellapart.outlines.trial_process"),
    "tellapart.network.torchvision_table",
    "tellapart.backbones.weights_process",
    "tellapart.train.estimate_process",
    "tellapart.advice.process",
    "tellapart.service.__main__",
    "tellapart.deploy.space.correction_form",  # of app.py in an exported Space
    *("tellapart_dashboards", "tellapart_dashboards.__main__", "tellapart_dashboards.app.studio"),
    "tellapart_dashboards.app.page_kernel",
    "tellapart_dashboards.hosted",  # of Binder and JupyterHub
    "tellapart_dashboards.app.public.server",  # Voila finds its classes by name, and this one
    "tellapart_dashboards.app.prompt_connection",
    "tellapart_dashboards.pages.lessons.lesson_page",  # of the notebooks learn_*
    "tellapart_dashboards.pages.visitors.page",  # of the notebook in an exported app
    "tellapart_dashboards.pages.visitors.server",  # of its Voila
)
MOST_LINES, MEDIAN_LINES = 350, 130
MOST_MODULES, MOST_IN_CLEAN = 15, 13  # beside __init__.py


def test_no_package_cycle_even_through_what_an_init_imports():
    assert structure.cycle_in(*HOUSE) == []


def test_rooms_import_in_one_direction():
    assert list(structure.against_the_order(HOUSE, FLOORS, LATE_DOORS)) == []


def test_every_room_of_the_table_is_there():
    assert structure.rooms_nobody_is_in(HOUSE, FLOORS) == []


def test_every_module_is_reached_from_where_programs_start():
    assert structure.never_reached(HOUSE, ENTRIES) == []


def test_modules_are_short():
    assert {name: n for name, n in structure.n_lines(*HOUSE).items() if n > MOST_LINES} == {}
    assert structure.median_lines(*HOUSE) <= MEDIAN_LINES


def test_no_folder_is_crowded():
    counts = structure.n_modules(*HOUSE)
    assert {name: n for name, n in counts.items() if n > MOST_MODULES} == {}
    assert counts["tellapart.clean"] <= MOST_IN_CLEAN


def test_no_two_classes_have_one_name():
    assert structure.classes_of_one_name(*HOUSE) == {}


@pytest.fixture
def build(tmp_path):
    """Writes {path: source} as a package `house`, with the __init__.py files that are not named."""

    def write(files):
        root = (
            tmp_path / str(len(list(tmp_path.iterdir()))) / "house"
        )  # what was read of a file is remembered
        for name, source in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(source))
        for folder in {root, *(path.parent for path in root.rglob("*.py"))}:
            (folder / "__init__.py").touch()
        return root

    return write


def test_a_cycle_through_an_init_is_found(build):
    files = {
        "clean/__init__.py": "from house.clean.review import Review",
        "clean/review.py": "from house.train.config import Config\nclass Review: ...",
        "clean/copies.py": "import house.words",
        "train/__init__.py": "from house.train.training import train",
        "train/config.py": "class Config: ...",
        "train/training.py": "from house.clean.copies import same\ndef train(): ...",
        "words.py": "",
    }
    circle = structure.cycle_in(build(files))
    assert circle[0] == circle[-1] and {"house.clean", "house.train"} < set(circle)
    files["train/training.py"] = "def train():\n    from house.clean.copies import same"
    assert structure.cycle_in(build(files)) == []


def test_imports_up_and_across_are_found_and_late_doors_are_open(build):
    house = build(
        {
            "errors.py": "import house.clean.queue",
            "store/rows.py": "import house.errors\ndef read():\n    import house.network.torch",
            "clean/queue.py": "import house.store.rows\nfrom house.train import fit",
            "train/fit.py": "",
            "network/torch.py": "",
            "attic.py": "",
        }
    )
    rooms = ["house.errors"], ["house.store"], ["house.clean", "house.train"], ["house.network"]
    found = list(structure.against_the_order([house], rooms, ["house.network"]))
    assert len(found) == 3 and "house.attic lies in no room" in " ".join(found)
    assert "house.errors:1 imports house.clean.queue, which is above house.errors" in found
    assert "house.clean.queue:2 imports house.train.fit, which is beside house.clean" in found
    assert len(list(structure.against_the_order([house], rooms))) == 4
    assert structure.rooms_nobody_is_in([house], [*rooms, ["house.cellar"]]) == ["house.cellar"]


def test_the_most_special_room_counts(build):
    house = build(
        {
            "app/words.py": "",
            "pages/clean.py": "import house.app.words",
            "app/all.py": "import house.pages.clean",
        }
    )
    rooms = ["house.app.words"], ["house.pages"], ["house.app"]
    assert list(structure.against_the_order([house], rooms)) == []
    assert len(list(structure.against_the_order([house], [["house.pages"], ["house.app"]]))) == 1


def test_a_module_that_nobody_imports_is_found(build):
    house = build(
        {
            "cli.py": "def main():\n    from house.clean import queue",
            "clean/__init__.py": "import house.clean.review",
            "clean/review.py": "",
            "clean/queue.py": "",
            "clean/old.py": "import house.clean.older",
            "clean/older.py": "import house.clean.old",
        }
    )
    assert structure.never_reached([house], ["house.cli"]) == ["house.clean.old", "house.clean.older"]


def test_long_modules_and_crowded_folders_are_counted(build):
    house = build({"long.py": "x = 1\n" * 9, "short.py": "x = 1\n", "clean/one.py": "", "clean/two.py": ""})
    assert structure.n_lines(house)["house.long"] == 9
    assert structure.median_lines(house) == 0  # of the four modules and two __init__.py, which are empty
    assert structure.n_modules(house) == {"house": 2, "house.clean": 2}


def test_two_classes_of_one_name_are_found(build):
    house = build(
        {"doctor.py": "class Finding: ...", "clean/findings.py": "class Finding: ...\nclass Other: ..."}
    )
    assert structure.classes_of_one_name(house) == {"Finding": ["house.clean.findings", "house.doctor"]}
