import io
import subprocess
import sys

import pytest
from other_process import run_python
from PIL import Image
from tellapart.classify import Prediction, Predictor
from tellapart.errors import ImageError
from tellapart.pictures.images import thumbnail_jpeg


@pytest.fixture(scope="module")
def predictor(trained):
    return Predictor(trained[1].bundle_dir)


def test_a_picture_gets_a_label_with_probabilities_in_class_order(predictor, tiny_folder):
    file = sorted((tiny_folder / "cross").iterdir())[0]
    answer = predictor.predict(file)
    assert list(answer.probabilities) == list(predictor.classes)
    assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert answer.label == predictor.classes[answer.index] and answer.confidence == max(
        answer.probabilities.values()
    )
    assert answer.top(2)[0] == (answer.label, answer.confidence)


def test_a_loaded_bundle_holds_no_memory_that_is_free(trained):
    told = run_python(
        """
        import psutil
        from tellapart.backbones.freed_memory import give_back_memory
        from tellapart.classify import Predictor

        predictor = Predictor(sys.argv[1])
        held = psutil.Process().memory_info().rss
        give_back_memory()
        print(held - psutil.Process().memory_info().rss)
        """,
        trained[1].bundle_dir,
    )
    assert int(told) < 5e6


def test_path_text_bytes_and_image_give_the_same_answer(predictor, tiny_folder):
    file = sorted((tiny_folder / "square").iterdir())[0]
    with Image.open(file) as image:
        answers = [predictor.predict(one) for one in (file, str(file), file.read_bytes(), image)]
    assert all(
        list(a.probabilities.values()) == pytest.approx(list(answers[0].probabilities.values()), abs=1e-5)
        for a in answers
    )


def test_many_pictures_come_in_order_with_a_reason_for_each_unreadable_one(predictor, tiny_folder, tmp_path):
    files = sorted(tiny_folder.rglob("*.*"))[:40]
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"nothing")
    mixed = [*files[:20], broken, *files[20:]]
    answers = list(predictor.predict_many(mixed))
    assert isinstance(answers[20], ImageError) and "not a picture" in str(answers[20])
    singles = [predictor.predict(file) for file in files]
    for one, many in zip(singles, answers[:20] + answers[21:], strict=True):
        assert isinstance(many, Prediction) and many.probabilities == pytest.approx(
            one.probabilities, abs=1e-4
        )
    assert list(predictor.predict_many([])) == []


def test_answers_to_show_are_the_same_and_come_with_small_jpegs(predictor, tiny_folder, tmp_path):
    broken, large = tmp_path / "broken.jpg", tmp_path / "large.jpg"
    broken.write_bytes(b"nothing")
    Image.linear_gradient("L").resize((1200, 900)).save(large)
    files = [*sorted(tiny_folder.rglob("*.*"))[:3], broken, large]
    shown = predictor.predict_shown(files, 168)
    assert isinstance(shown[3], ImageError) and "not a picture" in str(shown[3])
    for file, one, alone in zip(files, shown, predictor.predict_many(files), strict=True):
        if not isinstance(one, ImageError):
            assert one.prediction.probabilities == pytest.approx(alone.probabilities, abs=1e-6)
            small, same = (
                Image.open(io.BytesIO(jpeg)) for jpeg in (one.thumbnail, thumbnail_jpeg(file, 168))
            )
            assert small.size == same.size and small.format == "JPEG"
    by_itself = predictor.predict_shown([large], 400)[0]  # larger than what the network sees
    assert by_itself.prediction.probabilities == pytest.approx(shown[4].prediction.probabilities, abs=1e-6)
    assert Image.open(io.BytesIO(by_itself.thumbnail)).size == (533, 400)


def test_predict_many_does_not_read_the_whole_stream_at_once(predictor, tiny_folder):
    file = next((tiny_folder / "cross").iterdir())
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield file

    next(iter(predictor.predict_many(endless())))
    assert taken <= 64


def test_noise_is_none_of_these(predictor):
    import numpy as np

    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8))
    assert predictor.predict(noise).is_none_of_these


def test_an_unreadable_picture_raises_its_reason(predictor, tmp_path):
    with pytest.raises(ImageError, match="file not found"):
        predictor.predict(tmp_path / "nothing.jpg")


def test_the_predictor_needs_numpy_pillow_and_onnxruntime_only(trained, tiny_folder):
    file = next((tiny_folder / "cross").iterdir())
    code = (
        "import sys\n"
        "from tellapart.classify import Predictor\n"
        f"Predictor({str(trained[1].bundle_dir)!r}).predict({str(file)!r})\n"
        "heavy = {'torch', 'scipy', 'sklearn', 'onnx', 'matplotlib', 'pandas', 'httpx', 'ipywidgets', 'safetensors', 'rich', 'typer'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_printed_answer_is_words():
    answer = Prediction("oak", 1, {"elm": 0.25, "oak": 0.75}, is_none_of_these=False)
    assert str(answer) == "oak 75.0 %, elm 25.0 %"
    assert (
        str(Prediction("oak", 1, answer.probabilities, True))
        == "none of these (nearest: oak 75.0 %, elm 25.0 %)"
    )
