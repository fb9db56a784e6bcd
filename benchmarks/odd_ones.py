"""What does not belong, found: the odd pictures of bears_web by their place in the queue, strangers among others.

    python benchmarks/odd_ones.py --data FOLDER

bears_web was looked through by eye: 28 of its 480 pictures are plainly no photograph of such a bear. For the mixtures
20 pictures of one set are put under the labels of another, for every pair of sets, three times with other pictures;
counted is the average precision of finding them by outlier scores alone. What the product does with embeddings there
was chosen on the sets named in TUNED_ON; how the score grows was chosen on bears_web.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import picture_sets
import report
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.embeddings import embed
from tellapart.clean import open_review
from tellapart.duplicates.near_duplicates import groups_of
from tellapart.duplicates.project_copies import copies_in
from tellapart.gather import take_in
from tellapart.learning.neighbours import directions, nearest
from tellapart.learning.outliers import outlier_scores
from tellapart.store.project import create_project

TUNED_ON = ("trashnet", "ants_bees")
N_STRANGERS, N_DRAWS = 20, 3
ODD_BEARS = {
    "black": (30, 59, 62, 76, 79, 85, 98, 132, 155, 159, 165, 173),
    "grizzly": (87, 92, 148, 152, 155, 156),
    "teddys": (44, 81, 95, 143, 152, 169, 179, 182, 183, 186),
}
Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]  # embeddings, targets, groups


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="Odd pictures found.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the picture sets")
    parser.add_argument("--sets", default="bears_web,trashnet,clothing,ants_bees", help="to be mixed")
    options = parser.parse_args()
    report.machine_line()
    result: dict[str, Any] = {"mixtures": {}}
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        os.environ.setdefault("TELLAPART_CACHE", str(scratch / "cache"))
        sets = {}
        for name in options.sets.split(","):
            pictures = picture_sets.class_folders(options.data.absolute(), name, scratch)
            with create_project(scratch / f"{name}-project") as project:
                take_in(project, pictures)
                if name == "bears_web":
                    result["bears_web"] = _places(project)
                rows = project.manifest.pictures()
                array = embed(project, load_backbone(), rows).array
                groups = groups_of(copies_in(project, rows), len(rows))
            labels = sorted({row.label for row in rows})
            targets = np.array([labels.index(row.label) for row in rows])
            sets[name] = (array, targets, groups)
    for host, guest in itertools.permutations(sets, 2):
        result["mixtures"][f"{guest} in {host}"] = statistics.fmean(
            _mixed(sets[host], sets[guest], draw) for draw in range(N_DRAWS)
        )
    _show(result)
    report.finish(result)


def _places(project: Any) -> dict[str, int | None]:
    """The place of each odd bear in the queue, from 1; None for one that is not in it."""
    known = {f"{label}/{number:08}" for label, numbers in ODD_BEARS.items() for number in numbers}
    queue = [finding.image_id for finding in open_review(project).queue()]
    places = {image_id: place for place, image_id in reversed(list(enumerate(queue, 1)))}
    names = {row.image_id: f"{row.label}/{Path(row.path).stem}" for row in project.manifest.pictures()}
    return {name: places.get(one) for one, name in sorted(names.items()) if name in known}


def _mixed(host: Arrays, guest: Arrays, draw: int) -> float:
    rng = np.random.default_rng(draw)
    chosen = rng.permutation(len(guest[0]))[:N_STRANGERS]
    array = np.concatenate([host[0], guest[0][chosen]])
    targets = np.concatenate([host[1], rng.integers(0, host[1].max() + 1, N_STRANGERS)])
    groups = np.concatenate([host[2], guest[2][chosen] + host[2].max() + 1])
    scores = outlier_scores(targets, *nearest(directions(array, load_backbone().parts), groups))
    is_stranger = np.arange(len(array)) >= len(host[0])
    hits = is_stranger[np.argsort(-scores, kind="stable")]
    ranks = np.flatnonzero(hits) + 1
    return float((np.arange(1, len(ranks) + 1) / ranks).mean())


def _show(result: dict[str, Any]) -> None:
    if "bears_web" in result:
        places = sorted(result["bears_web"].items(), key=lambda item: item[1] or 10**6)
        rows = [[name, str(place or "not in it")] for name, place in places]
        report.table("The odd pictures of bears_web: place in the queue", ["picture", "place"], rows)
        result["bears_within_60"] = sum((place or 10**6) <= 60 for _, place in places)
        print(f"{result['bears_within_60']} of {len(places)} within the first 60.")
    rows = [[name, report.number(ap, 3)] for name, ap in result["mixtures"].items()]
    report.table("Strangers among others: average precision", ["mixture", ""], rows)
    everything = result["mixtures"]
    untouched = {name: ap for name, ap in everything.items() if not set(name.split(" in ")) <= set(TUNED_ON)}
    result["mean_ap"] = statistics.fmean(everything.values()) if everything else None
    result["mean_ap_untuned"] = statistics.fmean(untouched.values()) if untouched else None
    print(f"mean {report.number(result['mean_ap'], 3)}")


if __name__ == "__main__":
    main()
