"""Experiments and sweeps: reproducible, comparable, checked; and the findings they must show."""

import json
import threading

import numpy as np
import pytest
from scipy import stats

from softlabel_core import Cancelled, Experiment, Invalid, Result, Sweep, catalogue, measure, run, run_sweep
from softlabel_core.datasets import Dataset
from softlabel_core.datasets.digits import Digits
from softlabel_core.experiment.result import Estimate
from softlabel_core.frameworks import Framework
from softlabel_core.streams import stream
from tests.declared import label

RING = {"kind": "gaussian-ring", "ring_classes": 5, "train_size": 200, "test_size": 100}
QUICK = {"replicates": 2, "training": {"epochs": 2}, "dataset": RING}


def quick(**fields):
    return Experiment.parse({**QUICK, **fields})


def numbers(result):
    """Everything but how long it took."""
    return result.model_dump(exclude={"provenance": {"seconds"}})


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    first, again, other = (run(quick(seed=seed)) for seed in (1, 1, 2))
    assert numbers(first) == numbers(again)
    assert first.curves != other.curves
    assert first.rows != other.rows
    assert first.instances != other.instances
    assert first.key == again.key != other.key


def test_replicates_differ_and_the_first_ones_do_not_depend_on_how_many():
    few, many = run(quick(replicates=2)), run(quick(replicates=3))
    assert many.rows[:2] == few.rows
    assert len({json.dumps({**row, "replicate": 0}) for row in many.rows}) == 3
    assert many.provenance.seeds == ["0/0", "0/1", "0/2"]


def test_the_key_is_of_the_content():
    one = quick(bias={"kind": "demotion", "rank": 2, "decay": 0.5})
    same = Experiment.parse(json.loads(one.model_dump_json()))
    assert one.key() == same.key() == quick(bias={"decay": 0.5, "rank": 2, "kind": "demotion"}).key()
    assert len(one.key()) == 16
    int(one.key(), 16)


def test_keys_tell_experiments_apart():
    fields = [
        *({"framework": {"kind": "partial-labels", "loss": loss}} for loss in ("average", "cc", "proden")),
        {"framework": {"kind": "partial-labels", "k": 1}},
        {"framework": {"kind": "partial-labels", "k": "support"}},
        *(
            {"bias": {"kind": kind, "rate": 0.3}}
            for kind in ("pair-flip", "symmetric-noise", "label-smoothing")
        ),
        {"seed": 1},
        {"replicates": 3},
        {"student": "linear"},
        {"dataset": {**RING, "spread": 0.3}},
        {"training": {"epochs": 3}},
    ]
    keys = [quick(**one).key() for one in fields]
    assert len(set(keys)) == len(fields)
    assert quick().key() == quick(framework={"kind": "partial-labels", "k": 3, "loss": "cc"}).key()


@pytest.mark.parametrize("framework", catalogue(Framework), ids=str)
def test_default_sizes_are_cut_to_the_classes_and_given_ones_refused(framework):
    cut = Experiment.parse({"dataset": "moons", "framework": framework})
    assert cut.bias.rank == 2
    assert getattr(cut.framework, "k", 2) == 2
    assert Experiment.parse(cut.model_dump()) == cut
    assert Experiment.parse({"framework": framework}).bias.rank == 3
    if "k" in type(cut.framework).model_fields:
        with pytest.raises(Invalid) as caught:
            Experiment.parse({"dataset": "moons", "framework": {"kind": framework, "k": 3}})
        sentence = "framework.k: allowed: a whole number from 1 to 2, the classes of moons; got 3."
        assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (
            {"bias": {"kind": "demotion", "rank": 11}},
            "bias.rank: allowed: a whole number from 1 to 10, the classes of digits; got 11.",
        ),
        (
            {"bias": {"kind": "demotion", "rank": 0}},
            "bias.rank: allowed: a whole number from 1 to the number of classes; got 0.",
        ),
        ({"bias": "nothing"}, "bias: allowed: one of candidate-set, "),
        ({"bias": 3}, "bias: allowed: one of candidate-set, "),
        ({"bias": {"kind": "pair-flip", "rank": 2}}, "bias.rank: no such parameter; allowed: rate."),
        (
            {"framework": {"loss": "cross-entropy"}},
            "framework.loss: allowed: a loss that reads sets (average, ",
        ),
        ({"framework": {"k": "all"}}, "framework.k: allowed: a whole number from 1 "),
        ({"training": {"epochs": 0}}, "training.epochs: allowed: a whole number from 1 to 200; got 0."),
        (
            {"training": {"learning_rate": 0}},
            "training.learning_rate: allowed: a number above 0 to 1; got 0.",
        ),
        ({"training": {"warmup": 1}}, "training.warmup: no such parameter; allowed: optimizer, "),
        ({"training": 3}, "training: allowed: "),
        ({"replicates": 65}, "replicates: allowed: a whole number from 1 to 64; got 65."),
        ({"replicates": None}, "replicates: allowed: a whole number from 1 to 64; got None."),
        ({"seed": -1}, "seed: allowed: a whole number from 0 to 2147483647; got -1."),
        ({"seed": 1.5}, "seed: allowed: a whole number from 0 to 2147483647; got 1.5."),
        ({"nothing": 1}, "nothing: no such parameter; allowed: dataset, bias, framework, student, "),
        ("nothing", "experiment: "),
        (
            {"student": {"kind": "mlp", "width": "wide"}},
            "student.width: allowed: a whole number from 2 to 1024; got wide.",
        ),
    ],
)
def test_a_bad_experiment_is_refused_with_a_sentence(config, sentence):
    with pytest.raises(Invalid) as caught:
        Experiment.parse(config)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_a_sweep_is_every_combination():
    sweep = Sweep.parse(
        {"experiment": quick(), "vary": {"framework.loss": ["cc", "average"], "bias.rank": [1, 2]}}
    )
    made = [(one.framework.loss.kind(), one.bias.rank) for one in sweep.experiments()]
    assert made == [("cc", 1), ("cc", 2), ("average", 1), ("average", 2)]
    assert all(one.dataset == quick().dataset for one in sweep.experiments())


