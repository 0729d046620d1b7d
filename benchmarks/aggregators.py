"""What aggregators make of crowds with a spammer or with people who copy: `python benchmarks/aggregators.py`.

With `--students` also what students learn from each way of reading the same votes, on digits: a third of the
images is held out, and their accuracy is against the truth. Those of the set learn with CC, others with
cross-entropy.

A row a crowd in Markdown: how often the majority, the soft label drawn by its shares, and Dawid and Skene's
aggregator (crowd-kit, `requirements-crowds.txt`) are right, with the standard error over seeds. The set of
all votes is right where it holds the truth. Ten classes.
"""

import argparse
from collections.abc import Sequence

import numpy as np

from softlabel_core.audit.aggregator import dawid_skene, installed
from softlabel_core.audit.students import Teaching, teach
from softlabel_core.biases.crowd import Crowd
from softlabel_core.datasets.digits import Digits
from softlabel_core.examples import Examples
from softlabel_core.reading.labels import LabelFile
from softlabel_core.simplex import membership, one_hot
from softlabel_core.streams import stream

CLASSES = 10

CROWDS = {
    "five annotators of skill .45": Crowd(),
    "one of them a spammer": Crowd(annotators=4, spammers=1),
    "a colluding pair of skill .45 beside three": Crowd(annotators=3, colluders=2),
    "five annotators, skills .15 to .75": Crowd(spread=0.3),
}


def readings(crowd: Crowd, examples: Examples, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the votes of a crowd, (n, c), and what the aggregator makes of the same votes."""
    votes = crowd.votes(examples, generator=stream(seed, "aggregators"))
    task, worker = np.indices(votes.shape)
    said = np.column_stack([task.ravel(), worker.ravel(), votes.ravel()])
    shares = one_hot(votes.ravel(), CLASSES).reshape(*votes.shape, CLASSES).mean(1)
    learned = dawid_skene(said, len(votes), CLASSES)
    if learned is None:
        raise SystemExit("crowd-kit is not installed: pip install -r requirements-crowds.txt")
    return shares, learned


def students(crowd: Crowd, seed: int) -> list[float]:
    """Accuracy of students of majority, soft label, set, aggregator and, last, the truth."""
    train = Digits().split(generator=stream(seed, "aggregators", "split")).train
    shares, learned = readings(crowd, train, seed)
    names = tuple(map(str, range(CLASSES)))
    found = []
    for labels, loss in (
        (membership(shares, 1), "cross-entropy"),
        (shares, "cross-entropy"),
        (shares, "cc"),
        (learned, "cross-entropy"),
    ):
        file = LabelFile(labels, train.targets, names, train.features)
        [taught] = teach(file, Teaching(losses=(loss,), k="support", replicates=2))
        found.append(taught.student.mean)
    return [*found, taught.truth.mean]


def rates(crowd: Crowd, n: int, seed: int) -> tuple[float, float, float, float]:
    """Shares of the examples for which majority, soft label, set and aggregator are right, in [0, 1]."""
    truth = np.arange(n) % CLASSES
    shares, learned = readings(crowd, Examples(np.zeros((n, 1)), truth, CLASSES), seed)
    at = np.arange(n), truth
    first, best = membership(shares, 1)[at].mean(), membership(learned, 1)[at].mean()
    return float(first), float(shares[at].mean()), float((shares[at] > 0).mean()), float(best)


def main() -> None:
    """All crowds, the same seeds for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=1200)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--students", action="store_true")
    options = parser.parse_args()
    sizes = f"{options.examples} examples, {options.seeds} seeds"
    print(f"crowd-kit {installed()}, NumPy {np.__version__}, {sizes}\n")
    print("| crowd | majority | soft label | in the set | Dawid-Skene |\n" + "|---" * 5 + "|")
    for name, crowd in CROWDS.items():
        print(row(name, [rates(crowd, options.examples, seed) for seed in range(options.seeds)]))
    if options.students:
        print(
            "\n| students of | majority | soft label | set | Dawid-Skene | the truth |\n" + "|---" * 6 + "|"
        )
        for name, crowd in CROWDS.items():
            print(row(name, [students(crowd, seed) for seed in range(options.seeds)]), flush=True)


def row(name: str, found: Sequence[Sequence[float]]) -> str:
    """Means over seeds, with their standard errors."""
    means, errors = np.mean(found, 0), np.std(found, 0, ddof=1) / np.sqrt(len(found))
    cells = [f"{mean:.3f} ± {error:.3f}" for mean, error in zip(means, errors, strict=True)]
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
