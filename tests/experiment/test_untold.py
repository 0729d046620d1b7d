"""What a result's validation part says without the truth."""

import pytest

from softlabel_core import Experiment, run
from softlabel_core.experiment.untold import untold
from softlabel_core.theory.blind import told
from ui.words import theory as words


@pytest.fixture(scope="module")
def result():
    config = {
        "dataset": {"kind": "gaussian-ring", "train_size": 400, "test_size": 400},
        "bias": {"kind": "candidate-set", "unreliability": 0.2, "ambiguity": 0.3},
        "framework": {"kind": "partial-labels", "k": "support"},
        "training": {"validation": 0.25},
        "replicates": 4,
    }
    return run(Experiment.parse(config), device="cpu")


def test_it_reads_the_risk_of_its_rows(result):
    found = untold(result)
    assert found.n == 100
    assert found.risk == pytest.approx(sum(row["risk"] for row in result.rows) / 4)
    assert found.read(0.2) == told(found.risk, 100, 0.2, result.indicators["ambiguity"])
    assert found.read(0.9) is None
    assert (
        found.read(0.1).accuracy < found.read(0.2).accuracy
    )  # misses that Delta does not explain are errors


def test_without_a_validation_part_there_is_nothing(result):
    plain = result.experiment.replace(training={"epochs": 1})
    assert untold(result.model_copy(update={"experiment": plain})) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_sentence(result, language):
    found = untold(result)
    said = words.without_truth(language, found, 0.2)
    assert f"{100 * found.read(0.2).accuracy:.1f}" in said
    assert f"{100 * found.accuracy:.1f}" in said
    assert words.without_truth(language, found, 0.9) != said
    teacher = result.experiment.replace(bias="overconfident-teacher")
    comfort = words.without_truth(language, untold(result.model_copy(update={"experiment": teacher})), 0.2)
    assert comfort.startswith(said)
    assert comfort != said
