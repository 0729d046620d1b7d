"""`softlabel store`: what is kept, whether it is whole, a copy of it, and the disk given back."""

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Add the command, and what it does (`acts`), to the command line."""
    store = commands.add_parser("store", help="what the dashboard keeps: results and promised runs")
    acts = store.add_subparsers(required=True, dest="act_on_store", metavar="ACT")
    for name, about in (
        ("info", "where it is, and how much is in it"),
        ("backup", "copy it, also while the dashboard uses it"),
        ("check", "read every result; exit 1 if one is damaged"),
        ("vacuum", "forget what is too old or too much, and give the disk back"),
    ):
        sub = acts.add_parser(name, help=about)
        sub.set_defaults(act=_act)
        if name == "backup":
            sub.add_argument("file", metavar="FILE.sqlite", help="a file that is not there yet")


def _act(options: argparse.Namespace) -> int:
    from softlabel_core.store import acts  # what only lists plug-ins needs no database

    return acts.act(options)
