"""What aggregators make of crowds with a spammer or with people who copy: `python benchmarks/aggregators.py`.

A row a crowd in Markdown: how often the majority, the soft label drawn by its shares, and Dawid and Skene's
aggregator (crowd-kit, `requirements-crowds.txt`) are right, with the standard error over seeds. The set of
all votes is right where it holds the truth. Nothing is trained; ten classes.
"""

import argparse

import numpy as np

from softlabel_core.audit.aggregator import dawid_skene, installed
from softlabel_core.biases.crowd import Crowd
from softlabel_core.examples import Examples
from softlabel_core.simplex import membership, one_hot
from softlabel_core.streams import stream

CLASSES = 10

CROWDS = {
    "five annotators of skill .45": Crowd(),
    "one of them a spammer": Crowd(annotators=4, spammers=1),
    "a colluding pair of skill .45 beside three": Crowd(annotators=3, colluders=2),
    "five annotators, skills .15 to .75": Crowd(spread=0.3),
}


def rates(crowd: Crowd, n: int, seed: int) -> tuple[float, float, float, float]:
    """Shares of the examples for which majority, soft label, set and aggregator are right, in [0, 1]."""
    truth = np.arange(n) % CLASSES
    examples = Examples(np.zeros((n, 1)), truth, CLASSES)
    votes = crowd.votes(examples, generator=stream(seed, "aggregators"))
    task, worker = np.indices(votes.shape)
    said = np.column_stack([task.ravel(), worker.ravel(), votes.ravel()])
    shares = one_hot(votes.ravel(), CLASSES).reshape(*votes.shape, CLASSES).mean(1)
    learned = dawid_skene(said, n, CLASSES)
    if learned is None:
        raise SystemExit("crowd-kit is not installed: pip install -r requirements-crowds.txt")
    at = np.arange(n), truth
    first, best = membership(shares, 1)[at].mean(), membership(learned, 1)[at].mean()
    return float(first), float(shares[at].mean()), float((shares[at] > 0).mean()), float(best)


def main() -> None:
    """All crowds, the same seeds for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=1200)
    parser.add_argument("--seeds", type=int, default=8)
    options = parser.parse_args()
    sizes = f"{options.examples} examples, {options.seeds} seeds"
    print(f"crowd-kit {installed()}, NumPy {np.__version__}, {sizes}\n")
    print("| crowd | majority | soft label | in the set | Dawid-Skene |\n|---|---|---|---|---|")
    for name, crowd in CROWDS.items():
        found = np.array([rates(crowd, options.examples, seed) for seed in range(options.seeds)])
        means, errors = found.mean(0), found.std(0, ddof=1) / np.sqrt(len(found))
        cells = [f"{mean:.3f} ± {error:.3f}" for mean, error in zip(means, errors, strict=True)]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
