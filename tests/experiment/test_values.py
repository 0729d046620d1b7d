"""The same words give the same experiment on every path; being checked never changes one."""

import itertools
import json

import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment, Invalid, Sweep, catalogue
from softlabel_core.__main__ import _experiment, _parser
from softlabel_core.biases import Bias
from softlabel_core.biases.demotion import Demotion
from softlabel_core.datasets import Dataset
from softlabel_core.datasets.moons import Moons
from softlabel_core.experiment import link
from softlabel_core.fields import bounds
from softlabel_core.frameworks import Framework
from softlabel_core.frameworks.partial_labels import PartialLabels
from ui.answers import moved

FAMILIES = {"dataset": Dataset, "bias": Bias, "framework": Framework}
SEEN = [kind for kind in catalogue(Dataset) if kind != "uploaded"]
"""Datasets whose classes are known without a file."""


def from_the_command_line(words):
    options = itertools.chain.from_iterable((f"--{name}", str(value)) for name, value in words.items())
    return _experiment(_parser().parse_args(["run", *options]))


def from_a_link(words):
    experiment, problems = link.parse(words)
    if problems:
        raise Invalid(problems[0])
    return experiment


def from_a_sweep(words):
    rest = {name: value for name, value in words.items() if name != "dataset"}
    sweep = Sweep.parse({"experiment": rest, "vary": {"dataset": [words["dataset"]]}})
    return sweep.experiments()[0]


def one_by_one(words):
    """The dataset last: whatever was there before is cut, or refused, then."""
    experiment = Experiment()
    for name in reversed(words):
        experiment = experiment.replace(**{name: words[name]})
    return experiment


def as_values(words):
    return Experiment(**{name: FAMILIES[name].parse(value) for name, value in words.items()})


PATHS = {
    "replace": lambda words: Experiment().replace(**words),
    "one by one": one_by_one,
    "values": as_values,
    "link": from_a_link,
    "command line": from_the_command_line,
    "sweep": from_a_sweep,
    "moved": lambda words: moved(one_by_one({**words, "dataset": "digits"}), "dataset", words["dataset"]),
    "json": lambda words: Experiment.model_validate_json(json.dumps(words)),
    "inside": lambda words: Sweep.parse({"experiment": words, "vary": {"seed": [0]}}).experiment,
}


@pytest.mark.parametrize("framework", catalogue(Framework))
@pytest.mark.parametrize("dataset", SEEN)
def test_the_same_words_give_the_same_value_on_every_path(dataset, framework):
    for bias in catalogue(Bias):
        words = {"dataset": dataset, "bias": bias, "framework": framework}
        expected = Experiment.parse(words)
        found = {name: path(words) for name, path in PATHS.items()}
        assert found == dict.fromkeys(PATHS, expected)
        assert {one.key() for one in found.values()} == {expected.key()}
        assert Experiment.model_validate_json(expected.model_dump_json()) == expected
        assert Experiment.parse(expected.words()) == expected
        assert link.parse(link.query(expected)) == (expected, [])
        for part, family in FAMILIES.items():
            whole = family.parse(words[part])
            for name, declared in type(whole).model_fields.items():
                given, kept = getattr(whole, name), getattr(getattr(expected, part), name)
                cut = bounds(declared).up_to_classes and given != "support"
                assert kept == (min(given, expected.dataset.classes) if cut else given)


REFUSED = {
    "parse": lambda: Experiment.parse({"dataset": "moons", "framework": {"k": 3}}),
    "replace": lambda: Experiment().replace(dataset="moons", framework={"k": 3}),
    "replace at last": lambda: Experiment.parse({"framework": {"k": 5}}).replace(dataset="moons"),
    "link": lambda: from_a_link({"dataset": "moons", "framework.k": "3"}),
    "command line": lambda: from_the_command_line({"dataset": "moons", "k": 3}),
    "values": lambda: Experiment(dataset=Moons(), framework=PartialLabels(k=5)),
    "json": lambda: Experiment.model_validate_json('{"dataset": "moons", "framework": {"k": 3}}'),
    "moved": lambda: moved(Experiment.parse({"dataset": "moons"}), "framework.k", 3),
    "sweep": lambda: from_a_sweep({"dataset": "moons", "framework": {"k": 5}}),
}


@pytest.mark.parametrize("path", REFUSED)
def test_a_size_that_is_said_is_refused_on_every_path(path):
    with pytest.raises(
        ValueError, match=r"framework\.k: allowed: a whole number from 1 to 2, the classes of moons"
    ):
        REFUSED[path]()


def test_what_is_said_is_kept_and_what_was_cut_stays_cut():
    small = Experiment.parse({"dataset": "moons", "bias": {"rank": 1}})
    assert (small.bias.rank, small.framework.k) == (1, 2)
    large = small.replace(dataset="digits")
    assert (large.bias.rank, large.framework.k) == (1, 2)
    assert Experiment.parse({"framework": {"k": "support"}}).replace(dataset="moons").framework.k == "support"


def test_an_experiment_is_never_changed_by_being_checked():
    bias, framework, dataset = Demotion(), PartialLabels(), Moons()
    before = [hash(part) for part in (bias, framework, dataset)]
    words = {"dataset": dataset, "bias": bias, "framework": {"kind": "partial-labels"}}
    experiment = Experiment.parse(words)
    assert experiment.dataset is dataset
    assert (bias.rank, experiment.bias.rank) == (3, 2)
    assert [hash(part) for part in (bias, framework, dataset)] == before
    assert words == {"dataset": dataset, "bias": bias, "framework": {"kind": "partial-labels"}}
    parts, key = dict(experiment), experiment.key()
    assert Experiment.parse(experiment) is experiment
    assert Sweep.parse({"experiment": experiment, "vary": {"seed": [1]}}).experiment is experiment
    again = Experiment.parse(parts)
    assert all(getattr(again, name) is part for name, part in parts.items())
    assert (again, again.key()) == (experiment, key)
    assert all(getattr(experiment, name) is part for name, part in parts.items())


def test_two_equal_values_behave_the_same_wherever_their_fields_came_from():
    """No memory of how a value was written: a default that was typed is a default."""
    typed, left = Demotion(rank=3, decay=0.6), Demotion()
    assert typed == left
    assert Experiment(dataset=Moons(), bias=typed) == Experiment(dataset=Moons(), bias=left)


def _form(chosen):
    import streamlit as st

    from softlabel_core import Experiment
    from ui import forms

    st.session_state.setdefault("form/dataset", chosen)
    st.session_state["made"] = forms.experiment(Experiment(), "en")


@pytest.mark.parametrize("dataset", SEEN)
def test_the_form_gives_the_same_value(dataset):
    app = AppTest.from_function(_form, kwargs={"chosen": dataset}).run()
    assert not app.exception
    made = Experiment.parse(app.session_state["made"])
    assert made == Experiment.parse({"dataset": dataset}) == Experiment().replace(dataset=dataset)
