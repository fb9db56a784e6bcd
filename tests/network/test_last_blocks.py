"""The last blocks in torch continue the earlier ones in ONNX, and go back into the backbone's own form."""

from itertools import islice

import numpy as np
import onnx
import torch
from backbone_parts import AVERAGES, distance, session, some_head
from tellapart.backbones.lite0 import keeping
from tellapart.backbones.lite0.graph import embedding_onnx
from tellapart.network.tuning import blocks
from tellapart.network.tuning.blocks import OwnBackward
from tellapart.network.tuning.last_blocks import LastBlocks, averaged, mixed
from tellapart.pictures.images import load_pixels
from tellapart.pictures.preprocess import Preprocess
from tellapart.samples import leaf_places, make_samples
from torch.nn import functional


def test_earlier_blocks_in_onnx_and_last_ones_in_torch_give_the_backbones_embeddings(
    network, features, embeddings
):
    with torch.inference_mode():
        found = network.embeddings(torch.from_numpy(features)).numpy()
    assert distance(found, embeddings) < 1e-5


def test_before_it_learns_the_network_gives_its_heads_logits(network, features, embeddings):
    with torch.inference_mode():
        assert (
            np.abs(network(torch.from_numpy(features)).numpy() - some_head().logits(embeddings)).max() < 1e-3
        )
        network.start_from(other := some_head(1))  # standardised otherwise
        assert np.abs(network(torch.from_numpy(features)).numpy() - other.logits(embeddings)).max() < 1e-3
    assert np.abs(network.fitted_head(0.1).logits(embeddings) - other.logits(embeddings)).max() < 1e-3


def test_what_has_learned_is_written_in_the_backbones_form_and_gives_the_same_embeddings(
    network, weights, features, pixels
):
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.02 * parameter.abs().mean() * torch.randn(parameter.shape, generator=rng)
    content = embedding_onnx(network.into(weights), AVERAGES)
    made, usual = (onnx.load_from_string(one).graph for one in (content, keeping.made_onnx()))
    assert [node.op_type for node in made.node] == [node.op_type for node in usual.node]
    kinds = [
        [(one.name, one.data_type, list(one.dims)) for one in graph.initializer] for graph in (made, usual)
    ]
    assert kinds[0] == kinds[1]
    network.round_as_stored()
    with torch.inference_mode():
        wanted = network.embeddings(torch.from_numpy(features)).numpy()
    assert distance(session(content).run(None, {"pixels": pixels})[0], wanted) < 1e-5


def test_weights_that_did_not_learn_come_back_as_they_were(network, weights, pixels, embeddings):
    content = embedding_onnx(network.into(weights), AVERAGES)
    assert distance(session(content).run(None, {"pixels": pixels})[0], embeddings) < 1e-5


def test_the_filters_gradient_is_torchs_own():
    rng = torch.Generator().manual_seed(0)
    planes, filters = torch.randn(2, 6, 7, 7, generator=rng), torch.randn(6, 1, 5, 5, generator=rng)
    bias, back = torch.randn(6, generator=rng), torch.randn(2, 6, 7, 7, generator=rng)
    found = []
    for convolve in (
        OwnBackward.apply,
        lambda x, f, b: functional.conv2d(x, f, b, padding=2, groups=6),
    ):
        inputs = [one.clone().requires_grad_() for one in (planes, filters, bias)]
        convolve(*inputs).backward(back)
        found.append([one.grad for one in inputs])
    assert all(torch.allclose(own, usual, atol=1e-4) for own, usual in zip(*found, strict=True))
    still = [
        planes.clone().requires_grad_(),
        filters,
        bias.clone().requires_grad_(),
    ]  # filters that do not learn
    OwnBackward.apply(*still).backward(back)
    assert torch.allclose(still[0].grad, found[0][0]) and filters.grad is None


def test_short_products_are_nearly_those_of_32_bits_and_are_for_learning_only(weights, features, monkeypatch):
    found = []
    for is_short in (False, True):
        monkeypatch.setattr(blocks, "has_short_products", lambda is_short=is_short: is_short)
        network = LastBlocks(weights, AVERAGES, some_head())
        with torch.inference_mode():
            answers = network(torch.from_numpy(features))
        functional.cross_entropy(
            network(torch.from_numpy(features)), torch.arange(len(features)) % 3
        ).backward()
        found.append((answers, [one.grad for one in network.parameters()]))
    (answers, gradients), (short_answers, short_gradients) = found
    assert torch.equal(answers, short_answers), "what is judged is what the file will say"
    off = [
        float((one - other).norm() / one.norm())
        for one, other in zip(gradients, short_gradients, strict=True)
    ]
    assert 0 < max(off) < 0.05, off


def test_where_all_layers_learn_short_products_point_the_same_way(weights, monkeypatch, tmp_path):
    """On pictures of things; on noise, and on flat ones, gradients are too small to be compared."""
    make_samples(tmp_path, n_per_class=8)
    preprocess = Preprocess.from_json(dict(keeping.record()["preprocess"]))
    some = [tmp_path / path for path, _ in islice(leaf_places(n_per_class=8), 3)]
    seen = np.stack([load_pixels(file, preprocess) for file in some])
    found = []
    for is_short in (False, True):
        monkeypatch.setattr(blocks, "has_short_products", lambda is_short=is_short: is_short)
        network = LastBlocks(weights, AVERAGES, some_head(), first=0)
        logits = network(torch.from_numpy(seen).reshape(len(seen), -1).float())
        (logits * torch.linspace(-1, 1, logits.numel()).reshape(logits.shape)).sum().backward()
        found.append([one.grad.flatten() for one in network.parameters()])
    alike = [float(functional.cosine_similarity(*pair, dim=0)) for pair in zip(*found, strict=True)]
    assert min(alike) > 0.9 and not all(map(torch.equal, *found)), alike


def test_weights_are_mixed_and_averaged():
    start, tuned = {"a": torch.zeros(2)}, {"a": torch.full((2,), 4.0)}
    assert mixed(start, tuned, 0.25)["a"].tolist() == [1, 1] and mixed(start, tuned, 0)["a"].tolist() == [
        0,
        0,
    ]
    assert averaged([start, tuned])["a"].tolist() == [2, 2]


def test_the_whole_network_gives_the_backbones_embeddings_of_pixels(weights, pixels, embeddings):
    whole = LastBlocks(weights, AVERAGES, some_head(), first=0)
    with torch.inference_mode():
        found = whole.embeddings(torch.from_numpy(pixels).reshape(len(pixels), -1).float()).numpy()
    assert distance(found, embeddings) < 1e-5


def test_the_whole_network_goes_out_in_the_backbones_form(weights, pixels):
    whole = LastBlocks(weights, AVERAGES, some_head(), first=0)
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in whole.parameters():
            parameter += 0.02 * parameter.abs().mean() * torch.randn(parameter.shape, generator=rng)
    content = embedding_onnx(whole.into(weights), AVERAGES)
    made, usual = (onnx.load_from_string(one).graph for one in (content, keeping.made_onnx()))
    assert [node.op_type for node in made.node] == [node.op_type for node in usual.node]
    kinds = [
        [(one.name, one.data_type, list(one.dims)) for one in graph.initializer] for graph in (made, usual)
    ]
    assert kinds[0] == kinds[1]
    whole.round_as_stored()
    with torch.inference_mode():
        wanted = whole.embeddings(torch.from_numpy(pixels).reshape(len(pixels), -1).float()).numpy()
    assert distance(session(content).run(None, {"pixels": pixels})[0], wanted) < 1e-5
