"""Trees: boosted decision trees as plain arrays, read out of scikit-learn's and answered with numpy alone.

A node with feature -1 is a leaf. Else a row goes left where its number is at most the threshold, or where its category
is one of the node's; where nothing is known, to the side that was learned for that.
Source: Ke et al. 2017, "LightGBM: A Highly Efficient Gradient Boosting Decision Tree" (the kind scikit-learn grows).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tellapart.kinds.sealed_json import numbers

_FARTHEST = 2e15  # a threshold above every number that is counted with
_AT_ONCE = 400_000  # rows times trees
_MOST_NODES = 5_000_000
_MOST_CATEGORIES = 256


@dataclass(frozen=True)
class Trees:
    """starts: (T,) first node of each tree. outputs: (T,) which of the O outputs it adds to. All others: (M,) of the
    nodes. choice: row of `goes_left`, (B, 256) bool, or -1 where numbers decide. base: (O,), what trees add to."""

    starts: np.ndarray
    outputs: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    missing_left: np.ndarray
    value: np.ndarray
    choice: np.ndarray
    goes_left: np.ndarray
    base: np.ndarray

    def scores(self, inputs: np.ndarray) -> np.ndarray:
        """(N, O) of (N, F) encoded rows."""
        found = np.tile(self.base, (len(inputs), 1))
        step = max(1, _AT_ONCE // max(1, len(self.starts)))
        for start in range(0, len(inputs), step):
            leaves = self.value[self._leaves(inputs[start : start + step])]  # (n, T)
            for output in range(len(self.base)):
                found[start : start + step, output] += leaves[:, self.outputs == output].sum(axis=1)
        return found

    def _leaves(self, inputs: np.ndarray) -> np.ndarray:
        """(n, T): the node where each row ends."""
        n_rows, n_trees = len(inputs), len(self.starts)
        at = np.tile(self.starts, n_rows)
        rows = np.repeat(np.arange(n_rows), n_trees)
        moving = np.flatnonzero(self.feature[at] >= 0)
        while len(moving):
            node = at[moving]
            values = inputs[rows[moving], self.feature[node]]
            is_missing, choice = np.isnan(values), self.choice[node]
            with np.errstate(invalid="ignore"):
                is_left = values <= self.threshold[node]
            by_choice = np.flatnonzero((choice >= 0) & ~is_missing)
            is_left[by_choice] = self.goes_left[choice[by_choice], values[by_choice].astype(int)]
            is_left = np.where(is_missing, self.missing_left[node], is_left)
            at[moving] = np.where(is_left, self.left[node], self.right[node])
            moving = moving[self.feature[at[moving]] >= 0]
        return at.reshape(n_rows, n_trees)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; the categories that go left are lists."""
        return {
            "base": self.base.tolist(),
            "starts": self.starts.tolist(),
            "outputs": self.outputs.tolist(),
            "feature": self.feature.tolist(),
            "threshold": self.threshold.tolist(),
            "left": self.left.tolist(),
            "right": self.right.tolist(),
            "missing_left": self.missing_left.astype(int).tolist(),
            "value": self.value.tolist(),
            "choice": self.choice.tolist(),
            "goes_left": [np.flatnonzero(one).tolist() for one in self.goes_left],
        }


def trees_of(booster: Any, order: Sequence[int]) -> Trees:
    """The trees of a fitted HistGradientBoostingClassifier.

    Args:
        order: place among the encoded features of each of its own, categories first.
    """
    starts: list[int] = []
    outputs: list[int] = []
    nodes, chosen, choices = [], [], []
    n_nodes = n_chosen = 0
    for of_iteration in booster._predictors:
        for output, tree in enumerate(of_iteration):
            one = tree.nodes
            is_leaf, is_category = one["is_leaf"].astype(bool), one["is_categorical"].astype(bool)
            starts.append(n_nodes)
            outputs.append(output)
            nodes.append(
                (
                    np.where(is_leaf, -1, np.asarray(order)[one["feature_idx"]]),
                    np.clip(
                        np.where(is_category | is_leaf, 0.0, one["num_threshold"]), -_FARTHEST, _FARTHEST
                    ),
                    np.where(is_leaf, 0, one["left"].astype(int) + n_nodes),
                    np.where(is_leaf, 0, one["right"].astype(int) + n_nodes),
                    one["missing_go_to_left"].astype(bool),
                    np.where(is_leaf, one["value"], 0.0),
                )
            )
            choices.append(np.where(is_category & ~is_leaf, one["bitset_idx"].astype(int) + n_chosen, -1))
            chosen.append(_unpacked(tree.raw_left_cat_bitsets))
            n_nodes, n_chosen = n_nodes + len(one), n_chosen + len(tree.raw_left_cat_bitsets)
    feature, threshold, left, right, missing_left, value = map(np.concatenate, zip(*nodes, strict=True))
    base = np.asarray(booster._baseline_prediction, float).reshape(-1)
    return Trees(
        np.array(starts), np.array(outputs), feature, threshold, left, right, missing_left, value,
        np.concatenate(choices), np.concatenate(chosen), base,
    )  # fmt: skip


def trees_from_json(record: dict[str, Any], n_features: int) -> Trees:
    """Trees as they were written; every one of them ends.

    Raises:
        ValueError, KeyError, TypeError: the record says something that no trees are.
    """
    n, n_trees = len(record["feature"]), len(record["starts"])
    if n > _MOST_NODES or not n_trees:
        raise ValueError("its trees are missing or too many")
    base = numbers(record["base"], len(record["base"]))
    chosen = record["goes_left"]
    goes_left = np.zeros((len(chosen), _MOST_CATEGORIES), bool)
    for row, places in enumerate(chosen):
        goes_left[row, _whole(places, len(places), 0, _MOST_CATEGORIES)] = True
    feature = _whole(record["feature"], n, -1, n_features)
    left, right = _whole(record["left"], n, 0, n), _whole(record["right"], n, 0, n)
    is_inner = feature >= 0
    if (np.minimum(left, right)[is_inner] <= np.flatnonzero(is_inner)).any():
        raise ValueError("a node of its trees leads back")
    return Trees(
        _whole(record["starts"], n_trees, 0, n),
        _whole(record["outputs"], n_trees, 0, len(base)),
        feature,
        numbers(record["threshold"], n, _FARTHEST),
        left,
        right,
        _whole(record["missing_left"], n, 0, 2).astype(bool),
        numbers(record["value"], n),
        _whole(record["choice"], n, -1, len(chosen)),
        goes_left,
        base,
    )


def _whole(value: Any, n: int, least: int, end: int) -> np.ndarray:
    """(n,) whole numbers from least to below end."""
    if not isinstance(value, list) or len(value) != n or not all(type(one) is int for one in value):
        raise ValueError(f"{n} whole numbers are missing")
    found = np.array(value, np.int64)
    if n and not (least <= found.min() and found.max() < end):
        raise ValueError("a whole number is out of range")
    return found


def _unpacked(bits: np.ndarray) -> np.ndarray:
    """(B, 256) bool of (B, 8) uint32, the lowest bit first."""
    if not len(bits):
        return np.zeros((0, _MOST_CATEGORIES), bool)
    return ((bits[:, :, None] >> np.arange(32, dtype=np.uint32)) & 1).astype(bool).reshape(len(bits), -1)
