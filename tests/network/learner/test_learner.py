"""A network learns described pictures: what it says on the way, what moves in it, and what it makes of pictures."""

import numpy as np
import pytest
import torch
from described_shapes import SHAPES
from make_data import make_tiny_folder
from matplotlib.figure import Figure
from tellapart.errors import Interrupted
from tellapart.network.learner.judging import Confusion, Judgement, TopLoss, TopLosses, confusion_of
from tellapart.network.learner.probe import judge
from tellapart.network.learner.rates import RateSearch
from tellapart.vision import Resize, learner


def weights(learn):
    return learn.classifier.state_dict()


def test_it_says_how_good_it_is_on_pictures_that_taught_nothing(tuned):
    learn, said, _ = tuned
    assert said[0].startswith("Before training: validation loss ")
    assert [line.split(":")[0] for line in said[1:3]] == ["Epoch 1 of 2", "Epoch 2 of 2"]
    assert " s left" in said[1] and " left" not in said[2]
    last = learn.history[-1]
    assert f"{last.judgement.n_wrong} of 18 wrong, {100 * last.error_rate:.1f} %" in said[2]
    assert last.judgement.places.tolist() == learn.data.assembly.rows(True).tolist()
    assert last.error_rate <= 0.34, "guessing would be wrong for 67 % of them"


def test_all_layers_learn_the_first_ones_less_and_batch_norms_keep_their_statistics(tuned):
    learn, _, before = tuned
    after = weights(learn)
    statistics = [name for name in after if name.endswith(("running_mean", "running_var"))]
    assert statistics and all(torch.equal(before[name], after[name]) for name in statistics)

    def moved(name):
        return float((after[name] - before[name]).norm() / before[name].norm())

    body = [name for name, _ in learn.classifier.body.named_parameters(prefix="body")]
    assert all(moved(name) > 0 for name in body if before[name].norm() > 0)
    assert moved("body.network._conv_stem.weight") < 0.5 * moved("body.network._conv_head.weight")


def test_the_same_seed_gives_the_same_bits(tiny_folder):
    some = SHAPES.new(item=Resize(32), split=lambda item: not item.stem.endswith(("1", "2")))
    found = []
    for _ in range(2):
        learn = learner(some.data(tiny_folder, seed=3), seed=3, say=lambda line: None)
        torch.rand(5)  # whoever else draws
        learn.fine_tune(1)
        found.append(weights(learn))
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


def test_the_probe_alone_is_a_fitted_head_and_a_second_call_goes_on(tiny_folder):
    said = []
    learn = learner(SHAPES.new(item=Resize(48)).data(tiny_folder), say=said.append)
    chance = judge(learn.classifier, learn.data, learn.device)
    body = {name: values.clone() for name, values in learn.classifier.body.state_dict().items()}
    learn.fine_tune(0, freeze_epochs=2)
    assert learn.judgement().loss < 0.8 * chance.loss and len(said) == 1
    assert all(torch.equal(values, learn.classifier.body.state_dict()[name]) for name, values in body.items())
    head = learn.classifier.head.weight.clone()
    learn.fine_tune(0)
    assert torch.equal(head, learn.classifier.head.weight)


def test_confusion_counts_every_validation_picture(tuned):
    confusion = tuned[0].confusion()
    assert confusion.counts.sum(axis=1).tolist() == [6, 6, 6] and confusion.classes == (
        "circle",
        "cross",
        "square",
    )
    wrong = sum(n for _, _, n in confusion.most_confused())
    assert wrong == 18 - np.trace(confusion.counts)
    assert "rows: actual" in str(confusion) and isinstance(confusion.figure(), Figure)
    assert confusion._repr_png_().startswith(b"\x89PNG")


