"""One student in an ordinary PyTorch loop: autograd, torch.optim, a scheduler, batch after batch."""

import numpy as np
import torch
from torch.nn import functional

from softlabel_core.streams import stream

KINK = 1e-6
"""An input of a ReLU this close to 0 may be rounded to either side of it."""


def logits(
    kind: str, parameters: list[torch.Tensor], x: torch.Tensor, kinks: torch.Tensor | None = None
) -> torch.Tensor:
    """x (b, d) -> (b, c). Hidden units that an example brings to the kink of ReLU are noted in `kinks`."""
    biases = [p.flatten() for p in parameters[1::2]]
    if kind == "linear":
        return functional.linear(x, parameters[0], biases[0])
    assert kind == "mlp"
    hidden = functional.linear(x, parameters[0], biases[0])
    if kinks is not None:
        kinks |= (hidden.abs() < KINK).any(0)
    return functional.linear(functional.relu(hidden), parameters[2], biases[1])


def loss(kind: str, log_p: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
    """Mean over the batch; log_p and shown (b, c)."""
    inside = (shown > 0).float()
    if kind == "cc":
        return -((log_p.exp() * inside).sum(1)).log().mean()
    weights = inside / inside.sum(1, keepdim=True) if kind == "average" else shown
    return -(weights * log_p).sum(1).mean()


def train(task, student, training) -> tuple[list[np.ndarray], list[float], np.ndarray]:
    """Parameters after training on `task`, the test accuracy after every epoch, and which units of the first
    layer were at a kink on the way."""
    train_part, test = task.split.train, task.split.test
    x, shown = torch.from_numpy(train_part.features), torch.from_numpy(task.targets).float()
    generator = stream(task.seed, "init", task.replicate)
    initial = student.initial(x.shape[1], shown.shape[1], generator=generator)
    parameters = [torch.from_numpy(p).requires_grad_() for p in initial]
    settings = {"lr": training.learning_rate, "weight_decay": training.weight_decay}
    optimiser = (
        torch.optim.SGD(parameters, momentum=training.momentum, **settings)
        if training.optimizer == "sgd"
        else torch.optim.Adam(parameters, **settings)
    )
    n, kinks = len(x), torch.zeros(len(initial[0]), dtype=torch.bool)
    steps = training.epochs * -(-n // training.batch_size)
    schedule = (
        torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        if training.schedule == "cosine"
        else torch.optim.lr_scheduler.ConstantLR(optimiser, factor=1)
    )
    shuffle = stream(task.seed, "shuffle", task.replicate)
    used, accuracies = np.flatnonzero(task.used), []
    for _ in range(training.epochs):
        order = np.concatenate([shuffle.permutation(used) for _ in range(-(-n // len(used)))])[:n]
        for start in range(0, n, training.batch_size):
            rows = torch.from_numpy(order[start : start + training.batch_size])
            log_p = functional.log_softmax(logits(student.kind(), parameters, x[rows], kinks), dim=1)
            optimiser.zero_grad()
            loss(task.loss.kind(), log_p, shown[rows]).backward()
            optimiser.step()
            schedule.step()
            if task.loss.kind() == "proden":
                p = log_p.detach().exp() * (shown[rows] > 0)
                shown[rows] = p / p.sum(1, keepdim=True)
        with torch.no_grad():
            guess = logits(student.kind(), parameters, torch.from_numpy(test.features)).argmax(1).numpy()
        accuracies.append(float((guess == test.targets).mean()))
    return [p.detach().numpy() for p in parameters], accuracies, kinks.numpy()
