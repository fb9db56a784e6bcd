"""Other kinds of things than pictures: texts, beside TF-IDF with a logistic regression and beside cleanlab; tables;
ratings, beside biases alone and beside fastai; outlines, beside fastai.

    python benchmarks/kinds.py --data FOLDER --cleanlab-python PYTHON --fastai-python PYTHON

What is measured of each stands in kinds_texts.py, kinds_tables.py, kinds_ratings.py and kinds_outlines.py. A kind whose
files are not in FOLDER/tables (of outlines FOLDER/camvid) is left out, with a sentence.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import kinds_outlines
import kinds_ratings
import kinds_tables
import kinds_texts
import report

REPORT_SEED = 2026
KINDS = {"texts": kinds_texts, "ratings": kinds_ratings, "tables": kinds_tables, "outlines": kinds_outlines}


def main() -> None:
    """Measure, print, finish with JSON."""
    options = _options()
    folder = options.data / "tables"
    there = [name for name, kind in KINDS.items() if kind.is_there(folder)]
    if not there:
        sys.exit(
            f"{folder} holds no texts, ratings or tables, and there are no outlines beside it. --data needs the "
            "folder in which tables/ or camvid/ was unpacked."
        )
    report.machine_line()
    result: dict[str, Any] = {}
    if "texts" in there:
        result["texts"] = kinds_texts.measured(folder, REPORT_SEED, options.cleanlab_python)
        kinds_texts.show(result["texts"])
    if "ratings" in there:
        result["ratings"] = kinds_ratings.measured(folder, REPORT_SEED, options.fastai_python)
        kinds_ratings.show(result["ratings"])
    if "tables" in there:
        result["tables"] = kinds_tables.measured(folder)
        kinds_tables.show(result["tables"])
    if "outlines" in there:
        result["outlines"] = kinds_outlines.measured(folder, REPORT_SEED, options.fastai_python)
        kinds_outlines.show(result["outlines"])
    for name in KINDS.keys() - result.keys():
        print(f"{name} were left out: their files are not in {folder}.")
    report.finish(result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Texts, beside cleanlab; ratings and outlines, beside fastai; tables."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with tables/, unpacked")
    parser.add_argument(
        "--cleanlab-python", type=Path, help="that has cleanlab; without it cleanlab_ap is null"
    )
    parser.add_argument(
        "--fastai-python", type=Path, help="that has fastai; without it fastai_mse and fastai_miou are null"
    )
    options = parser.parse_args()
    if options.cleanlab_python is not None and not options.cleanlab_python.is_file():
        parser.error(
            f"{options.cleanlab_python} is not there. Name a Python that has cleanlab, or leave it out."
        )
    if options.fastai_python is not None and not options.fastai_python.is_file():
        parser.error(f"{options.fastai_python} is not there. Name a Python that has fastai, or leave it out.")
    return options


if __name__ == "__main__":
    main()
