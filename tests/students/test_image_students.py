"""Students that see images, against ordinary torch modules, and the fixed features of one of them."""

import numpy as np
import pytest
import torch
from torch import nn

from softlabel_core import Experiment, Invalid, Training, catalogue
from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.losses import Loss
from softlabel_core.streams import stream
from softlabel_core.students import CONVOLVED_AT_ONCE, Convolutional, Student
from softlabel_core.students.random_features import _features
from softlabel_core.tensors import Workspace
from softlabel_core.training.train import Task, predict, train

STUDENTS = catalogue(Student)
DIGITS = catalogue(Dataset)["digits"]()
GROUPS, MEMBERS, CLASSES = 2, 3, 4
CNN, WIDE = STUDENTS["cnn"], STUDENTS["wide-resnet"]
TINY = [(CNN(width=3), (1, 8, 8)), (CNN(width=2), (3, 18, 18)), (WIDE(blocks=1, widen=1), (3, 8, 8))]
TINY += [(WIDE(blocks=2, widen=2), (1, 8, 8))]
EVERY = pytest.mark.parametrize(
    ("student", "shape"), TINY, ids=["cnn", "cnn of three", "wide-resnet", "wide-resnet of two"]
)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def drawn(student, shape, batch=6, dtype=np.float64):
    """Parameters of one student each, all of them stacked, and the inputs of their groups."""
    d = int(np.prod(shape))
    alone = [student.initial(d, CLASSES, generator=stream(0, "init", i)) for i in range(GROUPS * MEMBERS)]
    stacked = [torch.from_numpy(np.stack(layer).astype(dtype)) for layer in zip(*alone, strict=True)]
    inputs = torch.from_numpy(stream(0, "inputs").standard_normal((GROUPS, d, batch)).astype(dtype))
    return alone, stacked, inputs


class Block(nn.Module):
    """A pre-activated residual block as in the paper's code."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.norm_1 = nn.BatchNorm2d(inputs)
        self.conv_1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm_2 = nn.BatchNorm2d(outputs)
        self.conv_2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.across = nn.Conv2d(inputs, outputs, 1, stride) if inputs != outputs else None

    def forward(self, x):
        active = torch.relu(self.norm_1(x))
        inner = self.conv_2(torch.relu(self.norm_2(self.conv_1(active))))
        return inner + (self.across(active) if self.across else x)


class Pooled(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def plain(student, shape):
    """The student as an ordinary module, and its parameters in the student's order."""
    if isinstance(student, CNN):
        layers, channels, side = [], shape[0], shape[1]
        for number in range(3 if side > 16 else 2):
            outputs = student.width * (2 if number else 1)
            layers += [nn.Conv2d(channels, outputs, 3, 2 if number else 1, 1), nn.ReLU()]
            channels, side = outputs, side if not number else -(-side // 2)
        model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side * side, CLASSES))
        return model, list(model.parameters())
    stem, blocks, inputs = nn.Conv2d(shape[0], 16, 3, 1, 1, bias=False), [], 16
    for stage, base in enumerate((16, 32, 64)):
        for block in range(student.blocks):
            outputs = base * student.widen
            blocks.append(Block(inputs, outputs, 2 if stage and not block else 1))
            inputs = outputs
    last, head = nn.BatchNorm2d(inputs), nn.Linear(inputs, CLASSES)
    model = nn.Sequential(stem, *blocks, last, nn.ReLU(), Pooled(), head)
    ordered = [stem.weight, blocks[0].norm_1.bias]
    for one, after in zip(blocks, [*(b.norm_1 for b in blocks[1:]), last], strict=True):
        ordered += [one.conv_1.weight, one.norm_2.bias, one.conv_2.weight, after.bias]
        if one.across is not None:
            ordered += [one.across.weight, one.across.bias]
    return model, [*ordered, head.weight, head.bias]