def test_a_notebook_shows_each_chart_with_its_table():
    confusion = Confusion(np.array([[3, 1], [0, 4]]), ("<b>", "b"))
    shown = confusion._repr_html_()
    assert (
        '<img class="tellapart-chart" src="data:image/png;base64,' in shown
        and "<details><summary>Held-out pictures, as a" in shown
    )
    assert '<th scope="row">&lt;b&gt;</th><td>3</td><td>1</td>' in shown and "<b>" not in shown
    many = Confusion(np.eye(13, dtype=int) + np.eye(13, k=1, dtype=int), tuple("abcdefghijklm"))
    assert '<th scope="row">a</th><td>b</td><td>1</td>' in many._repr_html_()
    rates = RateSearch((1e-6, 1e-5, 1e-4), (2.0, 1.5, 1.8), 1e-6)
    assert '<th scope="row">1.0e-05</th><td>1.500</td><td>lowest</td>' in rates._repr_html_()
    assert rates.table()[1] == {"rate": 1e-5, "loss": 1.5} and "1.0e-05     1.500  lowest" in repr(rates)
    worst = TopLosses([TopLoss(0, "a.jpg", "b", "<i>", 0.9, 2.3)], [np.zeros((4, 4, 3))])
    row = '<th scope="row">a.jpg</th><td>&lt;i&gt;</td><td>b</td><td>2.30</td><td>90 %</td>'
    assert row in worst._repr_html_()


def test_what_is_said_of_an_epoch_and_the_confusion_count_the_same_mistakes():
    """Labels that few pictures have: calibration, which a bundle has, too, decides otherwise than the bare logits."""
    rng, differ = np.random.default_rng(0), 0
    for _ in range(10):
        targets = rng.choice(4, 40, p=[0.55, 0.25, 0.12, 0.08])
        logits = rng.normal(size=(40, 4))
        logits[np.arange(40), targets] += 1.6
        prior = (np.bincount(targets, minlength=4) + 1) / 44
        judged = Judgement(logits, targets, np.arange(40), tuple(map(str, range(40))), prior)
        counts = confusion_of(judged, tuple("abcd")).counts
        assert counts.sum() - np.trace(counts) == judged.n_wrong
        differ += judged.n_wrong != ((logits + np.log(prior)).argmax(axis=1) != targets).sum()
    assert differ


def test_top_losses_are_the_worst_first_and_show_the_picture(tuned):
    learn = tuned[0]
    worst = learn.top_losses(5)
    losses = [one.loss for one in worst]
    assert len(worst) == 5 and losses == sorted(losses, reverse=True)
    probs, judgement = learn.judgement().probs, learn.judgement()
    given = -np.log(probs[np.arange(18), judgement.targets])
    assert losses[0] == pytest.approx(given.max(), rel=1e-6)
    assert all(one.picture.rsplit("/", 2)[-2] == one.label for one in worst)
    chart = worst.figure()
    assert len(chart.axes) == 5 and worst[0].label in chart.axes[0].get_title()
    assert str(worst).count("\n") == 4 and len(learn.top_losses(99)) == 18


def test_probabilities_are_calibrated_and_a_picture_gets_its_own_label(tuned, tiny_folder):
    learn = tuned[0]
    np.testing.assert_allclose(learn.judgement().probs.sum(axis=1), 1, atol=1e-5)
    right = 0
    for path in sorted(tiny_folder.glob("*/*_00*.png")):
        answer = learn.predict(path)
        assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert answer.confidence == max(answer.probabilities.values())
        right += answer.label == path.parent.name
    assert right >= 22  # of 30, most of which it learned


def test_the_history_is_a_curve_and_a_table(tuned):
    history = tuned[0].history
    heads, first, second = repr(history).splitlines()
    assert heads.split() == ["epoch", "training", "loss", "validation", "loss", "wrong", "seconds"]
    assert first.split()[:2] == ["1", f"{history[0].train_loss:.3f}"] and second.split()[0] == "2"
    (axes,) = history.figure().axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [
        [one.train_loss for one in history],
        [one.valid_loss for one in history],
    ]
    assert f"<td>{history[1].valid_loss:.3f}</td>" in history._repr_html_()


