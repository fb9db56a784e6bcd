"""The curve of a training as plain values: means counted by hand, there and back, and what is no curve."""

import json

import numpy as np
import pytest
from tellapart.learning.tuning_curve import NetworkCurve, TuningCurve, quarter_means

NAN = np.nan


def curve():
    """Two networks of two epochs: the first is done, the second in its first epoch."""
    done = NetworkCurve(np.linspace(1, 0.3, 8), np.array([1.0, 0.8, 0.7]), np.array([0.5, 0.25, 0.25]))
    begun = NetworkCurve(
        np.array([0.9, 0.8, NAN, NAN, NAN, NAN, NAN, NAN]),
        np.array([1.1, NAN, NAN]),
        np.array([0.5, NAN, NAN]),
    )
    return TuningCurve(2, np.linspace(1e-3, 1e-5, 8), (done, begun))


def test_quarters_are_means_of_their_steps():
    assert quarter_means(np.arange(8.0), 2).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert quarter_means(np.arange(16.0), 2).tolist() == [0.5, 2.5, 4.5, 6.5, 8.5, 10.5, 12.5, 14.5]
    some = quarter_means(np.array([1.0, 3.0, NAN, NAN, NAN, NAN, NAN, NAN]), 1)
    assert some[0] == 2 and np.isnan(some[1:]).all()
    few = quarter_means(np.array([4.0, 2.0]), 1)  # two steps in an epoch
    assert few[[0, 2]].tolist() == [4, 2] and np.isnan(few[[1, 3]]).all()


def test_it_says_how_far_it_is():
    assert curve().place == (1, 2) and curve().n_known == 8 + 3 + 2 + 1
    nothing = TuningCurve(1, np.zeros(4), (NetworkCurve(np.full(4, NAN), np.full(2, NAN), np.full(2, NAN)),))
    assert nothing.place == (0, 0) and nothing.n_known == 0


def test_there_and_back_as_json():
    record = json.loads(json.dumps(curve().to_json()))
    assert record["networks"][1]["losses"] == [0.9, 0.8, None, None, None, None, None, None]
    back = TuningCurve.from_json(record)
    assert back.to_json() == record and back.place == (1, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.pop("rates"),
        lambda record: record.update(n_epochs=0),
        lambda record: record.update(n_epochs=10**9),
        lambda record: record.update(networks=[]),
        lambda record: record.update(networks="many"),
        lambda record: record.update(rates=[1, 2]),
        lambda record: record["networks"][0].update(losses=["low"] * 8),
        lambda record: record["networks"][0].update(losses=[float("inf")] * 8),
        lambda record: record["networks"][0].update(losses=[1e308, -1e308] * 4),
        lambda record: record["networks"][0].update(held_out_errors=None),
    ],
)
def test_what_is_no_curve_gives_none(change):
    record = curve().to_json()
    change(record)
    assert TuningCurve.from_json(record) is None
    assert TuningCurve.from_json(None) is None and TuningCurve.from_json([1]) is None
