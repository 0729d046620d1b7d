"""The command `softlabel indicators`: measure a file of soft labels."""

import argparse
import json
from typing import Any

from softlabel_core.plugin import Invalid
from softlabel_core.reading.choice import KINDS, OPTIONAL

NUMBERS = ("votes", "percent", "sets", "logits", "long")
"""Kinds of numbers with an option of their own."""

OTHERWISE = dict.fromkeys(("votes", "percent", "sets", "logits"), "--numbers probabilities") | {
    "zero": "--column of each class"
}
"""What takes a conversion back that is no option of its own."""

VERDICTS = {
    "pass": "could learn",
    "fail": "could not",
    "unclear": "cannot be told",
    "unknown": "no rule is known",
}
"""What is said of a loss."""


def add(commands: Any) -> None:
    """Add the command to the command line."""
    measuring = commands.add_parser("indicators", help="measure your own soft labels")
    measuring.add_argument(
        "file", help="CSV, Parquet, NPZ, NPY, JSON or JSON lines, or one of them as .gz or .zip"
    )
    measuring.add_argument("--targets", metavar="FILE", help="the truth, where it is another file")
    measuring.add_argument(
        "--truth", default="", metavar="NAME", help="column or array of the truth, if under no usual name"
    )
    measuring.add_argument(
        "--majority", action="store_true", help="for want of a truth: the largest of each row"
    )
    measuring.add_argument("--k", help="set size: a number or support; default: the one with the least sum")
    measuring.add_argument(
        "--numbers", default="auto", help=f"what they are: {', '.join(KINDS)}; default: what they look like"
    )
    for kind in NUMBERS:
        text = "one row a vote" if kind == "long" else None
        measuring.add_argument(
            f"--{kind}", dest="numbers", action="store_const", const=kind, help=text or f"they are {kind}"
        )
    measuring.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME",
        help="a column of a class (once for each), or the array of the soft labels; "
        "with --long the columns of task, worker and label",
    )
    measuring.add_argument("--names", default="", metavar="A,B,...", help="the classes in their order")
    measuring.add_argument(
        "--off",
        action="append",
        default=[],
        metavar="CONVERSION",
        help=f"not to be made: {', '.join(OPTIONAL)}",
    )
    measuring.add_argument(
        "--assume",
        type=float,
        metavar="DELTA",
        help="without a truth: what the unreliability may be; says how large the ambiguity then is at least",
    )
    ways = measuring.add_mutually_exclusive_group()
    ways.add_argument("--json", action="store_true", help="machine-readable")
    ways.add_argument("--csv", action="store_true", help="the whole report as a table, a row a number")
    measuring.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> None:
    from softlabel_core.audit.report import Audit, audit
    from softlabel_core.audit.table import table
    from softlabel_core.audit.untold import Untold, untold
    from softlabel_core.reading.labels import read_labels

    file = read_labels(
        options.file,
        targets=options.targets,
        numbers=options.numbers,
        columns=options.column,
        truth=options.truth,
        majority=options.majority,
        names=[name.strip() for name in options.names.split(",") if name.strip()],
        off=options.off,
    )
    k = options.k
    if k is not None and k != "support":
        k = int(k) if k.isdecimal() else k
    if file.targets is None:
        found: Audit | Untold = untold(file, k, assumed=options.assume)
    elif options.assume is None:
        found = audit(file, k)
    else:
        raise Invalid("assumed: allowed: only where there is no truth; got a file with one.")
    if options.csv:
        print(table(found).to_csv(index=False), end="")
        return
    told = _told(found)
    if options.json:
        print(json.dumps(told))
        return
    _tell(told, told.get("intervals", {}))


def _told(found: Any) -> dict[str, Any]:
    """What was found, as plain data: the indicators first."""
    whole: dict[str, Any] = found.model_dump(
        mode="json", exclude={"versions", "offered", "masses", "seconds"}
    )
    if "indicators" not in whole:
        return whole
    told = {**whole["indicators"], "best_k": found.best_k, "read": found.read}
    told |= {"crowd": whole["crowd"]} if found.crowd else {}
    return told | {
        "losses": [
            {
                "loss": one.loss,
                "verdict": one.margin.verdict,
                "margin": one.margin.value,
                "interval": one.margin.interval,
            }
            for one in found.losses
        ]
    }


def _tell(found: dict[str, Any], intervals: dict[str, Any]) -> None:
    for name, numbers in found["read"].items():
        said = ", ".join(f"{one} {value}" for one, value in numbers.items())
        other = f"--off {name}" if name in OPTIONAL else OTHERWISE.get(name, "")
        said = "  ".join(filter(None, (said, f"({other})" if other else "")))
        print(f"{'read: ' + name:22} {said}".rstrip())
    if not intervals:
        print("truth                  none: --targets FILE, --truth NAME or --majority gives one")
    names, crowd = found.get("class_names", []), found.get("crowd")
    for name, value in found.items():
        if isinstance(value, int | float | str):
            text = f"{value:.4f}" if isinstance(value, float) else str(value)
            print(f"{name:22} {text}{_ends(intervals.get(name))}")
    if assumed := found.get("assumed"):
        rival, total = assumed["least_ambiguity"], assumed["least_total"]
        said = f"ambiguity {rival:.4f} or more, total {total:.4f} or more"
        print(f"{'if unreliability were':22} {assumed['unreliability']:.4f}: {said}")
    for pair in found.get("pairs", []):
        print(f"{'together':22} {names[pair['first']]} > {names[pair['second']]}: {pair['share']:.4f}")
    asked = [(f"with votes: {one['votes']}", one) for one in crowd["by_votes"]] if crowd else []
    asked += [(f"read as: {one['way']}", one) for one in crowd["ways"]] if crowd else []
    for what, one in asked:
        print(f"{what:22} {one['unreliability']:.4f} + {one['ambiguity']:.4f} = {one['total']:.4f}")
    for one in found.get("losses", []):
        margin = "" if one["margin"] is None else f"  margin {one['margin']:.4f}{_ends(one['interval'])}"
        print(f"{'loss: ' + one['loss']:22} {VERDICTS[one['verdict']]}{margin}")


def _ends(ends: Any) -> str:
    return f"  [{ends[0]:.4f}, {ends[1]:.4f}]" if ends else ""
