"""Boosted trees as the attributes of ONNX's TreeEnsembleRegressor, which knows no sets of categories.

A node that sends a set of categories left becomes a chain: is it the first of them? the second? … each with the same
node to its left, as converters of LightGBM write it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tellapart.errors import DeployError
from tellapart.tables.trees import Trees

MOST_NODES = 3_000_000
_LEAF, _AT_MOST, _IS = "LEAF", "BRANCH_LEQ", "BRANCH_EQ"


def tree_attributes(trees: Trees) -> dict[str, Any]:
    """All attributes of a TreeEnsembleRegressor of double precision, without what is added at last (`base`).

    Raises:
        DeployError: the chains have too many nodes, or a node belongs to two trees.
    """
    is_inner = trees.feature >= 0
    by_choice = is_inner & (trees.choice >= 0)
    sizes = trees.goes_left.sum(axis=1)
    # a node of no category is never asked for a place: one link that nothing passes
    links = np.where(by_choice, np.maximum(1, sizes[trees.choice] if len(sizes) else 1), 1).astype(np.int64)
    if links.sum() > MOST_NODES:
        raise DeployError(
            f"As ONNX the trees would have {links.sum():,} nodes, since each category of a group is a node of its own; "
            f"at most {MOST_NODES:,} are written. Share the bundle (tellapart export), or train with fewer categories."
        )
    first = np.concatenate([[0], np.cumsum(links)[:-1]])  # (M,): place of each node's first link
    owner = np.repeat(np.arange(len(links)), links)  # (L,): node of each link
    is_last = np.arange(len(owner)) == first[owner] + links[owner] - 1
    ends = np.concatenate([trees.starts[1:], [len(links)]])
    tree_of = np.repeat(np.arange(len(trees.starts)), np.maximum(0, ends - trees.starts))  # (M,)
    if len(tree_of) < len(links) or _strays(trees, tree_of):
        raise DeployError("Its trees share nodes, which ONNX cannot say. Train it again.")
    base = first[trees.starts][tree_of]  # (M,): place of its tree's first link
    inner, leaf = is_inner[owner], ~is_inner[owner]
    true_link = first[trees.left[owner]]
    false_link = np.where(is_last, first[trees.right[owner]], np.arange(len(owner)) + 1)
    values = np.where(by_choice, 0.0, trees.threshold)[owner]
    values[by_choice[owner]] = _places(trees, by_choice)
    modes = np.where(leaf, _LEAF, np.where(by_choice[owner], _IS, _AT_MOST))
    own = base[owner]
    leaves = np.flatnonzero(leaf)
    return {
        "nodes_treeids": tree_of[owner].tolist(),
        "nodes_nodeids": (np.arange(len(owner)) - own).tolist(),
        "nodes_featureids": np.where(inner, trees.feature[owner], 0).tolist(),
        "nodes_modes": modes.tolist(),
        "nodes_values": values,
        "nodes_truenodeids": np.where(inner, true_link - own, 0).tolist(),
        "nodes_falsenodeids": np.where(inner, false_link - own, 0).tolist(),
        "nodes_missing_value_tracks_true": (inner & trees.missing_left[owner]).astype(int).tolist(),
        "target_treeids": tree_of[owner[leaves]].tolist(),
        "target_nodeids": (leaves - own[leaves]).tolist(),
        "target_ids": trees.outputs[tree_of[owner[leaves]]].tolist(),
        "target_weights": trees.value[owner[leaves]],
        "n_targets": len(trees.base),
    }


def _strays(trees: Trees, tree_of: np.ndarray) -> bool:
    """Whether trees do not lie one after the other, each with nodes of its own."""
    is_inner = trees.feature >= 0
    return bool(
        (np.diff(trees.starts) <= 0).any()
        or (tree_of[trees.left] != tree_of)[is_inner].any()
        or (tree_of[trees.right] != tree_of)[is_inner].any()
    )


def _places(trees: Trees, by_choice: np.ndarray) -> np.ndarray:
    """The category that each link asks for, node by node; -1 where a node sends none to the left."""
    nothing = np.array([-1.0])
    of_choice = [np.flatnonzero(one).astype(float) if one.any() else nothing for one in trees.goes_left]
    asked = [of_choice[choice] for choice in trees.choice[by_choice].tolist()]
    return np.concatenate(asked) if asked else np.zeros(0)
