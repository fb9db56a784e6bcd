"""cleanlab's side of clean.py, run by a Python that has cleanlab and scikit-learn: job on standard input, JSON out.

As its documentation shows it: CleanLearning around a LogisticRegression on the embeddings, which cross-validates by
itself. Its ranking by normalised margin, and its ranking from our out-of-fold probabilities, are measured, too.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import numpy as np
from cleanlab.classification import CleanLearning
from cleanlab.rank import get_label_quality_scores
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

job = json.load(sys.stdin)
stored = np.load(job["embeddings"])
embeddings, targets = stored["embeddings"], stored["targets"]
clock = time.perf_counter()
issues = CleanLearning(LogisticRegression(max_iter=1000), seed=0).find_label_issues(embeddings, targets)
seconds = time.perf_counter() - clock
standard = StandardScaler().fit_transform(embeddings)
strong = cross_val_predict(
    LogisticRegression(C=1e-4, max_iter=1000), standard, targets, method="predict_proba"
)
ours = np.array(job["scores"], float)
ours /= ours.sum(axis=1, keepdims=True)
scores = {
    "cleanlab": 1 - issues["label_quality"].to_numpy(),
    "cleanlab, strong L2": 1 - get_label_quality_scores(targets, strong),
    "cleanlab, our probabilities": 1 - get_label_quality_scores(targets, ours),
    "cleanlab, our probabilities, margin": 1
    - get_label_quality_scores(targets, ours, method="normalized_margin"),
}
print(
    json.dumps(
        {
            "scores": {name: values.tolist() for name, values in scores.items()},
            "seconds": seconds,
            "versions": {name: version(name) for name in ("cleanlab", "scikit-learn")},
        }
    )
)
