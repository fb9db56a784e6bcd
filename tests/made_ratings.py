"""Ratings of made people with two tastes: half of them like the a-films, half the b-films."""

import csv

import numpy as np


def made_rows(n_users=80, n_items=24, seed=1):
    """(user, item, rating, timestamp, title) of people who rated two thirds of the films; one film has one rating."""
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(n_users):
        for item in range(n_items):
            if rng.random() < 0.67:
                likes = (user % 2) == (item % 2)
                stars = int(np.clip(round(3 + (1.4 if likes else -1.4) + rng.normal(0, 0.5)), 1, 5))
                letter = "ab"[item % 2]
                at = 1_000_000 + rng.integers(0, 500_000)
                rows.append(
                    (f"person-{user:03}-x", f"f{item}", stars, int(at), f"The {letter} film, number {item}")
                )
    rows.append(("person-000-x", "lonely", 5, 1_200_000, "Seen by one"))
    return rows


def write_table(path, rows, titles=("user", "item", "rating", "timestamp", "title")):
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(titles)
        table.writerows(rows)
    return path
