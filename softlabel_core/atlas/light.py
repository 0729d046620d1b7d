"""The atlas as columns for a figure that draws all of it: what was asked, its indicators, its accuracy.

Texts stand once in lists, and columns hold their places in them, so that the whole is some tens of kilobytes.
"""

import json
import math
from typing import Any

from softlabel_core.atlas import lookup
from softlabel_core.biases import Bias
from softlabel_core.indicators import Indicator
from softlabel_core.once import once
from softlabel_core.plugin import catalogue

MARKS = ("dataset", "bias", "framework", "loss")
"""Columns of ids."""

ACCURACIES = ("accuracy", "low", "high")

DIGITS = 4

FEW = 3
"""Fields of a bias type that are told whatever they are."""


@once()
def axes() -> list[type[Indicator]]:
    """Indicators that every entry has, in the order of the atlas's columns."""
    known = {cls.key(): cls for cls in catalogue(Indicator).values()}
    return [known[name] for name in lookup.entries().columns if name in known]


@once()
def light() -> dict[str, Any]:
    """Entries whose science is of this version, as plain data.

    `ids`: for each of `MARKS` the ids that occur. `columns`: for each of them the places in its list; every
    indicator and accuracy, None where there is none; `learned`, 0 or 1; `k`, a size or `support`; `key`.
    `fields`: the numbers and choices of each bias type, by name; of more than `FEW` those not at default.
    """
    table = lookup.entries()
    table = table[~table["stale"]].reset_index(drop=True)
    ids = {name: sorted(table[name].unique()) for name in MARKS}
    columns: dict[str, list[Any]] = {name: [ids[name].index(one) for one in table[name]] for name in MARKS}
    for name in (*(cls.key() for cls in axes()), *ACCURACIES):
        columns[name] = [None if math.isnan(one) else round(one, DIGITS) for one in table[name].astype(float)]
    columns["learned"] = [int(one) for one in table["learned"]]
    columns["k"] = [json.loads(one) if str(one).isdigit() else str(one) for one in table["k"]]
    columns["key"] = list(table["key"])
    return {"ids": ids, "columns": columns, "fields": [_fields(key) for key in columns["key"]]}


@once()
def rows() -> dict[str, int]:
    """Keys of its entries -> their places in its columns."""
    return {key: row for row, key in enumerate(light()["columns"]["key"])}


def _fields(key: str) -> dict[str, Any]:
    bias: dict[str, Any] = lookup.config(key)["bias"]
    declared = catalogue(Bias)[bias.pop("kind")].model_fields
    return {name: one for name, one in bias.items() if len(bias) <= FEW or one != declared[name].default}
