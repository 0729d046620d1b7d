"""An experiment as one sentence whose words are menus and sliders, all from the catalogue.

A part is plain data for the browser: `{"text": ...}`, a menu `{"menu": path, "options": [[value, text]]}` or
a slider `{"range": path, "low", "high", "step", "whole"}`; both have a `name` and a `value`. Parts that stay
on one line are a group.
"""

import re
from typing import Any

from softlabel_core import Experiment
from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.experiment.catalogue import offered
from softlabel_core.fields import bounds, literals
from softlabel_core.frameworks import Framework, losses_reading
from softlabel_core.losses import Loss
from softlabel_core.plugin import Plugin, plugin_type
from ui.words import i18n, tables

Part = dict[str, Any]

FIELDS = 2
"""Fields of a bias type or a framework that the sentence has room for; the form has them all."""

FINE, COARSE = 0.01, 0.05
"""Steps of a slider over a share of 1, and over a longer range."""


def groups(experiment: Experiment, language: str, stops: dict[str, list[Any]]) -> list[list[Part]]:
    """The sentence of an experiment; `stops`: values that were computed, by path."""
    parts: dict[str, list[Part]] = {
        "dataset": [_kinds(experiment.dataset, "dataset", Dataset, language)],
        "bias": [_kinds(experiment.bias, "bias", Bias, language)],
        "framework": [_kinds(experiment.framework, "framework", Framework, language)],
        "loss": [_losses(experiment.framework, language)],
        "bias-fields": _fields(experiment, "bias", language, stops),
        "framework-fields": _fields(experiment, "framework", language, stops),
    }
    found = []
    for group in i18n.say(language, "observatory.sentence").split("|"):
        pieces = re.split(r"(\[[\w-]+\])", group)
        said: list[Part] = []
        for piece in filter(str.strip, pieces):
            known = parts.get(piece[1:-1]) if piece.startswith("[") else None
            said += [{"text": piece.strip()}] if known is None else known
        found.append(said)
    return found


def _kinds(plugin: Plugin, path: str, family: type[Plugin], language: str) -> Part:
    kinds = {**offered(family), plugin.kind(): type(plugin)}
    options = [[kind, tables.name(language, family, kind)] for kind in kinds]
    return _menu(path, i18n.say(language, f"forms.{path}"), plugin.kind(), options)


def _losses(framework: Framework, language: str) -> Part:
    options = [[kind, tables.brief(language, Loss, kind)] for kind in losses_reading(framework.shows)]
    return _menu("framework.loss", i18n.say(language, "forms.loss"), framework.loss.kind(), options)


def _menu(path: str, name: str, value: Any, options: list[list[Any]]) -> Part:
    return {"menu": path, "name": name, "value": value, "options": options}


def _fields(experiment: Experiment, part: str, language: str, stops: dict[str, list[Any]]) -> list[Part]:
    plugin: Plugin = getattr(experiment, part)
    found: list[Part] = []
    for name, field in type(plugin).model_fields.items():
        if plugin_type(field) is not None or name in plugin.idle():
            continue
        path = f"{part}.{name}"
        control = _control(experiment, plugin, name, stops.get(path, []), language)
        if control is not None and sum("text" not in one for one in found) < FIELDS:
            title = i18n.field_title(language, type(plugin), name)
            lowered = title if title[1:2].isupper() else title[:1].lower() + title[1:]
            control["name"] = title
            found += [] if path == "framework.k" else [{"text": lowered}]
            found.append(control)
    return found


def _control(
    experiment: Experiment, plugin: Plugin, name: str, stops: list[Any], language: str
) -> Part | None:
    """The menu or slider of a field; None where the sentence has none for it."""
    field, value, path = type(plugin).model_fields[name], getattr(plugin, name), f"{_part(plugin)}.{name}"
    classes, texts, limits = experiment.dataset.classes, literals(field), bounds(field)
    if texts == ["support"]:
        sizes = [*range(1, classes + 1), "support"]
        return {"menu": path, "value": value, "options": [[one, _size(language, one)] for one in sizes]}
    if texts:
        return {
            "menu": path,
            "value": value,
            "options": [[one, i18n.choice(language, one)] for one in texts],
        }
    if field.annotation not in (int, float):
        return None
    whole = field.annotation is int
    high = classes if limits.up_to_classes else limits.high
    if high is None or limits.low is None or (whole and high - limits.low > 20) or (not whole and high > 2):
        values = sorted({*(one for one in stops if not isinstance(one, str)), value})
        if len(values) < 3:
            return None
        return {"menu": path, "value": value, "options": [[one, f"{one:g}"] for one in values]}
    step = 1 if whole else FINE if high - limits.low <= 1 else COARSE
    low = limits.low + step * limits.open_low
    ends = {"low": low, "high": high - step * limits.open_high, "step": step, "whole": whole}
    return {"range": path, "value": value, **ends}


def _part(plugin: Plugin) -> str:
    return "bias" if isinstance(plugin, Bias) else "framework"


def _size(language: str, size: int | str) -> str:
    return i18n.say(language, "observatory.support" if size == "support" else "observatory.top", k=size)
