"""One run against a plain PyTorch loop over the same students: `python benchmarks/run.py`.

Work: digits, demotion to rank 3, partial labels with CC, MLP 64-64-10, Adam, batch 32, 20 epochs; 8
replicates and their 8 ground-truth students. The loop is what one would write first: one student after the
other, autograd and torch.optim.Adam on slices of tensors, one thread. Both are timed in turn; the ratio is
what counts.
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from softlabel_core import Experiment, Training, run
from softlabel_core.experiment.cohort import Trainer
from softlabel_core.experiment.result import versions
from softlabel_core.experiment.run import Draws
from softlabel_core.training.train import Task


def tasks(experiment: Experiment) -> list[Task]:
    """The students of a run: shown the labels, and shown the truth."""
    [condition] = Draws(Trainer(0, "cpu")).conditions([experiment])
    return condition.cohort.tasks() + condition.cohort.reference_tasks()


def plain_loop(students: list[Task], training: Training, width: int) -> float:
    """Mean test accuracy of students trained one by one with autograd."""
    accuracies = []
    for task in students:
        x, y = torch.from_numpy(task.split.train.features), torch.from_numpy(task.targets).float()
        n, d = x.shape
        torch.manual_seed(task.replicate)
        net = torch.nn.Sequential(
            torch.nn.Linear(d, width), torch.nn.ReLU(), torch.nn.Linear(width, y.shape[1])
        )
        optimiser = torch.optim.Adam(
            net.parameters(), lr=training.learning_rate, weight_decay=training.weight_decay
        )
        steps = training.epochs * -(-n // training.batch_size)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
        sets = task.loss.reads == "sets"
        for _ in range(training.epochs):
            order = torch.randperm(n)
            for start in range(0, n, training.batch_size):
                rows = order[start : start + training.batch_size]
                log_p = net(x[rows]).log_softmax(1)
                if sets:
                    loss = -log_p.masked_fill(y[rows] <= 0, -float("inf")).logsumexp(1).mean()
                else:
                    loss = -(y[rows] * log_p).sum(1).mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
        guesses = net(torch.from_numpy(task.split.test.features)).argmax(1).numpy()
        accuracies.append(np.mean(guesses == task.split.test.targets))
    return float(np.mean(accuracies))


def timed(work: Callable[[], float]) -> tuple[float, float]:
    """Seconds and what the work returned."""
    start = time.perf_counter()
    value = work()
    return time.perf_counter() - start, value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    experiment = Experiment()
    students = tasks(experiment)
    torch.set_num_threads(1)

    def ours() -> float:
        result = run(experiment, device="cpu")
        return (result.student_accuracy.mean + result.ground_truth_accuracy.mean) / 2

    def loop() -> float:
        return plain_loop(students, experiment.training, experiment.student.width)

    ours()  # warm-up
    pairs = [(timed(ours), timed(loop)) for _ in range(repeats)]
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"
    )
    print(", ".join(f"{name} {version}" for name, version in versions().items()))
    print(f"{'':24}{'min':>8}{'median':>8}{'max':>8}   mean accuracy")
    for i, name in enumerate(("run (all of it), s", "plain loop, s")):
        seconds = [pair[i][0] for pair in pairs]
        print(
            f"{name:24}{min(seconds):8.2f}{statistics.median(seconds):8.2f}{max(seconds):8.2f}"
            f"   {statistics.mean(pair[i][1] for pair in pairs):.4f}"
        )
    ratios = [pair[1][0] / pair[0][0] for pair in pairs]
    print(f"{'loop / run':24}{min(ratios):8.1f}{statistics.median(ratios):8.1f}{max(ratios):8.1f}")


if __name__ == "__main__":
    main()
