"""The app of the fast.ai lesson as a folder, run by a Python that has fastai: a JSON job on standard input, JSON out.

A learner on the same pictures and the same weights as ours, exported with `learn.export()`, and the notebook of the
lesson that loads it: `FileUpload`, `Button`, `Output`, `Label`, `PILImage.create`, `predict`. The learner learns one
epoch on some of the pictures, since how well it answers is not measured here. The notebook differs from the lesson's in
two things: `FileUpload` gives its files as ipywidgets 8 does, and the label names the picture, so that a visitor knows
which one is answered.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fastai_networks
from fastai.torch_core import set_seed
from fastai.vision.all import (
    CategoryBlock,
    DataBlock,
    ImageBlock,
    RandomSplitter,
    Resize,
    parent_label,
    trainable_params,
    vision_learner,
)
from torchvision.models import mobilenet_v2

CELLS = [
    "from fastai.vision.all import *\nfrom fastai.vision.widgets import *",
    "path = Path()\nlearn_inf = load_learner(path / 'export.pkl', cpu=True)",
    """btn_upload = widgets.FileUpload()
out_pl = widgets.Output()
lbl_pred = widgets.Label()
btn_run = widgets.Button(description='Classify')""",
    """def on_click_classify(change):
    file = btn_upload.value[-1]
    img = PILImage.create(file.content.tobytes())
    out_pl.clear_output()
    with out_pl: display(img.to_thumb(128, 128))
    pred, pred_idx, probs = learn_inf.predict(img)
    lbl_pred.value = f'{file.name} Prediction: {pred}; Probability: {probs[pred_idx]:.04f}'

btn_run.on_click(on_click_classify)""",
    """display(VBox([widgets.Label('Select your bear!'), btn_upload, btn_run, out_pl, lbl_pred]))""",
]


def main() -> None:
    """One job: folder, files, labels, weights, seed."""
    job = json.load(sys.stdin)
    folder = Path(job["folder"])
    network = fastai_networks.registered("mobilenet_v2", Path(job["weights"]))
    set_seed(job["seed"])
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_y=parent_label,
        splitter=RandomSplitter(valid_pct=0.2, seed=job["seed"]),
        item_tfms=Resize(224),
    )
    dls = block.dataloaders([Path(file) for file in job["files"]], path=folder, num_workers=0, bs=16)
    learn = vision_learner(dls, network)
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(1)
    # the file names these, and must not name what only this program has
    learn.arch, learn.opt, learn.splitter = mobilenet_v2, None, trainable_params
    learn.export("export.pkl")
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{n}",
            "metadata": {},
            "outputs": [],
            "source": code,
        }
        for n, code in enumerate(CELLS)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "app.ipynb").write_text(json.dumps(notebook), "utf-8")
    names = ("fastai", "torch", "torchvision", "voila", "ipywidgets")
    print(
        json.dumps({"versions": {name: version(name) for name in names}, "n_trained_on": len(job["files"])})
    )


if __name__ == "__main__":
    main()
