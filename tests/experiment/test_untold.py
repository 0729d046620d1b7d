"""What a result's validation part says without the truth."""

import pytest

from softlabel_core import Experiment, run
from softlabel_core.experiment.untold import untold
from softlabel_core.theory.blind import told
from ui.charts import theory as charts
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
    assert found.read(0.2, 0.3) == told(found.risk, 100, 0.2, 0.3)
    assert found.read(0.9, 0.3) is None
    along = dict(found.along(0.3))
    assert max(along) == pytest.approx(0.68)
    assert along[0.1].accuracy < along[0.2].accuracy  # misses that Delta does not explain are errors


def test_without_a_validation_part_there_is_nothing(result):
    plain = result.experiment.replace(training={"epochs": 1})
    assert untold(result.model_copy(update={"experiment": plain})) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_sentence(result, language):
    found = untold(result)
    said = words.without_truth(language, found, 0.2, 0.3)
    assert f"{100 * found.read(0.2, 0.3).accuracy:.1f}" in said
    assert f"{100 * found.accuracy:.1f}" in said
    assert words.without_truth(language, found, 0.9, 0.3) != said
    teacher = result.experiment.replace(bias="overconfident-teacher")
    taught = untold(result.model_copy(update={"experiment": teacher}))
    comfort = words.without_truth(language, taught, 0.2, 0.3)
    assert comfort.startswith(said)
    assert comfort != said


@pytest.mark.parametrize("assumed", [0.0, 0.2, 0.9])
def test_its_figure_has_the_line_the_choice_and_the_truth(result, assumed):
    found = untold(result)
    chart = charts.untold(found, assumed, 0.3, dark=False)
    _, line, *chosen = chart.figure.data
    assert dict(zip(line.x, line.y, strict=True)) == {d: one.accuracy for d, one in found.along(0.3)}
    read = found.read(assumed, 0.3)
    assert [one.y[0] for one in chosen] == ([] if read is None else [read.accuracy])
    assert found.accuracy in {shape.y0 for shape in chart.figure.layout.shapes}
    assert f"{100 * found.accuracy:.1f}" in chart.alt
    assert len(chart.table) == 14
