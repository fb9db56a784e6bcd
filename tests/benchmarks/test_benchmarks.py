"""Each benchmark runs on tiny made data and ends with the JSON object it promises. No figure is judged here."""

import importlib
import json

import pytest
from make_data import make_tiny_folder
from run_benchmark import BENCHMARKS, FASTAI, run
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.embeddings import embed
from tellapart.clean.measures import looks_cache
from tellapart.store.project import open_project

pytestmark = pytest.mark.slow


def test_quick_train_measures_us_alone(picture_sets_folder, work):
    result = run(
        "quick_train", "--data", picture_sets_folder, "--sets", "packed", "--splits", 2, "--timed", 1,
        "--work", work,
    )  # fmt: skip
    one = result["sets"]["packed"]
    assert 0 <= one["ours_error"] <= 1 and one["ours_s"] > 0 and one["retrain_s"] > 0
    assert one["n_train"] + one["n_valid"] == 36
    assert (one["n_splits"], one["n_timed"], len(one["ours_errors"])) == (2, 1, 2)
    assert one["of_limit"] == pytest.approx(one["ours_s"] / one["limit_s"])
    assert one["peer_error"] is one["peer_s"] is one["ratio"] is one["retrain_ratio"] is None


def test_fine_tune_measures_both_recipes_on_one_split_and_goes_on_from_there(picture_sets_folder, work):
    pytest.importorskip("torch", reason="torch is not installed (light path)")
    arguments = ("--data", picture_sets_folder, "--sets", "packed", "--splits", 1, "--work", work)
    one = run("fine_tune", *arguments)["sets"]["packed"]
    assert 0 <= one["quick_error"] <= 1 and 0 <= one["ours_error"] <= 1
    assert (
        one["kept"][0] in ("quick", "thorough") and one["ours_s"] > one["quick_s"] > 0 and one["said_s"] > 0
    )
    assert one["peer_error"] is one["ratio"] is None and one["n_train"] + one["n_valid"] == 36

    log = work / "fine-tune-runs.jsonl"
    assert run("fine_tune", *arguments, "--timed", 0)["sets"]["packed"] == {**one, "n_timed": 0}
    runs = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert (
        len(runs) == 2 and "train/training.py" in runs[0]["result"]["sources"]
    )  # quick and thorough, once each

    runs[0]["result"]["sources"]["train/training.py"] = "another"  # the program has changed since
    log.write_text("".join(json.dumps(one) + "\n" for one in runs), "utf-8")
    run("fine_tune", *arguments, "--timed", 0)
    assert len(log.read_text("utf-8").splitlines()) == 3


