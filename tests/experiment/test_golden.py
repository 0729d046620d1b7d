"""Results that earlier versions saved are still read, number by number.

`golden/result-*.json` were written before `Result.experiment` was an `Experiment`: 2 replicates, 2 epochs,
most instances and most of the plane left out.
"""

import json
from pathlib import Path

import pytest

from softlabel_core import Experiment, Result, run
from softlabel_core.atlas import lookup
from softlabel_core.experiment.result import Provenance

FILES = sorted((Path(__file__).parents[1] / "golden").glob("result-*.json"))

RULES = {"result-sets": "likelihood.support", "result-rounds": "mean-label"}
"""What their losses, generalised CC and cross-entropy, ask of labels."""

VALUES = {"result-sets": "margin", "result-rounds": "mean_label_margin"}
"""By how much it was met; the one of sets was saved as 1 - (Delta + gamma)."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_saved_result_is_read_and_written_as_it_was(file):
    text = file.read_text()
    saved = json.loads(text)
    result = Result.model_validate_json(text)
    assert Result.read(text) == Result.model_validate(saved) == result
    now = json.loads(result.model_dump_json())
    for name in ("student_accuracy", "ground_truth_accuracy"):
        assert now[name].pop("overlap") == 0  # their intervals are plain t
    margin, now["loss_margin"] = now["loss_margin"], saved["loss_margin"]  # a sentence became the rule's id
    assert now == saved
    assert margin["rule"] == RULES[file.stem]
    assert margin["value"] == saved["indicators"][VALUES[file.stem]]
    assert list(result.model_dump(mode="json")) == list(saved)
    assert isinstance(result.experiment, Experiment)
    assert result.experiment.model_dump(mode="json") == saved["experiment"]
    assert result.provenance == Provenance(**{n: saved[n] for n in Provenance.model_fields if n in saved})
    assert result.provenance.reference_students == "trained"
    for name in ("student_accuracy", "ground_truth_accuracy"):
        assert getattr(result, name).model_dump(exclude={"overlap"}) == saved[name]
    for name in ("indicators", "rows", "curves", "rounds", "teacher", "boundary", "cooccurrence", "identity"):
        assert getattr(result, name) == saved[name]
    assert set(result.summary()) < set(saved)


def test_there_are_golden_results():
    assert len(FILES) == 2


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_experiment_can_be_run_again(file):
    """Near, not equal: another processor rounds otherwise."""
    then = Result.read(file.read_text())
    now = run(then.experiment, device="cpu")
    assert now.experiment == then.experiment
    assert now.indicators["n"] == then.indicators["n"]
    assert now.student_accuracy.mean == pytest.approx(then.student_accuracy.mean, abs=0.05)


def test_every_entry_of_the_committed_atlas_is_read():
    every = lookup.committed()
    for key in every.entries()["key"]:
        entry = every.entry(key)
        assert entry is not None, key
        assert isinstance(entry.result.experiment, Experiment)
        assert entry.experiment in every
