"""Gradients against autograd and finite differences, values against oracles, for every loss."""

import numpy as np
import pytest
import torch

from softlabel_core import catalogue
from softlabel_core.losses import Loss
from softlabel_core.streams import stream
from tests.declared import label, variants
from tests.oracles.losses import LOSSES

KINDS = catalogue(Loss)
EVERY = [one for cls in KINDS.values() for one in variants(cls)]
SETS = [one for one in EVERY if one.reads == "sets"]
LOSS = pytest.mark.parametrize("loss", EVERY, ids=label)
CLASSES, BATCH = 6, 40


def sets(generator, masses="uniform"):
    """Rows (c, b) that are positive on random sets of 1 to c labels."""
    inside = generator.random((CLASSES, BATCH)) < generator.random(BATCH)
    inside[generator.integers(CLASSES, size=BATCH), np.arange(BATCH)] = True
    mass = inside * (1.0 if masses == "uniform" else generator.uniform(0.1, 1, inside.shape))
    return torch.from_numpy(mass / mass.sum(0))


def targets(loss, *path):
    """All that the loss may be shown: distributions, or sets (with weights where it moves its target)."""
    generator = stream(0, "targets", *path)
    if loss.reads == "distributions":
        return torch.from_numpy(generator.dirichlet(np.ones(CLASSES), BATCH).T.copy())
    return sets(generator, "weights" if loss.moves_target else "uniform")


def logits(scale=3.0):
    return torch.from_numpy(scale * stream(0, "logits").standard_normal((CLASSES, BATCH)))


@LOSS
def test_gradient_is_autograd_s(loss):
    z, shown = logits().requires_grad_(), targets(loss)
    loss.value(z.log_softmax(0), shown).sum().backward()
    found = loss.logit_gradient(z.detach().softmax(0), shown)
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, z.grad, atol=1e-12, rtol=1e-9)


@LOSS
def test_gradient_is_a_finite_difference(loss):
    z, shown, step = logits(), targets(loss), 1e-5
    found = loss.logit_gradient(z.softmax(0), shown)
    for i in range(CLASSES):
        ends = []
        for sign in (1, -1):
            moved = z.clone()
            moved[i] += sign * step
            ends.append(loss.value(moved.log_softmax(0), shown))
        torch.testing.assert_close(found[i], (ends[0] - ends[1]) / (2 * step), atol=1e-8, rtol=1e-6)


@pytest.mark.parametrize(("kind", "oracle"), LOSSES.items(), ids=LOSSES)
def test_value_is_the_oracle_s(kind, oracle):
    loss = KINDS[kind]()
    z, shown = logits(), targets(loss)
    expected = [oracle(p, d) for p, d in zip(z.softmax(0).T.tolist(), shown.T.tolist(), strict=True)]
    np.testing.assert_allclose(loss.value(z.log_softmax(0), shown).numpy(), expected, rtol=1e-12, atol=1e-14)


@LOSS
@pytest.mark.parametrize("scale", [1, 100])
def test_gradients_sum_to_zero_over_the_classes(loss, scale):
    found = loss.logit_gradient(logits(scale).softmax(0), targets(loss))
    torch.testing.assert_close(found.sum(0), torch.zeros(BATCH, dtype=torch.float64), atol=1e-12, rtol=0)


@LOSS
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_extreme_logits_stay_finite(loss, dtype):
    generator = stream(0, "extreme")
    z = torch.from_numpy(generator.choice([-200.0, 200.0], (CLASSES, BATCH))).to(dtype)
    shown = targets(loss).to(dtype)
    asked = (
        loss.value(z.log_softmax(0), shown),
        loss.logit_gradient(z.softmax(0), shown),
        loss.next_target(z.softmax(0), shown),
    )
    assert [found.dtype for found in asked] == [dtype] * 3
    assert all(found.isfinite().all() for found in asked)
    steepest = getattr(loss, "temperature", 1) * (1 + getattr(loss, "beta", 0))
    assert loss.logit_gradient(z.softmax(0), shown).abs().max() <= steepest + 1e-5