@pytest.mark.slow
def test_the_rate_finder_leaves_the_network_as_it_is(tmp_path):
    make_tiny_folder(tmp_path, n_per_class=8)
    learn = learner(SHAPES.new(item=Resize(32)).data(tmp_path, batch_size=8), say=lambda line: None)
    learn.fine_tune(0)
    before = {name: values.clone() for name, values in weights(learn).items()}
    found = learn.lr_find(n_steps=20)
    assert all(torch.equal(values, weights(learn)[name]) for name, values in before.items())
    assert 1e-7 <= found.suggestion <= 0.1 and len(found.rates) == len(found.losses) > 10
    assert list(found.rates) == sorted(found.rates) and isinstance(found.figure(), Figure)
    assert found.losses[-1] > 2 * min(found.losses) or found.rates[-1] == pytest.approx(1)
    assert f"{found.suggestion:.1e}" in repr(found)


def test_what_is_asked_before_any_training_is_answered_by_the_head(tmp_path):
    make_tiny_folder(tmp_path, ("circle", "bar"), n_per_class=8)
    said = []
    learn = learner(SHAPES.new(item=Resize(32)).data(tmp_path), say=said.append)
    assert learn.confusion().counts.sum() == 4 and said[0].startswith("Before training")


def test_who_interrupts_it_keeps_the_best_weights_and_can_go_on(tiny_folder):
    some = SHAPES.new(item=Resize(32), split=lambda item: not item.stem.endswith(("1", "2")))
    said = []

    def interrupt_after_the_first_epoch(sentence):
        said.append(sentence)
        if sentence.startswith("Epoch 1 of 3"):
            learn.data.train.seen = stop

    def stop():
        learn.data.train.seen = usual
        raise KeyboardInterrupt

    learn = learner(some.data(tiny_folder), say=interrupt_after_the_first_epoch)
    usual = learn.data.train.seen
    learn.fine_tune(0)
    before = learn.judgement().loss, learn.judgement().n_wrong
    with pytest.raises(Interrupted, match="in epoch 2 of 3, and the weights (of epoch 1|from before)"):
        learn.fine_tune(3)
    after = learn.judgement()
    assert (after.n_wrong, after.loss) <= (before[1], before[0] + 1e-6)
    learn.fine_tune(1)
    assert said[-1].startswith(("Epoch 1 of 1", "It was better"))


def test_an_interruption_between_two_epochs_is_told_as_well(tiny_folder, tmp_path):
    some = SHAPES.new(item=Resize(32), split=lambda item: not item.stem.endswith(("1", "2")))

    def interrupt(sentence):
        if sentence.startswith("Epoch 1 of 3"):
            raise KeyboardInterrupt

    learn = learner(some.data(tiny_folder), say=interrupt)
    with pytest.raises(Interrupted, match="stopped in epoch 1 of 3"):
        learn.fine_tune(3, keep=tmp_path)
    assert learn.confusion().counts.sum() == len(learn.data.assembly.rows(True))


def test_who_interrupts_the_search_for_a_rate_finds_the_network_as_it_was(tiny_folder):
    learn = learner(SHAPES.new(item=Resize(32)).data(tiny_folder), say=lambda line: None)
    learn.fine_tune(0)
    before = {name: values.clone() for name, values in weights(learn).items()}

    def stop(step):
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="as it was before"):
        learn.lr_find(10, tell=stop)
    assert all(torch.equal(before[name], values) for name, values in weights(learn).items())


def test_what_a_cell_shows_is_sentences_and_no_rows_of_numbers(tuned, tiny_folder):
    learn, said, _ = tuned
    assert repr(learn.history[-1]) == said[2].partition(";")[0].replace("Epoch 2 of 2", "Epoch 2")
    assert repr(learn.judgement()) == learn.history[-1].judgement.sentence()
    assert repr(learn.data.one_batch()).endswith("pictures, each 3 × 64 × 64, with targets and places")
    answer = learn.predict(next(tiny_folder.rglob("*.png")))
    assert str(answer).startswith(f"{answer.label} {100 * answer.confidence:.1f} %, ")
    assert "predicted / label" in learn.top_losses(4).figure().get_suptitle()
