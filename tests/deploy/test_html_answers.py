"""The page from disk makes the pixels, in the real browser, that the program makes; its answers: test_parity.py."""

import base64
import io

import numpy as np
import pytest
from odd_pictures import saved, scene
from PIL import Image
from tellapart.deploy.html import export
from tellapart.deploy.html.checking import tall_rows_first
from tellapart.pictures.images import square_of
from tellapart.pictures.preprocess import Preprocess

pytestmark = pytest.mark.browser
WORKER = export._HERE / "worker"
LOAD = "(source) => import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })))"
FROM_BASE64 = "(text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0))"
TO_BASE64 = "(bytes) => { let text = ''; for (const one of bytes) text += String.fromCharCode(one); return btoa(text); }"


def test_its_resizing_is_pillows_to_the_last_bit(browser):
    rng = np.random.default_rng(0)
    page = browser.new_page()
    script = f"""async ([source, pixels, width, height, preprocess]) => {{
      const {{ squareOf }} = await ({LOAD})(source);
      return ({TO_BASE64})(squareOf({{ data: ({FROM_BASE64})(pixels), width, height }}, preprocess));
    }}"""
    source = (WORKER / "resampling.js").read_text("utf-8")
    wrong = []
    sizes = [
        (224, 224),
        (300, 224),
        (224, 300),
        (64, 64),
        (31, 57),
        (500, 333),
        (701, 90),
        (9, 400),
        (230, 300),
        (1, 1),
    ]
    for i, (width, height) in enumerate(sizes):
        pixels = rng.integers(0, 256, (height, width, 4), dtype=np.uint8)
        for fit, resize_px in (("crop", 224), ("crop", 256), ("stretch", 224)):
            preprocess = Preprocess(224, resize_px, fit, ("bilinear", "bicubic")[i % 2])
            wanted = {**preprocess.to_json(), "tall_rows_first": tall_rows_first()}
            found = page.evaluate(
                script,
                [source, base64.b64encode(pixels.tobytes()).decode(), width, height, wanted],
            )
            expected = square_of(Image.fromarray(np.ascontiguousarray(pixels[..., :3])), preprocess)
            if base64.b64decode(found) != expected.tobytes():
                wrong.append((width, height, preprocess))
    page.close()
    assert wrong == []


@pytest.mark.parametrize("by", [2, 4, 8])
def test_it_makes_a_large_jpeg_smaller_as_its_decoder_would(browser, by):
    """Grey, so that no colour is spread over neighbours; upright and turned by 180 degrees."""
    grey = scene(1, 64 * by + 5, 48 * by + 3).convert("L")
    data = saved(grey, "JPEG", quality=95)
    drafted, full = Image.open(io.BytesIO(data)), np.asarray(Image.open(io.BytesIO(data)))
    drafted.draft("L", (48, 48))
    expected = np.asarray(drafted).astype(int)
    page = browser.new_page()
    for is_turned in (False, True):
        pixels = np.repeat((full[::-1, ::-1] if is_turned else full)[..., None], 4, axis=2)
        text = page.evaluate(
            f"""async ([source, text, width, height, by, orientation]) => {{
              const {{ endsOf, reduced, reductionFor }} = await ({LOAD})(source);
              const data = ({FROM_BASE64})(text);
              const rows = (top, n) => data.subarray(top * width * 4, (top + n) * width * 4);
              if (reductionFor(width, height, 48) !== by) throw new Error("another size");
              return ({TO_BASE64})(reduced(rows, width, height, by, endsOf(orientation)).data);
            }}""",
            [
                (WORKER / "reduction.js").read_text("utf-8"), base64.b64encode(pixels.tobytes()).decode(),
                full.shape[1], full.shape[0], by, 3 if is_turned else 1,
            ],
        )  # fmt: skip
        found = (
            np.frombuffer(base64.b64decode(text), np.uint8).reshape(*expected.shape, 4)[..., 0].astype(int)
        )
        found = found[::-1, ::-1] if is_turned else found
        inside = np.abs(found - expected)[
            :-1, :-1
        ]  # of the last ones the file holds more than the picture shows
        assert inside.max() <= 2 and inside.mean() < 0.5
    page.close()
