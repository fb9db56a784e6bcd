"""The benchmarks of apps run on tiny made data and end with the JSON object they promise. No figure is judged here."""

import pytest
from run_benchmark import BENCHMARKS, FASTAI, run

pytestmark = pytest.mark.slow


def test_service_measures_itself_beside_the_bare_network(picture_sets_folder):
    result = run(
        "service",
        "--data",
        picture_sets_folder,
        "--set",
        "shapes",
        "--clients",
        3,
        "--pictures",
        4,
        "--rounds",
        1,
    )
    assert result["n_failed"] == 0 and result["rate"] > 0 and result["bare_rate"] > 0
    assert result["ratio"] == pytest.approx(result["rate"] / result["bare_rate"])
    assert 0 < result["p50_ms"] <= result["p95_ms"] and result["back_s"] > 0 and len(result["memory_mb"]) == 2


def test_deploy_compares_our_app_with_the_classic_one(picture_sets_folder, weights, work):
    python = BENCHMARKS.parent / str(FASTAI).replace("fastai", "classic")
    if not python.is_file():
        pytest.skip("no fastai with Voila here; `make bench-deploy` makes its environment")
    result = run(
        "deploy", "--data", picture_sets_folder, "--set", "shapes", "--weights", weights, "--peer-python", python,
        "--visits", 1, "--pictures", 3, "--visitors", 2, "--work", work,
    )  # fmt: skip
    names = {"size_ratio", "memory_ratio", "first_prediction_ratio", "per_picture_ratio"}
    assert set(result) == names and all(ratio > 0 for ratio in result.values())


def test_deploy_says_what_it_needs(picture_sets_folder):
    said = run("deploy", "--data", picture_sets_folder, "--weights", "no-such-file", is_failing=True)
    assert "no-such-file" in said and "--weights FILE" in said