@LOSS
def test_students_and_examples_do_not_see_each_other(loss):
    """What comes of many at once is what comes of each alone; of the targets half have moved already."""
    z, shown = logits(), targets(loss)
    moved = torch.where(torch.arange(BATCH) % 2 == 0, loss.next_target(z.softmax(0), shown), shown)
    many = [torch.stack([z, -z, 2 * z])[None], torch.stack([moved, moved.flip(1), shown])[None]]
    for ask in (
        lambda z, target: loss.value(z.log_softmax(-2), target),
        lambda z, target: loss.logit_gradient(z.softmax(-2), target),
        lambda z, target: loss.next_target(z.softmax(-2), target),
    ):
        together = ask(*many)[0]
        for i, (own, target) in enumerate(zip(many[0][0], many[1][0], strict=True)):
            alone = torch.cat([ask(own[:, [j]], target[:, [j]]) for j in range(BATCH)], -1)
            assert together[i].shape == alone.shape
            torch.testing.assert_close(together[i], alone, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("loss", [one for one in SETS if not one.moves_target], ids=label)
def test_a_loss_that_reads_sets_does_not_see_the_masses(loss):
    z, shown = logits(), sets(stream(0, "sets"))
    other = (shown > 0) * torch.from_numpy(stream(0, "masses").uniform(0.1, 1, shown.shape))
    other /= other.sum(0)
    torch.testing.assert_close(loss.value(z.log_softmax(0), shown), loss.value(z.log_softmax(0), other))
    gradients = (loss.logit_gradient(z.softmax(0), one) for one in (shown, other))
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("loss", [one for one in SETS if not getattr(one, "beta", 0)], ids=label)
def test_all_labels_in_the_set_or_one(loss):
    """A single candidate is cross-entropy; a set of all labels has no information once p is uniform."""
    p = logits().softmax(0)
    single = torch.eye(CLASSES, dtype=torch.float64)[:, torch.arange(BATCH) % CLASSES]
    plain = KINDS["cross-entropy"]().logit_gradient(p, single)
    cosine = torch.cosine_similarity(loss.logit_gradient(p, single), plain, dim=0)
    torch.testing.assert_close(cosine, torch.ones(BATCH, dtype=torch.float64))
    flat = torch.full((CLASSES, BATCH), 1 / CLASSES, dtype=torch.float64)
    torch.testing.assert_close(loss.logit_gradient(flat, flat), torch.zeros_like(flat))


@pytest.mark.parametrize("loss", [one for one in EVERY if not one.moves_target], ids=label)
def test_other_losses_leave_the_target(loss):
    shown = targets(loss)
    assert torch.equal(loss.next_target(logits().softmax(0), shown), shown)


@pytest.mark.parametrize("loss", [one for one in EVERY if one.moves_target], ids=label)
@pytest.mark.parametrize("scale", [3, 200])
def test_a_moved_target_keeps_the_set(loss, scale):
    shown = targets(loss).float()
    moved = loss.next_target(logits(scale).float().softmax(0), shown)
    assert torch.equal(moved > 0, shown > 0)
    torch.testing.assert_close(moved.clamp_min(0).sum(0), torch.ones(BATCH))


def test_proden_s_next_weights_are_the_probabilities_within_the_set():
    p, shown = logits().softmax(0), sets(stream(0, "sets"), "weights")
    moved = KINDS["proden"]().next_target(p, shown).T.tolist()
    for row, probabilities, before in zip(moved, p.T.tolist(), shown.T.tolist(), strict=True):
        inside = sum(q for q, w in zip(probabilities, before, strict=True) if w > 0)
        expected = [q / inside if w > 0 else 0 for q, w in zip(probabilities, before, strict=True)]
        assert row == pytest.approx(expected, rel=1e-12)
