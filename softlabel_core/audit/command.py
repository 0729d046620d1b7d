"""The command `softlabel indicators`: measure a file of soft labels."""

import argparse
import json
from pathlib import Path
from typing import Any

from softlabel_core.indicators import measure
from softlabel_core.indicators._sizes import best_size


def add(commands: Any) -> None:
    """Add the command to the command line."""
    measuring = commands.add_parser("indicators", help="measure your own soft labels")
    measuring.add_argument(
        "file", help="NPZ (soft_labels, targets), CSV or Parquet (target and a column a class), NPY"
    )
    measuring.add_argument(
        "--targets", metavar="FILE", help="the truth, NPY or CSV, where it is another file"
    )
    measuring.add_argument("--k", help="set size: a number or support; default: the one with the least sum")
    measuring.add_argument(
        "--numbers",
        default="auto",
        help="what they are: probabilities, votes, percent, sets, logits; default: what they look like",
    )
    measuring.add_argument("--json", action="store_true", help="machine-readable")
    measuring.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> None:
    from softlabel_core.reading.labels import read_labels

    targets = Path(options.targets) if options.targets else None
    file = read_labels(Path(options.file), targets=targets, numbers=options.numbers)
    k = options.k
    if k is None:  # as on the page
        k = "support" if file.sets else best_size(file.soft_labels, file.targets)
    elif k != "support":
        k = int(k) if k.isdecimal() else k
    measured = measure(file.soft_labels, file.targets, k)
    if options.json:
        print(json.dumps({**measured, "read": file.read}))
        return
    for name, numbers in file.read.items():
        print(
            f"{'read: ' + name:22} {', '.join(f'{one} {value}' for one, value in numbers.items())}".rstrip()
        )
    for name, value in measured.items():
        if name != "intervals":
            ends = measured["intervals"].get(name)
            text = f"{value:.4f}" if isinstance(value, float) else str(value)
            print(f"{name:22} {text}" + (f"  [{ends[0]:.4f}, {ends[1]:.4f}]" if ends else ""))
