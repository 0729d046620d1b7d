"""What is given is passed beside: no file is ever taken for another, and one alone gives the same numbers."""

import time

import numpy as np
import pytest

from softlabel_core import Experiment, catalogue, run
from softlabel_core.audit.students import Teaching, taught_on
from softlabel_core.experiment import cohort
from softlabel_core.experiment.catalogue import FAMILIES
from softlabel_core.experiment.given import Given, run_given
from softlabel_core.experiment.splits import Kept, Splits
from softlabel_core.plugin import Value
from softlabel_core.reading.labels import LabelFile
from softlabel_core.streams import stream
from tests.declared import random_labels


def file(seed):
    """60 points of 3 classes, as many and of the same size whatever the seed."""
    generator = stream(seed, "given")
    truth = generator.permutation(np.arange(60) % 3)
    points = generator.standard_normal((60, 2)) + truth[:, None]
    return LabelFile(random_labels(60, 3, generator=generator), truth, ("a", "b", "c"), points)


def test_two_files_of_equal_size_in_one_call_keep_their_own():
    asked = Teaching(losses=("cc", "cross-entropy"), k=2, replicates=2)
    files = [file(1), file(2)]
    given = [one for each in files for one in taught_on(each, asked)]
    for one, source in zip(given, [0, 0, 1, 1], strict=True):
        for split, labels in zip(one.splits.parts, one.labels, strict=True):
            rows = split.train.rows
            np.testing.assert_allclose(split.raw(np.arange(40)), files[source].features[rows], atol=1e-6)
            assert np.array_equal(split.train.targets, files[source].targets[rows])
            assert np.array_equal(labels, files[source].soft_labels[rows])
    together = run_given(given)
    alone = [outcome for each in files for outcome in run_given(taught_on(each, asked))]
    assert together == alone
    assert together[:2] != together[2:]
    assert [one.truth for one in together[:2]] != [one.truth for one in together[2:]]


def test_an_experiment_whose_draws_are_given_comes_to_the_same():
    """One machinery: the labels of a bias type that depends on the features, given as arrays."""
    experiment = Experiment.parse(
        {
            "dataset": {"kind": "gaussian-ring", "train_size": 200, "test_size": 100},
            "bias": "instance-dependent-noise",
            "framework": {"kind": "incomplete-supervision", "rounds": 1},
            "replicates": 2,
            "training": {"epochs": 2},
        }
    )
    result = run(experiment)
    parts = [experiment.dataset.split(generator=stream(0, "split", i)) for i in range(2)]
    labels = [
        experiment.bias.soft_labels(part.train, generator=stream(0, "labels", i))
        for i, part in enumerate(parts)
    ]
    splits = Splits(parts, 0, experiment.dataset.one_pool)
    one = Given(splits, labels, experiment.framework, experiment.student, experiment.training)
    seen = []
    [outcome] = run_given([one], on_progress=seen.append)
    assert outcome.student == result.student_accuracy
    assert outcome.truth == result.ground_truth_accuracy
    assert outcome.indicators == result.indicators
    assert outcome.margin == result.loss_margin
    assert seen[-1] == pytest.approx(1)


def test_ground_truth_students_are_trained_once_for_all_that_share_splits(monkeypatch):
    trained = []
    train = cohort.train

    def counted(tasks, *rest, **options):
        trained.append(len(tasks))
        return train(tasks, *rest, **options)

    monkeypatch.setattr(cohort, "train", counted)
    asked = Teaching(losses=("cc", "proden", "cross-entropy"), k=2, replicates=2)
    run_given([one for seed in (1, 2) for one in taught_on(file(seed), asked)])
    assert sum(trained) == 2 * (3 + 1) * 2


def test_no_value_holds_anything_beside_its_fields():
    """What is no field is in no JSON, no key and no comparison."""
    plugins = [cls for family in FAMILIES.values() for cls in catalogue(family).values()]
    queue, every = [Value], set(plugins)
    while queue:
        cls = queue.pop()
        every.add(cls)
        queue += cls.__subclasses__()
    ours = [cls for cls in every if cls.__module__.startswith("softlabel_core")]
    assert len(ours) > len(plugins)
    assert [cls for cls in ours if cls.__private_attributes__] == []


def test_another_file_of_the_same_name_is_another_dataset(tmp_path, monkeypatch):
    """The upload's content is in the key, and decides who shares splits, labels and references."""
    monkeypatch.setenv("SOFTLABEL_DATA", str(tmp_path))
    config = {
        "dataset": {"kind": "uploaded", "file": "a.npz"},
        "bias": "one-hot",
        "replicates": 1,
        "training": {"epochs": 1},
    }
    keys, splits, kept = [], [], Kept()
    for seed in (1, 2):
        one = file(seed)
        np.savez(tmp_path / "a.npz", features=one.features, targets=one.targets)
        experiment = Experiment.parse(config)
        keys.append(experiment.key())
        asked = experiment.dataset, experiment.replicates, experiment.seed
        splits.append(kept.splits(*asked))
        assert kept.splits(*asked) is splits[-1]
        time.sleep(0.01)
    assert keys[0] != keys[1]
    assert splits[0] is not splits[1]
    assert not np.array_equal(splits[0].parts[0].train.features, splits[1].parts[0].train.features)
