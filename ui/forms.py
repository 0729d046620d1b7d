"""Plug-in families -> select boxes and widgets -> plain configurations. The only place that knows widgets.

A widget's key is `form/<path>/<kind>/<field>`, so that values stay apart when the kind changes.
"""

from functools import partial
from typing import Any

import streamlit as st
from pydantic.fields import FieldInfo

from softlabel_core import Experiment, Invalid
from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.experiment.catalogue import offered
from softlabel_core.fields import bounds, literals
from softlabel_core.frameworks import Framework
from softlabel_core.plugin import Plugin, Value, catalogue, plugin_type
from softlabel_core.students import Student
from ui.words import i18n

PREFIX = "form/"
FINE = 0.01
"""A number whose default is below this share of its range gets a box to type in instead of a slider."""

LONG = 64
"""Whole numbers with more values than this get a box too."""


def choose(
    family: type[Plugin],
    path: str,
    current: Plugin,
    classes: int,
    allowed: list[str] | None = None,
    *,
    language: str,
) -> dict[str, Any]:
    """A select box over the family and the widgets of the chosen plug-in; returns its configuration."""
    kinds = allowed or list({**offered(family), current.kind(): type(current)})
    titles = {kind: i18n.title(language, catalogue(family)[kind]) for kind in kinds}
    kind = seeded(
        st.selectbox,
        f"{PREFIX}{path}",
        current.kind(),
        kinds,
        label=i18n.say(language, f"forms.{path.split('.')[-1]}"),
        options=kinds,
        format_func=titles.__getitem__,
    )
    cls = catalogue(family)[kind]
    start = current if isinstance(current, cls) else cls()
    return {"kind": kind, **fields(cls, path, start, classes, language=language)}


def explain(cls: type[Plugin], language: str) -> None:
    """Formula and meaning of a plug-in, folded away."""
    with st.expander(i18n.say(language, "forms.what")):
        if cls.formula():
            st.latex(i18n.formula(language, cls))
        st.markdown(i18n.about(language, cls))


def fields(
    cls: type[Value],
    path: str,
    start: Value,
    classes: int,
    only: tuple[str, ...] | None = None,
    *,
    language: str,
) -> dict[str, Any]:
    """Widgets for the fields of `cls`, plain ones first, then nested plug-ins; returns their values."""
    config: dict[str, Any] = {}
    kind = start.kind() if isinstance(start, Plugin) else ""
    idle = start.idle() if isinstance(start, Plugin) else set()
    names = [name for name in cls.model_fields if only is None or name in only]
    for name in sorted(names, key=lambda name: plugin_type(cls.model_fields[name]) is not None):
        field, key = cls.model_fields[name], f"{PREFIX}{path}/{kind}/{name}"
        family = plugin_type(field)
        if family is None:
            common = {
                "label": i18n.field_title(language, cls, name),
                "help": i18n.field_help(language, cls, name),
                "disabled": name in idle,
            }
            config[name] = _field(field, key, getattr(start, name), classes, language, common)
        else:
            fitting = [one for one in catalogue(family) if _fits(cls, {**config, name: one})]
            if fitting:
                inner = f"{path}.{name}"
                config[name] = choose(
                    family, inner, getattr(start, name), classes, fitting, language=language
                )
    return config


def _fits(cls: type[Value], config: dict[str, Any]) -> bool:
    try:
        cls.parse(config)
    except Invalid:
        return False
    return True


def _field(
    field: FieldInfo, key: str, value: Any, classes: int, language: str, common: dict[str, Any]
) -> Any:
    """The widget that suits the declared type."""
    texts, said = literals(field), partial(i18n.choice, language)
    if texts == ["support"]:
        sizes = [*range(1, classes + 1), "support"]
        value = value if value == "support" else min(value, classes)
        return seeded(st.select_slider, key, value, sizes, options=sizes, format_func=said, **common)
    if texts:
        return seeded(st.selectbox, key, value, texts, options=texts, format_func=said, **common)
    if field.annotation is bool:
        return seeded(st.checkbox, key, value, None, **common)
    if field.annotation is str:
        return seeded(st.text_input, key, value, None, **common)
    return _number(field, key, value, classes, common)


def _number(field: FieldInfo, key: str, value: Any, classes: int, common: dict[str, Any]) -> Any:
    """A slider where both ends are near, else a box to type in."""
    limits = bounds(field)
    low, high = limits.low or 0, classes if limits.up_to_classes else limits.high
    options: dict[str, Any]
    if field.annotation is int:
        slides = high is not None and 0 < high - low <= LONG  # a slider needs two ends
        low, high = int(low), None if high is None else int(high)
        options = {"step": 1}
    else:
        slides = high is not None and (field.default >= FINE * (high - low) or field.default == low)
        step = 0.01 if high is not None and high - low <= 1 else 0.05
        if slides and high is not None:
            low, high = low + step * limits.open_low, high - step * limits.open_high
        low, high = float(low), None if high is None else float(high)
        options = {"step": step} if slides else {"step": field.default or step, "format": "%g"}
    widget = st.slider if slides else st.number_input
    ends = (low, high)
    return seeded(widget, key, _cut(value, ends), ends, min_value=low, max_value=high, **options, **common)


def _cut(value: Any, ends: tuple[float, float | None]) -> Any:
    low, high = ends
    return type(value)(max(low, value if high is None else min(value, high)))


def seeded(widget: Any, key: str, value: Any, valid: Any, **options: Any) -> Any:
    """Draw a widget that starts at `value` unless the visitor has moved it to something still valid."""
    kept = st.session_state.get(key, value)
    if isinstance(valid, list) and kept not in valid:
        kept = value if value in valid else valid[0]
    if isinstance(valid, tuple):
        kept = value if kept is None else _cut(kept, valid)
    st.session_state[key] = kept
    return widget(key=key, **options)


def _classes(config: dict[str, Any], before: int) -> int:
    """Number of classes of the chosen dataset; of one that cannot be read, the one before's."""
    try:
        return Dataset.parse(config).classes
    except Invalid:  # the page says so
        return before


def experiment(current: Experiment, language: str) -> dict[str, Any]:
    """The whole form: dataset, bias type, framework; student and training folded away."""
    config: dict[str, Any] = {}
    classes = current.dataset.classes
    families: dict[str, type[Plugin]] = {"dataset": Dataset, "bias": Bias, "framework": Framework}
    for place, (part, family) in zip(st.columns(len(families)), families.items(), strict=True):
        with place, st.container(border=True):
            config[part] = choose(family, part, getattr(current, part), classes, language=language)
            if family is Dataset:
                classes = _classes(config[part], classes)
            explain(catalogue(family)[config[part]["kind"]], language)
    with st.expander(i18n.say(language, "forms.rest")):
        config["student"] = choose(Student, "student", current.student, classes, language=language)
        training, numbers = type(current.training), ("replicates", "seed")
        config["training"] = fields(training, "training", current.training, classes, language=language)
        config |= fields(Experiment, "", current, classes, numbers, language=language)
    return config
