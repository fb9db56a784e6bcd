"""fastai's side of the ratings in kinds.py, for a Python that has fastai: JSON job in, JSON result out.

As fastai's course does it: collab_learner with 50 factors, five epochs of one cycle, weight decay 0.1; the ratings that
are tested are given, not drawn.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import numpy as np
import pandas as pd
from fastai.collab import TabularCollab, collab_learner
from fastai.data.block import TransformBlock
from fastai.tabular.core import Categorify
from fastai.torch_core import set_seed

job = json.load(sys.stdin)
set_seed(job["seed"])
frame = pd.DataFrame({name: job[name] for name in ("user", "item", "rating")})
tested = np.array(job["is_tested"], bool)
clock = time.perf_counter()
splits = np.flatnonzero(~tested).tolist(), np.flatnonzero(tested).tolist()
table = TabularCollab(
    frame, [Categorify], ["user", "item"], y_names=["rating"], y_block=TransformBlock(), splits=splits
)
low, high = job["scale"]
learner = collab_learner(table.dataloaders(bs=64), n_factors=50, y_range=(low, high + 0.5))
with learner.no_bar(), learner.no_logging():
    learner.fit_one_cycle(5, 5e-3, wd=0.1)
seconds = time.perf_counter() - clock
with learner.no_bar():  # else its bar would stand before the JSON, in the same line
    expected, given = learner.get_preds()
error = (expected.reshape(-1).clip(low, high) - given.reshape(-1)) ** 2
print(
    "\n"
    + json.dumps(
        {
            "mse": float(error.mean()),
            "n": len(error),
            "seconds": seconds,
            "versions": {name: version(name) for name in ("fastai", "torch")},
        }
    )
)
