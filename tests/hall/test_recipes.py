"""What a phone may ask for is what the catalogue declares, and nothing else."""

import itertools

import pytest

from softlabel_core.biases import Bias
from softlabel_core.fields import bounds
from softlabel_core.hall import law, recipes
from softlabel_core.hall.recipes import COPY, RECIPES, REPLICATES, WHOLE, Design, Recipe
from softlabel_core.plugin import catalogue

GOOD = {"recipe": "demotion", "a": 3, "b": 0, "k": 2}


def every(recipe: str):
    ends = [range(one.low, one.high + 1) for one in recipes.sliders(recipe)]
    for steps in itertools.product(*ends):
        for k in RECIPES[recipe].k:
            yield Design(recipe, *(*steps, 0)[:2], k)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_design_of_a_recipe_is_an_experiment(recipe):
    made = list(every(recipe))
    assert len({law.name(one.experiment()) for one in made}) == len(made)
    for one in made:
        assert Design.asked({"recipe": one.recipe, "a": one.a, "b": one.b, "k": one.k}) == one
        assert Design.read(one.text) == one
        assert len(one.text) <= 64
        experiment = one.experiment()
        assert experiment.replicates == REPLICATES
        assert experiment.bias.kind() == recipe


@pytest.mark.parametrize("recipe", RECIPES)
def test_sliders_stay_within_what_the_fields_declare(recipe):
    bias = catalogue(Bias)[recipe]
    assert 1 <= len(recipes.sliders(recipe)) <= 2
    for slider in recipes.sliders(recipe):
        declared = bounds(bias.model_fields[slider.field])
        assert slider.share == (bias.model_fields[slider.field].annotation is float)
        assert slider.value(slider.low) >= (declared.low or 0)
        assert declared.high is None or slider.value(slider.high) <= declared.high


@pytest.mark.parametrize("range_", [(0, 1.5), (-0.5, 1), (0.5, 0.5)])
def test_a_recipe_beyond_its_field_is_refused(range_):
    with pytest.raises(ValueError, match=r"pair-flip.rate: declared from 0 to 1; got"):
        Recipe({"rate": range_}).sliders("pair-flip")


def test_a_design_shows_the_students_what_it_says():
    shown = {k: Design("demotion", 3, 0, k).experiment().framework for k in (1, 5, COPY)}
    assert [shown[k].kind() for k in (1, 5, COPY)] == ["partial-labels", "partial-labels", "soft-labels"]
    assert (shown[1].k, shown[5].k) == (1, 5)
    whole = Design("candidate-set", 5, 2, WHOLE).experiment()
    assert whole.framework.k == "support"
    assert (whole.bias.unreliability, whole.bias.ambiguity) == (0.5, 0.2)


@pytest.mark.parametrize(
    "bad",
    [
        {"recipe": "nope"},
        {"recipe": ["demotion"]},
        {"recipe": None},
        {"recipe": "one-hot"},
        {"a": 0},
        {"a": 7},
        {"a": 3.0},
        {"a": "3"},
        {"a": True},
        {"a": None},
        {"b": 1},
        {"b": None},
        {"k": 6},
        {"k": -1},
        {"k": True},
        {"k": "2"},
        {"recipe": "candidate-set", "a": 5, "b": 5, "k": 3},
        {"recipe": "candidate-set", "a": 5, "b": 0, "k": -1},
    ],
)
def test_what_is_no_design_is_none(bad):
    assert Design.asked(GOOD) is not None
    assert Design.asked({**GOOD, **bad}) is None
    assert Design.asked({name: one for name, one in GOOD.items() if name not in bad}) is None