def test_fine_tune_counts_the_batch_of_fastai_that_was_trained_on_all_splits(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    fine_tune = importlib.import_module("fine_tune")
    ours = dict.fromkeys(
        ("error", "mirror_error", "calibration_error", "class_calibration", "reject_rate", "peak_mb", "n_train", "n_valid"),
        0.5,
    ) | {"recipe": {"kept": "quick"}, "seconds": {"total": 2.0, "said": None}}  # fmt: skip

    def run_of(**errors):
        peers = {kind: {"error": error, "seconds": ours["seconds"]} for kind, error in errors.items()}
        return {"is_timed": True, "quick": ours, "ours": ours, "peers": peers}

    found = fine_tune._summary([run_of(a=0.1, b=0.3), run_of(a=0.2)])
    assert found["peer_errors"] == {"a": pytest.approx(0.15)} and found["peer_error"] == pytest.approx(0.15)


def test_device_rate_measures_a_pass_from_files_and_one_on_the_device(picture_sets_folder):
    pytest.importorskip("torch", reason="torch is not installed (light path)")
    result = run(
        "device_rate", "--data", picture_sets_folder, "--set", "packed", "--device", "cpu", "--batch", 8, "--rounds", 1,
    )  # fmt: skip
    one = result["sets"]["packed"]
    assert (result["device"], result["bits"], one["batch"], one["peer_per_s"], one["ratio"]) == (
        "cpu", "32", 8, None, None,
    )  # fmt: skip
    assert (
        one["of_synthetic"] == pytest.approx(one["ours_per_s"] / one["synthetic_per_s"])
        and 24 <= one["n_train"] < 36
    )


def test_quick_train_measures_another_network(picture_sets_folder, weights, work):
    result = run(
        "quick_train", "--data", picture_sets_folder, "--backbone", "mobilenet_v2", "--weights", weights,
        "--sets", "given", "--splits", 1, "--timed", 0, "--work", work,
    )  # fmt: skip
    one = result["sets"]["given"]
    assert one["n_train"] + one["n_valid"] == 30 and one["n_timed"] == 0 and 0 <= one["ours_error"] <= 1


def test_quick_train_beside_fastai_goes_on_after_an_interruption(picture_sets_folder, work):
    python = BENCHMARKS.parent / FASTAI
    if not python.is_file():
        pytest.skip("fastai is not installed; `make bench` makes its environment")
    arguments = (
        "--data", picture_sets_folder, "--sets", "shapes", "--splits", 1,
        "--against", "fastai", "--fastai-python", python, "--fastai-workers", 0, "--work", work,
    )  # fmt: skip
    one = run("quick_train", *arguments)["sets"]["shapes"]
    assert 0 <= one["peer_error"] <= 1 and one["n_train"] + one["n_valid"] == 36
    assert one["ratio"] == pytest.approx(one["peer_s"] / one["ours_s"])
    assert one["retrain_ratio"] == pytest.approx(one["peer_fine_tune_s"] / one["retrain_s"])
    again = run("quick_train", *arguments)["sets"]["shapes"]
    assert again["peer_s"] == one["peer_s"]  # from the log, not measured again
    assert len((work / "fastai-runs.jsonl").read_text("utf-8").splitlines()) == 1


def test_predict_one_compares_with_the_floor(picture_sets_folder):
    result = run(
        "predict_one", "--data", picture_sets_folder, "--set", "shapes", "--pictures", 12, "--rounds", 1
    )
    assert list(result) == ["efficientnet_lite0"]
    one = result["efficientnet_lite0"]
    assert one["ratio"] == pytest.approx(one["predict_ms"] / one["floor_ms"])
    assert one["floor_ms"] == min(one["floor_default_ms"], one["floor_quiet_ms"])


def test_strangers_has_a_share_for_every_pair_of_sets(picture_sets_folder):
    result = run(
        "strangers", "--data", picture_sets_folder, "--sets", "shapes,given", "--splits", 1, "--strangers", 5,
        "--made", 5,
    )  # fmt: skip
    assert list(result["sets"]) == ["shapes", "given"]
    for name, other in (("shapes", "given"), ("given", "shapes")):
        one = result["sets"][name]
        assert set(one["of"]) == {other, "drawn or blank"} and 0 <= one["own_rejected"] <= 1
        assert one["strangers_rejected"] == pytest.approx(sum(one["of"].values()) / 2, abs=1e-3)


def test_startup_tells_imports_memory_and_retraining():
    result = run("startup", "--runs", 1, "--rows", 100)
    light = result["import"]["tellapart.classify"]
    assert light["seconds"] > 0 and light["has_torch"] is False and light["also_imports"] == []
    assert result["retrain"]["n_rows"] == 100 and result["retrain"]["all_ms"] > 0
    if result["kernel"]:
        assert 0 < result["kernel"]["bare_mb"] < result["kernel"]["page_mb"]


def test_damaged_pictures_are_used_or_refused_and_cost_little():
    result = run("fuzz_pictures", "--pictures", 18, "--seed", 3)
    assert result["used"] + result["refused"] == result["pictures"] == 18 and len(result["kinds"]) >= 7
    assert result["exceptions"] == result["died"] == result["over"] == []
    assert 0 < result["longest_s"] < 10 and 0 < result["most_mb"] < 1000


def test_growth_has_a_figure_for_every_size():
    result = run("growth", "--sizes", "40", "--new-sizes", "20", "--opens", 1)
    assert list(result) == ["new", "open", "group", "fit"] and result["new"]["20"]["n_added"] == 20
    assert (result["open"]["40"]["n_rows"], result["open"]["40"]["n_opens"]) == (40, 1)
    assert result["open"]["40"]["counts_ms"] > 0 and result["group"]["40"]["different"]["n_groups"] == 40


def test_near_duplicates_has_a_recall_for_every_change_and_a_time_for_every_size(picture_sets_folder):
    result = run(
        "near_duplicates",
        "--data",
        picture_sets_folder,
        "--pictures",
        20,
        "--changed",
        8,
        "--look-alikes",
        4,
        "--sizes",
        "30,1200",
    )
    assert (result["n_pictures"], result["n_changed"]) == (20, 8)
    assert len(result["recall"]) == 10 and result["recall"]["brightness -15 %"] > 0.7
    # shapes of 48 pixels: saved at quality 40 or halved, some differ from themselves by more than others do
    assert list(result["sizes"]) == ["30", "1200"] and result["sizes"]["1200"]["seconds"] > 0
    assert len(result["look_alikes"]) == 7
    assert {one["false_pairs"] for one in result["look_alikes"].values()} == {0}


def test_class_maps_are_measured_on_leaves_and_in_mosaics():
    result = run("class_maps", "--pictures", 16, "--occlusion", 8, "--per-class", 10)
    assert (result["n_pictures"], result["exact"]["n"], result["occlusion"]["n"]) == (16, 16, 8)
    assert 0 <= result["exact"]["on_leaf"] <= 1 and 0 < result["leaf_share"] < 1
    assert result["mosaic"]["exact"]["n"] % 4 == 0


def test_learning_curve_counts_forecasts_inside_their_interval(picture_sets_folder):
    result = run(
        "learning_curve", "--data", picture_sets_folder, "--sets", "shapes", "--seeds", 1, "--drawn", 1
    )
    assert result["n"] == len(result["cases"]) == 2 and result["inside"] in (0, 0.5, 1)
    assert all(one["low"] <= one["error"] <= one["high"] for one in result["cases"])


def test_drift_counts_alarms_for_every_change(picture_sets_folder):
    sets = ("--data", picture_sets_folder, "--sets", "shapes,given")
    result = run("drift", *sets, "--n", 36, "--week", 12, "--seeds", 2)
    assert len(result["alarms"]) == 8 and set(result["alarms"].values()) <= {0, 0.5, 1}


def test_samples_speed_counts_the_files():
    result = run("samples_speed", "--runs", 1, "--per-class", 8)
    assert result["n_files"] == 4 * 8 + 6 and result["seconds"] > 0


def test_gather_measures_us_beside_the_package_and_a_bare_fetch():
    pytest.importorskip("bing_image_downloader", reason="the package it is measured beside is not installed")
    result = run(
        "gather", "--pictures", 40, "--kilobytes", 20, "--latency-ms", 5, "--runs", 1, "--connections", 4
    )
    assert {"ours_s", "peer_s", "bare_s"} <= result.keys() and min(result["all"][0].values()) > 0
    assert result["peer_over_ours"] == pytest.approx(result["peer_s"] / result["ours_s"])


def test_what_is_missing_is_said_in_a_sentence(picture_sets_folder, tmp_path):
    said = run("predict_one", "--data", picture_sets_folder, "--set", "bears", is_failing=True)
    assert "neither a folder bears/ nor bears.tgz" in said
    no_weights = ("--backbone", "mobilenet_v2", "--weights", tmp_path / "no.pth")
    said = run("quick_train", "--data", tmp_path, *no_weights, is_failing=True)
    assert "no.pth is not there" in said
    said = run("growth", "--only", "speed", is_failing=True)
    assert "--only speed is unknown" in said


def test_a_run_that_was_cut_off_is_repeated_and_untimed_ones_do_not_count_for_times(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from run_log import RunLog

    path = tmp_path / "work" / "runs.jsonl"
    RunLog(path).add("a", False, {"set": "shapes"}, {"error": 0.1})
    RunLog(path).add("b", True, {"set": "shapes"}, {"error": 0.2})
    path.write_text(path.read_text("utf-8") + '{"key": "c", "is_ti', "utf-8")
    log = RunLog(path)
    assert log.find("a", is_timed=False) == {"error": 0.1} and log.find("a", is_timed=True) is None
    assert log.find("b", is_timed=False) == log.find("b", is_timed=True) == {"error": 0.2}
    assert log.find("c", is_timed=False) is None
    log.add("c", True, {}, {"error": 0.3})
    assert RunLog(path).find("c", is_timed=True) == {"error": 0.3}


@pytest.fixture(scope="session")
def mislabelled_set(picture_sets_folder):
    """The shapes once more, a few of them under a wrong label, with the table that tells."""
    folder = picture_sets_folder / "mislabelled"
    make_tiny_folder(folder, n_per_class=20, size_px=48)
    rows = ["file,given_label,true_label"]
    for path in sorted(folder.glob("*/*")):
        label, true = path.parent.name, path.parent.name
        if path.stem.endswith(("03", "11")):
            label = "cross" if true != "cross" else "circle"
            path = path.rename(folder / label / path.name)
        rows.append(f"{label}/{path.name},{label},{true}")
    (folder / "truth.csv").write_text("\n".join(rows))
    return picture_sets_folder


def test_clean_measures_rankings_errors_and_times(mislabelled_set, work):
    result = run(
        "clean", "--data", mislabelled_set, "--set", "mislabelled", "--sizes", "200",
        "--work", work,
    )  # fmt: skip
    assert set(result["ap"]) == set(result["p100"]) == {"ours"} and 0 <= result["ap"]["ours"] <= 1
    assert (result["n_pictures"], result["n_wrong"]) == (60, 6)
    assert {"error_before", "error_after", "error_perfect"} <= set(result)
    assert result["findings_s"]["200"] > 0 and result["findings"]["200"]["refresh_ms"] > 0


def test_all_that_is_looked_at_in_a_made_project_lies_in_its_caches(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    importlib.import_module("clean_project").make_project(tmp_path / "made", 40)
    with open_project(tmp_path / "made") as project:
        pictures = project.manifest.kept_and_removed()
        found = embed(project, load_backbone(), pictures)
        assert len(found.image_ids) == len(pictures) == 40 and not found.n_computed
        with looks_cache(project) as looks:
            assert (looks.find([one.image_id for one in pictures]) >= 0).all()


def test_clean_says_which_peer_is_missing(mislabelled_set):
    said = run(
        "clean", "--data", mislabelled_set, "--against", "cleanlab",
        "--cleanlab-python", "no-such-python", is_failing=True,
    )  # fmt: skip
    assert "no-such-python is not there" in said


def test_embedding_has_a_share_for_every_size(picture_sets_folder):
    result = run(
        "embedding", "--data", picture_sets_folder, "--set", "shapes", "--sizes", "96,128", "--rounds", 1
    )
    assert list(result) == ["96", "128"]
    one = result["96"]
    assert one["n_pictures"] == 36 and one["share"] == pytest.approx(one["ours_per_s"] / one["bare_per_s"])
    assert one["share_of_limit"] == pytest.approx(one["ours_per_s"] / one["limit_per_s"])


def test_eyes_has_an_error_for_every_size_and_set(picture_sets_folder):
    from tellapart.backbones.lite0.weights import weights_file

    result = run(
        "eyes", "--data", picture_sets_folder, "--sets", "shapes", "--sizes", "64", "--splits", 1,
        "--other", f"{weights_file()}:96:4",
    )  # fmt: skip
    assert [list(errors) for errors in result.values()] == [["shapes"], ["shapes"]]
    assert all(0 <= errors["shapes"] <= 1 for errors in result.values())


def test_two_trees_runs_both_and_compares_what_both_report(tmp_path):
    here = BENCHMARKS.parent
    result = run(
        "two_trees",
        "--old",
        here,
        "--data",
        tmp_path,
        "--rounds",
        1,
        "--run",
        "growth --only fit --sizes 400,800",
    )
    found = result["growth"]
    assert set(result) == {"growth"} and {" ".join(one.split()[:2]) for one in found} == {
        "fit 400",
        "fit 800",
    }
    assert found["fit 400 seconds"]["ratio"] > 0 and found["fit 800 seconds"]["ratio"] > 0
    assert "is no checkout" in run("two_trees", "--old", tmp_path, "--data", tmp_path, is_failing=True)


def test_advice_is_followed_on_a_real_set_and_in_simulated_cases(picture_sets_folder):
    result = run("advice", "--data", picture_sets_folder, "--sets", "shapes", "--cases", 2)
    assert result["n_cases"] == 2 and result["inside_interval"] in (0.0, 0.5, 1.0)
    assert 0 <= result["helped"] <= result["followed"] <= 1 and len(result["sets"]) == result["followed"]
    for one in result["cases"]:
        low, high = one["forecast"]["low"], one["forecast"]["high"]
        assert one["is_inside"] == (low <= one["came"] <= high) and one["n"] > 0
