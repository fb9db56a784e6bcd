"""cleanlab's side of kinds.py, run by a Python that has cleanlab and scikit-learn: job on standard input, JSON out.

CleanLearning around a LogisticRegression on TF-IDF of words and pairs of words, which cross-validates by itself.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import numpy as np
from cleanlab.classification import CleanLearning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

job = json.load(sys.stdin)
targets = np.array(job["targets"])
clock = time.perf_counter()
rows = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(job["texts"])
issues = CleanLearning(LogisticRegression(max_iter=1000), seed=0).find_label_issues(rows, targets)
seconds = time.perf_counter() - clock
print(
    json.dumps(
        {
            "scores": (1 - issues["label_quality"].to_numpy()).tolist(),
            "seconds": seconds,
            "versions": {name: version(name) for name in ("cleanlab", "scikit-learn")},
        }
    )
)
