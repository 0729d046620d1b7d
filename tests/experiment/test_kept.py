"""What runs on the same data share from one to the next: nothing that a result could tell."""

import pytest

from softlabel_core.experiment.run import run
from softlabel_core.experiment.spec import Experiment
from softlabel_core.experiment.splits import Kept
from softlabel_core.training import train

FIRST = Experiment.parse({"dataset": "digits", "replicates": 2, "training": {"epochs": 2}})
OTHER = FIRST.replace(bias={"kind": "pair-flip", "rate": 0.3})


@pytest.fixture
def networks(monkeypatch) -> list[int]:
    """How many networks every call has trained."""
    found: list[int] = []
    whole = train.train

    def counted(tasks, *rest, **options):
        found.append(len(tasks))
        return whole(tasks, *rest, **options)

    monkeypatch.setattr("softlabel_core.experiment.cohort.train", counted)
    return found


def told(experiment: Experiment, kept: Kept | None = None) -> tuple[dict, list]:
    """All of a result but how it came about, and the curves as they were sent."""
    sent: list[tuple] = []
    result = run(experiment, kept=kept, on_curve=lambda *row: sent.append(row))
    rows = sorted((name, replicate, epoch, a) for name, who, epoch, accuracies in sent
                  for replicate, a in zip(who, accuracies, strict=True))  # fmt: skip
    return result.model_dump(mode="json", exclude={"provenance"}), rows


@pytest.mark.parametrize("training", [{"epochs": 2}, {"epochs": 4, "validation": 0.2, "patience": 1}])
def test_a_run_gives_the_same_beside_what_is_kept(training):
    first, other = (one.replace(training=training) for one in (FIRST, OTHER))
    kept = Kept()
    run(first, kept=kept)
    assert told(other, kept) == told(other)


def test_students_of_the_truth_are_taught_once(networks):
    kept = Kept()
    results = [run(one, kept=kept) for one in (FIRST, OTHER, OTHER.replace(training={"epochs": 3}))]
    assert networks == [4, 2, 4]
    assert [one.provenance.reference_students for one in results] == ["trained", "kept", "trained"]


def test_another_seed_or_number_of_replicates_shares_nothing(networks):
    kept = Kept()
    for one in (FIRST, FIRST.replace(seed=1), FIRST.replace(replicates=3)):
        assert run(one, kept=kept).provenance.reference_students == "trained"
    assert networks == [4, 4, 6]


def test_what_was_used_longest_ago_is_given_up_first(networks):
    kept = Kept()
    apart = FIRST.replace(seed=1, training={"epochs": 2, "validation": 0.2})
    for one in (FIRST, apart, FIRST):
        run(one, kept=kept)
    kept.trim(kept.splits(FIRST.dataset, 2, 0).nbytes)
    again = [run(one, kept=kept).provenance.reference_students for one in (FIRST, apart)]
    assert again == ["kept", "trained"]
    kept.trim(0)
    assert kept.references == {}