def test_another_kind_starts_from_its_own_defaults_and_the_same_keeps_its_fields():
    experiment = quick(bias={"kind": "demotion", "rank": 2})
    swept = Sweep.parse(
        {"experiment": experiment, "vary": {"bias": ["demotion", "pair-flip", "fixed-rival"]}}
    )
    assert [dict(one.bias) for one in swept.experiments()] == [
        {"rank": 2, "decay": 0.6},
        {"rate": 0.45},
        {"rate": 1.0, "decay": 0.6, "turned": False},
    ]


@pytest.mark.parametrize(
    ("vary", "sentence"),
    [
        ({}, "vary: allowed: one or two fields; got 0."),
        ({"seed": [1], "replicates": [1], "student": ["mlp"]}, "vary: allowed: one or two fields; got 3."),
        ({"bias.rank": [1, 99]}, "bias.rank: allowed: "),
        ({"bias.rate": [0.5]}, "bias.rate: no such parameter; allowed: rank, decay."),
        ({"nothing": [1]}, "nothing: no such parameter"),
    ],
)
def test_a_bad_sweep_is_refused_with_a_sentence(vary, sentence):
    with pytest.raises(Invalid) as caught:
        Sweep.parse({"experiment": quick(), "vary": vary}).experiments()
    assert str(caught.value).startswith(sentence)


SWEPT = [
    {},
    {"framework": {"loss": "proden"}},
    {"framework": "soft-labels"},
    {"framework": "soft-labels", "bias": "one-hot"},
    {"framework": {"kind": "incomplete-supervision", "rounds": 2}},
    {"framework": {"kind": "additive-noise", "target": "top-k"}, "student": "linear"},
    {"training": {"epochs": 1}},
    {"replicates": 3},
    {"seed": 4},
]


@pytest.mark.slow
@pytest.mark.parametrize("dataset", ["digits", RING], ids=["digits", "ring"])
def test_a_sweep_is_its_separate_runs_exactly(dataset):
    experiments = [quick(**{"dataset": dataset, **fields}) for fields in SWEPT]
    for together, experiment in zip(run_sweep(experiments), experiments, strict=True):
        assert numbers(together) == numbers(run(experiment))


def test_a_sweep_over_datasets_of_other_classes():
    """Same number of examples and features, other classes."""
    sweep = Sweep.parse({"experiment": quick(bias="one-hot"), "vary": {"dataset.ring_classes": [3, 5, 20]}})
    results = run_sweep(sweep)
    assert [len(result.class_names) for result in results] == [3, 5, 20]
    assert [numbers(one) for one in results] == [numbers(run(one)) for one in sweep.experiments()]


