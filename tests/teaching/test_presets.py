"""Every preset is an experiment that exists, and says what it compares."""

import pytest

from softlabel_core.experiment.result import flat
from softlabel_core.teaching.presets import PRESETS

TEN = 10


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_valid_experiment_that_survives_a_link(name):
    from softlabel_core.experiment.link import parse, query

    preset = PRESETS[name]
    for experiment in filter(None, (preset.experiment, preset.twin)):
        assert parse(query(experiment)) == (experiment, [])


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.against])
def test_two_sides_of_a_preset_differ_in_one_family(name):
    one, other = PRESETS[name].experiment, PRESETS[name].twin
    a, b = flat(one.model_dump()), flat(other.model_dump())
    different = {path.split(".")[0] for path in a.keys() | b.keys() if a.get(path) != b.get(path)}
    assert len(different) == 1, different


def test_there_are_ten_with_different_questions():
    assert len({preset.experiment.key() for preset in PRESETS.values()}) == TEN
