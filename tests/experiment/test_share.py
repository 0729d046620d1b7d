"""Links: there and back for any experiment; a broken one still opens and says what it could not use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softlabel_core import Experiment, Invalid, catalogue
from softlabel_core.experiment.link import MOST, inside, parse, query, short, unknown
from softlabel_core.plugin import plugin_type
from softlabel_core.training.train import Training
from tests.declared import FAMILIES, inner, numeric, variants
from tests.experiment import hostile


def mixtures(cls, classes):
    """Plug-ins of the class with any two fields changed that go together."""
    alone = variants(cls, classes)
    found = list(alone)
    for one in alone[1:]:
        for other in alone[1:]:
            changed = {name: value for name, value in other if value != cls.model_fields[name].default}
            try:
                found.append(one.replace(**changed))
            except Invalid:  # not together
                continue
    return found


def members(family, classes=None):
    return [one for cls in catalogue(FAMILIES[family]).values() for one in mixtures(cls, classes)]


DATASETS = [(one, one.classes) for one in members("datasets")]
CLASSES = {classes for _, classes in DATASETS}
PARTS = {"bias": "biases", "framework": "frameworks", "student": "students"}
CHOICES = {(part, c): members(family, c) for part, family in PARTS.items() for c in CLASSES}


def blind(one):
    """Whether it sees nothing but images."""
    return getattr(one, "needs_images", False)


@st.composite
def configs(draw):
    """Valid experiments, not yet built: the checks of shapes use a random number, which no strategy may."""
    dataset, classes = draw(st.sampled_from(DATASETS))
    seen = dataset.image_shape is not None
    parts = {
        part: draw(st.sampled_from([one for one in CHOICES[part, classes] if seen or not blind(one)]))
        for part in PARTS
    }
    training = {name: draw(st.sampled_from(inner(field))) for name, field in Training.model_fields.items()}
    numbers = {"replicates": draw(st.integers(1, 64)), "seed": draw(st.integers(0, 2**31 - 1))}
    return {"dataset": dataset, "training": training, **parts, **numbers}


@given(configs())
def test_there_and_back(config):
    experiment = Experiment.parse(config)
    link = query(experiment)
    assert len(link) < MOST / 2
    assert all(isinstance(value, str) for value in link.values())
    assert link["v"] == "1"
    again, problems = parse(link)
    assert problems == []
    assert again == experiment
    assert again.key() == experiment.key()
    assert query(again) == link


@given(configs())
def test_a_short_link_means_the_same(config):
    experiment = Experiment.parse(config)
    assert parse(short(experiment)) == (experiment, [])
    assert len(short(experiment)) <= len(query(experiment))


def test_a_short_link_leaves_out_what_is_default():
    assert short(Experiment()) == {"v": "1"}
    cliff = {
        "bias": {"kind": "candidate-set", "ambiguity": 0.5},
    }
    changed = {"bias": "candidate-set", "bias.ambiguity": "0.5", "framework.k": "support"}
    assert short(Experiment.parse({**cliff, "framework": {"kind": "partial-labels", "k": "support"}})) == {
        "v": "1",
        **changed,
    }


def test_a_link_carries_a_second_experiment_and_names_what_is_unknown():
    link = {"v": "1", "seed": "4", "a.seed": "5", "a.bias.rank": "2", "ds": "evil", "lang": "zh"}
    assert parse(inside(link, "a"))[0] == Experiment.parse(
        {"seed": 5, "bias": {"kind": "demotion", "rank": 2}}
    )
    assert unknown(link, ("lang", "a")) == ["ds"]


@given(configs(), st.randoms(use_true_random=False))
def test_the_order_of_parameters_does_not_matter(config, random):
    experiment = Experiment.parse(config)
    names = list(query(experiment))
    random.shuffle(names)
    shuffled = {name: query(experiment)[name] for name in names}
    assert parse(shuffled) == (experiment, [])


@given(configs(), st.data())
def test_what_is_left_out_has_its_default(config, data):
    experiment = Experiment.parse(config)
    link = query(experiment)
    dropped = data.draw(
        st.sampled_from([name for name in link if name.startswith("training.") or name == "seed"])
    )
    del link[dropped]
    again, problems = parse(link)
    assert problems == []
    value, default = (query(one).get(dropped) for one in (again, Experiment()))
    assert value == default
    assert {**query(again), dropped: ""} == {**query(experiment), dropped: ""}


def test_nothing_is_the_default():
    assert parse({}) == (Experiment(), [])
    assert parse({"v": "1"}) == (Experiment(), [])


@given(
    configs(), st.data(), st.sampled_from(["evil", "nan", "1e99", "", "-1e99", "<script>", "1,5", "x" * 500])
)
def test_a_bad_number_keeps_its_default_and_everything_else(config, data, garbage):
    experiment = Experiment.parse(config)
    link = query(experiment)
    fields = {
        name: cls.model_fields[name.rpartition(".")[2]]
        for name in link
        if name != "v" and not isinstance(cls := owner(experiment, name), str)
    }
    name = data.draw(st.sampled_from([name for name, field in fields.items() if numeric(field)]))
    again, problems = parse({**link, name: garbage})
    expected, rest = parse({other: value for other, value in link.items() if other != name})
    assert again == expected
    assert len(problems) == 1 + len(rest)
    assert any(one.startswith(f"{name}: allowed: ") for one in problems)
    assert all(one.endswith(".") and "\n" not in one and len(one) < 400 for one in problems)


def owner(experiment, name):
    """The class that declares the field at the path, or its name if it holds a plug-in."""
    value = experiment
    for part in name.split(".")[:-1]:
        value = getattr(value, part)
    cls = type(value)
    return name if plugin_type(cls.model_fields[name.rpartition(".")[2]]) else cls


GARBAGE = {
    "dataset": "evil",
    "bias.rank": "99",
    "framework.loss": "cross-entropy",
    "framework.nothing": "1",
    "training.epochs": "many",
    "seed": "-1",
    "v": "99",
}


def test_every_bad_parameter_has_its_sentence_and_the_good_ones_stay():
    experiment, problems = parse({**GARBAGE, "bias.decay": "0.5", "replicates": "3"})
    assert experiment == Experiment.parse({"bias": {"kind": "demotion", "decay": 0.5}, "replicates": 3})
    assert sorted(one.split(":")[0] for one in problems) == sorted(GARBAGE)
    assert "v: allowed: 1; got 99." in problems


def test_parameters_of_others_are_ignored():
    assert parse({"lang": "zh", "utm_source": "x", "page": "../../etc", "data": "1", "Seed": "5"}) == (
        Experiment(),
        [],
    )


@pytest.mark.parametrize(
    "link",
    [
        GARBAGE,
        {"dataset": "gaussian-ring", "dataset.ring_classes": "3", "bias.rank": "9", "framework.k": "9"},
        {"framework": "additive-noise", "framework.loss": "cc", "framework.target": "projection"},
        {"framework": "incomplete-supervision", "framework.pseudo": "top-k", "framework.k": "support"},
        {"framework": "incomplete-supervision", "framework.pseudo": "soft", "framework.loss": "cc"},
    ],
)
def test_nor_does_the_order_of_parameters_that_do_not_go_together(link):
    names = list(link)
    first, problems = parse(link)
    for turned in (names[::-1], names[1:] + names[:1], sorted(names)):
        again, others = parse({name: link[name] for name in turned})
        assert again == first
        assert sorted(others) == sorted(problems)


def test_a_link_of_fields_that_need_each_other():
    """A set loss reads what top-k shows; either alone does not go with the defaults."""
    link = {"framework": "additive-noise", "framework.loss": "average", "framework.target": "top-k"}
    experiment, problems = parse(link)
    assert problems == []
    assert (experiment.framework.loss.kind(), experiment.framework.target) == ("average", "top-k")


def test_200_hostile_links_open_what_stands_beside_them():
    """232 of them: each says what it could not use, in a short sentence, and nothing else is lost."""
    assert len({tuple(sorted(link.items())) for link in hostile.LINKS}) == len(hostile.LINKS) == 232
    beside = {"training.epochs": "7", "seed": "11"}
    for link in hostile.LINKS:
        kept = {name: value for name, value in beside.items() if name not in link}
        experiment, problems = parse(kept | link)
        said = query(experiment)
        assert kept.items() <= said.items(), link
        assert 1 <= len(problems) <= MOST + 2, link
        for one in problems:
            assert "allowed: " in one
            assert one.endswith(".")
            assert "\n" not in one
            assert len(one) < 400
        assert all(len(one) < 400 for one in said.values())


def test_hostile_words_are_refused_where_no_link_says_them():
    """By the command line and by a file: numbers, lists and nesting of JSON, beside the texts of links."""
    for words in hostile.WORDS:
        with pytest.raises(Invalid) as caught:
            Experiment.parse(words)
        assert len(str(caught.value)) < 400, words


def test_a_link_of_more_parameters_than_there_are_says_so():
    experiment, problems = parse({"seed": "5"} | {f"bias.x{number}": "1" for number in range(1000)})
    assert experiment == Experiment(seed=5)
    assert f"link: allowed: {MOST} parameters at most; got 1001." in problems
    assert len(problems) == MOST  # one for each that was looked at but the seed, and that