def test_a_sweep_shares_splits_and_ground_truth_students(monkeypatch):
    drawn = []
    split = Digits.split

    def counted(self, *, generator):
        drawn.append(self)
        return split(self, generator=generator)

    monkeypatch.setattr(Digits, "split", counted)
    experiment = quick(dataset="digits", training={"epochs": 1})
    results = run_sweep(Sweep.parse({"experiment": experiment, "vary": {"bias.rank": [1, 2, 5]}}))
    assert len(drawn) == 2
    assert len({result.ground_truth_accuracy.mean for result in results}) == 1
    assert len({json.dumps([one["features"] for one in result.instances]) for result in results}) == 1
    assert len({json.dumps(result.rows) for result in results}) == 3


@pytest.mark.parametrize(
    "framework", ["partial-labels", "incomplete-supervision", "additive-noise", "soft-labels"]
)
def test_a_result_goes_to_json_and_back(framework):
    result = run(quick(framework=framework))
    text = json.dumps(result.model_dump(mode="json"), allow_nan=False)
    assert Result.model_validate(json.loads(text)) == result
    assert Result.model_validate_json(result.model_dump_json()) == result
    assert result.experiment == quick(framework=framework)
    assert run(Experiment.parse(json.loads(text)["experiment"])).rows == result.rows


def test_the_frame_is_tidy():
    result = run(quick(replicates=3))
    frame = result.frame()
    assert len(frame) == 3
    assert list(frame["replicate"]) == [0, 1, 2]
    assert set(frame["bias"]) == {"demotion"}
    assert set(frame["framework.loss"]) == {"cc"}
    assert set(frame["training.epochs"]) == {2}
    assert set(frame["k"]) == {3}
    assert frame["student_accuracy"].mean() == pytest.approx(result.student_accuracy.mean)
    assert frame["unreliability"].between(0, 1).all()
    assert frame.map(np.isscalar).all().all()
    assert frame.columns.is_unique


def test_indicators_are_those_of_all_replicates_together():
    experiment = quick(replicates=3, bias={"kind": "candidate-set"}, framework={"k": "support"})
    result = run(experiment)
    labels, truths = [], []
    for i in range(3):
        train = experiment.dataset.split(generator=stream(0, "split", i)).train
        labels.append(experiment.bias.soft_labels(train, generator=stream(0, "labels", i)))
        truths.append(train.targets)
    expected = measure(np.concatenate(labels), np.concatenate(truths), "support")
    assert result.indicators == expected
    assert result.bias_indicators == expected
    assert result.indicators["n"] == 600
    for row, one, truth in zip(result.rows, labels, truths, strict=True):
        assert row["ambiguity"] == measure(one, truth, "support")["ambiguity"]
    largest = max(m for t, row in enumerate(result.cooccurrence) for i, m in enumerate(row) if i != t)
    assert largest == pytest.approx(result.indicators["largest_cooccurrence"])


def test_what_a_student_made_of_it_is_no_independent_draw():
    """Pseudo-labels of several replicates are not pooled: the interval would be too narrow."""
    result = run(quick(framework="incomplete-supervision"))
    assert result.indicators["n"] == 200


def test_indicators_are_of_what_is_shown():
    """Noise is in the indicators, and not in those of the bias type."""
    noise = {"kind": "additive-noise", "scale": 5.0, "target": "top-k", "k": 1}
    result = run(quick(bias="one-hot", framework=noise))
    assert result.bias_indicators["unreliability"] == 0
    assert result.indicators["unreliability"] > 0.5
    assert result.indicators["k"] == result.bias_indicators["k"] == 1


def test_one_replicate_has_no_interval():
    result = run(quick(replicates=1))
    for estimate in (result.student_accuracy, result.ground_truth_accuracy):
        assert (estimate.low, estimate.high, estimate.replicates) == (None, None, 1)
    assert result.indicators["intervals"]["ambiguity"]


@pytest.mark.parametrize("values", [[0.9, 0.8], [0.2, 0.3, 0.7, 0.5], [1.0, 1.0, 0.98]])
def test_the_interval_over_replicates_is_student_s(values):
    estimate = Estimate.of(values)
    low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
    assert estimate.mean == pytest.approx(np.mean(values))
    assert (estimate.low, estimate.high) == pytest.approx((max(0, low), min(1, high)))


def test_rounds_of_incomplete_supervision_are_recorded():
    framework = {"kind": "incomplete-supervision", "rounds": 2, "labelled": 0.1}
    result = run(quick(framework=framework, bias="one-hot"))
    assert [(row["round"], row["replicate"]) for row in result.rounds] == [
        (r, i) for r in range(3) for i in range(2)
    ]
    for row in result.rounds:
        measured = {"unreliability", "ambiguity", "total", "label_accuracy"} <= set(row)
        assert measured == (row["round"] > 0)
        assert 0 <= row["student_accuracy"] <= 1
    last = [row["student_accuracy"] for row in result.rounds if row["round"] == 2]
    assert last == [row["student_accuracy"] for row in result.rows]
    assert run(quick()).rounds == []