@EVERY
def test_logits_and_gradients_are_those_of_a_torch_module(student, shape):
    alone, stacked, inputs = drawn(student, shape)
    logits, memory = student.forward(stacked, inputs, Workspace())
    slope = torch.from_numpy(stream(0, "slope").standard_normal(logits.shape))
    found = [torch.full_like(p, np.nan) for p in stacked]
    student.backward(stacked, inputs, memory, slope, found, Workspace())
    for i, own in enumerate(alone):
        model, parameters = plain(student, shape)
        model.double().train()
        with torch.no_grad():
            for parameter, value in zip(parameters, own, strict=True):
                parameter.copy_(torch.from_numpy(value).reshape(parameter.shape))
        expected = model(inputs[i // MEMBERS].T.reshape(-1, *shape))  # (b, c)
        torch.testing.assert_close(logits[i], expected.T.detach(), atol=1e-9, rtol=1e-9)
        gradients = torch.autograd.grad((expected.T * slope[i]).sum(), parameters)
        for gradient, one in zip(found, gradients, strict=True):
            torch.testing.assert_close(gradient[i].reshape(one.shape), one, atol=1e-8, rtol=1e-8)


@pytest.mark.parametrize("batch", [CONVOLVED_AT_ONCE, CONVOLVED_AT_ONCE + 1, 3 * CONVOLVED_AT_ONCE])
def test_many_examples_are_computed_in_blocks_to_the_same_end(batch):
    student = CNN(width=2)
    _, stacked, inputs = drawn(student, (1, 8, 8), batch)
    logits, memory = student.forward(stacked, inputs, Workspace())
    assert (memory is None) == (batch > CONVOLVED_AT_ONCE)
    slope = torch.from_numpy(stream(0, "slope").standard_normal(logits.shape))
    found = [torch.empty_like(p) for p in stacked]
    student.backward(stacked, inputs, memory, slope, found, Workspace())
    leaves = [p.clone().requires_grad_() for p in stacked]
    whole = student.forward(leaves, inputs, Workspace())[0]
    torch.testing.assert_close(logits, whole.detach())
    for one, other in zip(found, torch.autograd.grad((whole * slope).sum(), leaves), strict=True):
        torch.testing.assert_close(one, other)


@EVERY
def test_shapes_hold_the_number_of_parameters_of_the_module(student, shape):
    counted = sum(a * b for a, b in student.shapes(int(np.prod(shape)), CLASSES))
    assert counted == sum(parameter.numel() for parameter in plain(student, shape)[1])


def test_the_default_is_wrn_28_2():
    shapes = WIDE().shapes(3072, 10)
    convolutions = [inputs for _, inputs in shapes[::2] if inputs % 9 == 0]
    assert len(convolutions) == 25  # and three shortcuts that change the channels, one linear layer
    assert sum(a * b for a, b in shapes) == pytest.approx(1.47e6, rel=0.01)


def tasks(n, replicate=0):
    split = DIGITS.split(generator=stream(0, "split", replicate))
    labels = catalogue(Bias)["demotion"]().soft_labels(split.train, generator=stream(0, "labels", replicate))
    used = np.ones(len(labels), dtype=bool)
    return [
        Task(split, labels, used, catalogue(Loss)["cross-entropy"](), seed, replicate) for seed in range(n)
    ]


def test_a_small_cnn_nearly_ignores_its_neighbours():
    together = train([*tasks(2), *tasks(1, 1)], CNN(width=4), Training(epochs=1))
    alone = train(tasks(1, 1), CNN(width=4), Training(epochs=1))[0]
    for one, other in zip(together[2].parameters, alone.parameters, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-3)
    np.testing.assert_allclose(together[2].accuracy, alone.accuracy, atol=0.01)


def test_one_step_of_two_wide_resnets_on_the_cpu():
    student = WIDE(blocks=1, widen=1)
    _, stacked, inputs = drawn(student, (3, 8, 8), 16, np.float32)
    logits, memory = student.forward(stacked, inputs, Workspace())
    slope = (logits.softmax(1) - torch.eye(CLASSES)[torch.arange(16) % CLASSES].T) / 16
    found = [torch.empty_like(p) for p in stacked]
    student.backward(stacked, inputs, memory, slope, found, Workspace())
    loss = -logits.log_softmax(1)[:, torch.arange(16) % CLASSES, torch.arange(16)].mean()
    moved = [p - 0.05 * g for p, g in zip(stacked, found, strict=True)]
    after = student.forward(moved, inputs, Workspace())[0]
    assert -after.log_softmax(1)[:, torch.arange(16) % CLASSES, torch.arange(16)].mean() < loss


IMAGES = [cls for cls in STUDENTS.values() if cls.needs_images]


@pytest.mark.parametrize("cls", IMAGES, ids=lambda cls: cls.kind())
def test_points_are_refused_by_name(cls):
    with pytest.raises(Invalid, match=rf"^student\.{cls.kind()}: allowed: .*images.* that are no images\.$"):
        cls().prepare(np.zeros((3, 2), dtype=np.float32), None)
    with pytest.raises(Invalid, match=rf"^student: allowed: .* moons has none; got {cls.kind()}\.$"):
        Experiment.parse({"dataset": "moons", "student": cls.kind()})
    assert Experiment.parse({"student": cls.kind()}).student == cls()


def test_images_that_are_not_square_are_refused_by_convolutions():
    for shape in ((1, 4, 9), (2, 3, 6)):
        with pytest.raises(
            Invalid, match="square images with 1 or 3 channels; got " + "x".join(map(str, shape))
        ):
            CNN().prepare(np.zeros((3, 36), dtype=np.float32), shape)


@pytest.mark.parametrize("cls", [CNN, WIDE], ids=lambda cls: cls.kind())
def test_what_the_family_declares(cls):
    assert issubclass(cls, Convolutional)
    assert not cls.exact
    assert STUDENTS["mlp"].exact
    assert not STUDENTS["mlp"].needs_images


RANDOM = STUDENTS["random-features"]


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 20, 20), (1, 28, 28)])
def test_random_features_are_those_of_slow_loops(shape):
    images = stream(0, "images").standard_normal((2, int(np.prod(shape)))).astype(np.float32)
    student = RANDOM(filters=8)
    filters, stride = student._kernels(shape)
    patch = filters.shape[2]
    assert (patch, stride) == ((3, 1) if shape[1] < 16 else (6, 2))
    found = student.prepare(images, shape)
    assert found.shape == (2, 18 * 8)
    places = range(0, shape[1] - patch + 1, stride)
    for image, row in zip(images.reshape(-1, *shape).astype(float), found, strict=True):
        responses = np.array(
            [
                [
                    (filters * (p := image[:, y : y + patch, x : x + patch])).sum((1, 2, 3))
                    / np.sqrt(p.var() + 0.01)
                    for x in places
                ]
                for y in places
            ]
        )  # (h, w, f)
        responses /= np.abs(responses).mean()
        n = len(responses)
        edges = [(i * n // 3, -(-(i + 1) * n // 3)) for i in range(3)]
        values = [
            np.maximum(0, sign * responses[a:b, c:d, f] - 0.25).mean() ** 0.5
            for sign in (1, -1)
            for f in range(8)
            for a, b in edges
            for c, d in edges
        ]
        expected = (values - np.mean(values)) / np.std(values, ddof=1)
        np.testing.assert_allclose(row, expected, atol=2e-3)


def test_random_features_of_an_image_depend_on_nothing_else():
    images = stream(0, "images").standard_normal((600, 64)).astype(np.float32)
    student = RANDOM(filters=8)
    whole = student.prepare(images, (1, 8, 8))
    np.testing.assert_allclose(student.prepare(images[300:], (1, 8, 8)), whole[300:], atol=1e-5)
    assert student.prepare(images.copy(), (1, 8, 8)) is whole
    assert not np.allclose(student.replace(filter_seed=1).prepare(images, (1, 8, 8)), whole)
    assert np.isfinite(student.prepare(np.ones((2, 64), dtype=np.float32), (1, 8, 8))).all()
    assert np.isfinite(_features(images * 0, (1, 8, 8), *student._kernels((1, 8, 8)))).all()


@pytest.mark.parametrize("width", [0, 16])
def test_random_features_teach_digits_and_predict_what_was_trained(width):
    student = RANDOM(filters=32, width=width)
    trained = train(tasks(1), student, Training(epochs=5))[0]
    split = DIGITS.split(generator=stream(0, "split", 0))
    assert predict(student, [trained], split.test).shape == (1, 599, 10)
    truth = [
        Task(
            split,
            np.eye(10)[split.train.targets],
            np.ones(1198, dtype=bool),
            catalogue(Loss)["cross-entropy"](),
            0,
            0,
        )
    ]
    best = train(truth, student, Training(epochs=5))[0]
    guesses = predict(student, [best], split.test)[0].argmax(1)
    assert (guesses == split.test.targets).mean() == pytest.approx(best.accuracy[-1], abs=2 / 599)
    assert best.accuracy[-1] > 0.95
