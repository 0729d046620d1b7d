"""The command `softlabel data`: which files of datasets are on this machine, and fetching them beforehand."""

import argparse
from typing import Any

from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset, Published
from softlabel_core.plugin import Invalid, Plugin, catalogue
from softlabel_core.reading.published import folder


def add(commands: Any) -> None:
    """Add the command, and what it does, to the command line."""
    data = commands.add_parser("data", help="files of datasets: which are here, and fetching them")
    acts = data.add_subparsers(required=True, dest="act_on_data", metavar="ACT")
    acts.add_parser("list", help="which are here").set_defaults(act=_list)
    bring = acts.add_parser("fetch", help="fetch them, so that nobody has to wait for it later")
    bring.add_argument("dataset", nargs="*", metavar="ID", help="default: all that can be fetched")
    bring.set_defaults(act=_fetch)


def _fetched() -> dict[str, type[Published]]:
    return {kind: cls for kind, cls in catalogue(Dataset).items() if issubclass(cls, Published)}


def where(cls: type[Plugin]) -> str:
    """Whether the files of a plug-in that needs some are here, and how they come; empty for others."""
    if not cls.needs_files:
        return ""
    if cls.present():
        return "files here"
    if cls.kind() in _fetched():
        return f"no files here: softlabel data fetch {cls.kind()}"
    return "no files here: to be put there by hand"


def _list(_: argparse.Namespace) -> None:
    print(folder())
    for family in (Dataset, Bias):
        for kind, cls in catalogue(family).items():
            if said := where(cls):
                print(f"  {kind:24} {said}")


def _fetch(options: argparse.Namespace) -> None:
    known = _fetched()
    for kind in options.dataset:
        if kind not in known:
            names = ", ".join(known)
            raise Invalid("dataset: allowed: one of {options}; got {got}.", options=names, got=kind)
    for kind in options.dataset or known:
        size = sum(path.stat().st_size for path in known[kind].bring())
        print(f"{kind:24} {size / 1e6:.1f} MB", flush=True)