def test_no_round_is_the_labelled_part_only():
    result = run(quick(framework={"kind": "incomplete-supervision", "rounds": 0, "labelled": 0.1}))
    assert result.indicators["n"] == 20
    assert len(result.curves) == 2 * 2 * 2


def test_curves_and_instances():
    result = run(quick(training={"epochs": 3}))
    assert [(row["student"], row["replicate"], row["epoch"]) for row in result.curves] == [
        (student, i, epoch) for student in ("shown", "truth") for i in range(2) for epoch in (1, 2, 3)
    ]
    finals = [row["accuracy"] for row in result.curves if row["student"] == "shown" and row["epoch"] == 3]
    assert finals == [row["student_accuracy"] for row in result.rows]
    assert {one["truth"] for one in result.instances} == set(range(5))
    for one in result.instances:
        assert sum(one["soft_label"]) == pytest.approx(1, abs=1e-5)
        assert one["soft_label"][one["truth"]] == sorted(one["soft_label"])[-3]
        assert sum(mass > 0 for mass in one["shown"]) == 3


@pytest.mark.parametrize(
    "dataset", [one for one in catalogue(Dataset).values() if not one.needs_files], ids=label
)
def test_every_dataset_runs_by_default(dataset):
    result = run(Experiment.parse({"dataset": dataset.kind(), "replicates": 1, "training": {"epochs": 1}}))
    assert result.class_names == dataset().class_names
    assert result.bayes_accuracy == dataset().bayes_accuracy
    assert len(result.cooccurrence) == dataset().classes


def test_progress_rises_to_one_through_all_rounds():
    seen = []
    framework = {"kind": "incomplete-supervision", "rounds": 2}
    run_sweep([quick(framework=framework), quick(), quick(student="linear")], on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[0] < 0.3
    assert seen[-1] == pytest.approx(1)
    assert max(seen) <= 1 + 1e-9


def test_cancel():
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        run(quick(), cancel=cancel)


# What the labels must do to the student, on digits with the default student (science.md, measured).
FINDINGS = {
    "clean": {"bias": "one-hot", "framework": "soft-labels"},
    "demoted, set-aware": {"bias": "demotion", "framework": "partial-labels"},
    "demoted, at its word": {"bias": {"kind": "demotion", "decay": 0.5}, "framework": "soft-labels"},
    "random rivals": {"bias": {"kind": "demotion", "rank": 2}, "framework": {"k": 2}},
    "a fixed rival": {"bias": "fixed-rival", "framework": {"k": 2}},
    "below the line": {
        "bias": {"kind": "candidate-set", "unreliability": 0.3, "ambiguity": 0.3},
        "framework": {"k": "support"},
    },
    "on the line": {
        "bias": {"kind": "candidate-set", "unreliability": 0.5, "ambiguity": 0.5},
        "framework": {"k": "support"},
    },
}


@pytest.fixture(scope="module")
def findings():
    experiments = [Experiment.parse({**fields, "replicates": 3}) for fields in FINDINGS.values()]
    return dict(zip(FINDINGS, run_sweep(experiments), strict=True))


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("clean", 0.955, 1),
        ("demoted, set-aware", 0.94, 1),
        ("demoted, at its word", 0, 0.45),
        ("random rivals", 0.94, 1),
        ("a fixed rival", 0, 0.6),
        ("below the line", 0.83, 1),
        ("on the line", 0, 0.2),
    ],
)
def test_what_becomes_of_the_student(findings, name, low, high):
    assert low <= findings[name].student_accuracy.mean <= high


def test_a_bad_teacher_and_the_degrees(findings):
    """Same label accuracy and unreliability, 0 and 0: the ambiguity degree tells the fates apart."""
    for name in ("demoted, set-aware", "random rivals", "a fixed rival"):
        assert findings[name].indicators["label_accuracy"] == 0
        assert findings[name].indicators["unreliability"] == 0
    assert findings["a fixed rival"].indicators["ambiguity"] == 1
    assert findings["random rivals"].indicators["ambiguity"] < 0.2
    assert findings["on the line"].indicators["total"] == pytest.approx(1, abs=0.1)
    assert findings["below the line"].indicators["total"] < 0.8
    assert len({result.ground_truth_accuracy.mean for result in findings.values()}) == 1
