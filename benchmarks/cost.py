"""How long runs are predicted to take, and how long they take: `python benchmarks/cost.py [seed]`.

Predictions are those of a fresh server, which no finished run has corrected yet.
"""

import math
import sys

from softlabel_core import Experiment, run
from softlabel_core.experiment.cost import uncorrected

ASKED = {
    "linear, moons, 1 epoch, 2 replicates": {
        "dataset": "moons",
        "student": "linear",
        "replicates": 2,
        "training": {"epochs": 1},
    },
    "mlp, moons": {"dataset": "moons"},
    "mlp, gaussian-ring, 10 epochs, 64 replicates": {
        "dataset": "gaussian-ring",
        "replicates": 64,
        "training": {"epochs": 10},
    },
    "linear, digits": {"student": "linear"},
    "mlp, digits (all defaults)": {},
    "mlp of width 512, digits, 10 epochs, 4 replicates": {
        "student": {"kind": "mlp", "width": 512},
        "training": {"epochs": 10},
        "replicates": 4,
    },
    "mlp, digits, 60 epochs, 32 replicates": {"replicates": 32, "training": {"epochs": 60}},
    "cnn, digits, 4 epochs, 2 replicates": {"student": "cnn", "replicates": 2, "training": {"epochs": 4}},
    "cnn, digits, 10 epochs, 8 replicates": {
        "student": "cnn",
        "replicates": 8,
        "training": {"epochs": 10},
    },
    "wide resnet, digits, 1 epoch, 1 replicate": {
        "student": "wide-resnet",
        "replicates": 1,
        "training": {"epochs": 1},
    },
    "under-trained teacher, digits": {"bias": "under-trained-teacher"},
    "temperature teacher, digits": {"bias": "temperature-teacher"},
    "skillful bad teacher, digits, 2 replicates": {"bias": "skillful-bad-teacher", "replicates": 2},
    "incomplete supervision, 3 rounds, digits": {"framework": "incomplete-supervision"},
    "random features, digits, 4 epochs, 2 replicates": {
        "student": "random-features",
        "replicates": 2,
        "training": {"epochs": 4},
    },
    "random features, 512 filters, digits, 4 epochs, 4 replicates": {
        "student": {"kind": "random-features", "filters": 512},
        "replicates": 4,
        "training": {"epochs": 4},
    },
}


def main(seed: int) -> None:
    """Print the table as Markdown."""
    run(Experiment.parse({"dataset": "digits", "replicates": 1, "training": {"epochs": 1}}))  # imports
    print("| run | predicted (s) | took (s) | took / predicted |\n|---|---|---|---|")
    ratios = []
    for name, config in ASKED.items():
        experiment = Experiment.parse({**config, "seed": seed})
        predicted, took = uncorrected(experiment), run(experiment).provenance.seconds
        ratios.append(math.log(took / predicted))
        print(f"| {name} | {predicted:.2f} | {took:.2f} | {took / predicted:.2f} |", flush=True)
    spread = math.exp((sum(ratio**2 for ratio in ratios) / len(ratios)) ** 0.5)
    print(f"\nTypical factor of error: {spread:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
