"""Made tables: loans that are paid back by a rule that no line can draw, seeded."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

TITLES = ["no", "income", "town", "sex", "since", "paid"]


def made_table(n: int = 240, seed: int = 0) -> tuple[list[str], list[list[str]]]:
    """Titles and rows. Paid back is: an income between 30 and 60 in Rome or Oslo, or another one elsewhere."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        income, town = float(rng.uniform(10, 80)), str(rng.choice(["Rome", "Oslo", "Bern", "Riga"]))
        paid = (30 < income < 60) == (town in ("Rome", "Oslo"))
        rows.append(
            [
                str(1000 + i),
                "" if i % 40 == 7 else f"{income:.1f}",
                "?" if i % 50 == 9 else town,
                str(rng.choice(["f", "m"])),
                f"20{rng.integers(10, 24)}-0{rng.integers(1, 10)}-1{rng.integers(0, 10)}",
                "yes" if paid else "no",
            ]
        )
    return TITLES, rows


def write_table(path: Path, titles: list[str], rows: list[list[str]], delimiter: str = ",") -> Path:
    """A CSV file of them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([titles, *rows])
    return path
