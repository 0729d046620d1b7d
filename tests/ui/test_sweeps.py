"""Sweeps of the Observatory without a browser: the command line's own, live, pinned, taken along."""

import io
import json
import shlex
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from softlabel_core import Experiment, Sweep, run
from softlabel_core.__main__ import _assignment, _experiment, _parser
from softlabel_core.atlas import lookup
from softlabel_core.atlas.light import light
from softlabel_core.atlas.plan import along
from softlabel_core.experiment.change import changed_at
from softlabel_core.experiment.spec import span
from softlabel_core.frameworks import losses_reading
from softlabel_core.indicators import Indicator
from softlabel_core.plugin import Invalid, catalogue
from tests.ui.test_app import ROOT, in_address, sound
from tests.waiting import PATIENCE, wait_until
from ui import jobs
from ui.live import sweeps
from ui.taken import exports
from ui.trails import ENOUGH, MOST, asked, others, paths, pin, pinned, planned, thinned, trail
from ui.words import observatory as words

pytestmark = pytest.mark.usefixtures("worker")

QUICK = {"replicates": 1, "training": {"epochs": 1}}
FLIP = Experiment.parse({"bias": "pair-flip"})
FEW = {"bias.rate": [0.0, 0.05, 0.1, 0.15, 0.2]}
IDLE = {"points": [], "left": 5, "begun": 0, "failed": 0, "problem": ""}

CHOICES = [
    ({"bias": "pair-flip"}, ("bias.rate",)),
    ({"bias": "pair-flip", "seed": 7, "training": {"epochs": 3, "momentum": 0.5}}, ("bias.rate",)),
    ({"bias": "candidate-set"}, ("bias.unreliability",)),
    ({"bias": "candidate-set"}, ("bias.unreliability", "bias.ambiguity")),
    ({"bias": "pair-flip"}, ("bias.rate", "framework.loss")),
    ({"bias": "demotion"}, ("bias.rank", "framework.k")),
    ({"dataset": "moons", "bias": "pair-flip", "replicates": 2}, ("framework.k", "bias.rate")),
    (
        {"framework": {"kind": "soft-labels", "loss": {"kind": "cross-entropy", "temperature": 2}}},
        ("bias.decay",),
    ),
]


def swept(config: dict[str, Any], varied: tuple[str, ...]) -> Sweep:
    sweep = planned(Experiment.parse(config), varied)
    assert sweep is not None
    return sweep


def keys(sweep: Sweep) -> list[str]:
    return [one.key() for one in sweep.experiments(skip=True)]


@pytest.mark.parametrize(("config", "varied"), CHOICES)
def test_the_command_line_is_told_the_same_sweep(config: dict[str, Any], varied: tuple[str, ...]) -> None:
    """As it reads them word by word: the same runs by their keys, and the impossible left out of both."""
    sweep = swept(config, varied)
    program, *arguments = shlex.split(exports.sweep_command(sweep))
    options = _parser().parse_args(arguments)
    told = dict(_assignment("--vary", one) for one in options.vary)
    read = Sweep.parse({"experiment": _experiment(options), "vary": {n: span(v) for n, v in told.items()}})
    assert program == "softlabel"
    assert [one.key() for one in read.experiments(skip=options.skip)] == keys(sweep)


@pytest.mark.parametrize(("config", "varied"), CHOICES)
def test_the_script_runs_the_same_sweep(
    config: dict[str, Any], varied: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Asked(Exception):
        """With the experiments that the script wants run."""

    def asks(experiments: list[Experiment]) -> None:
        raise Asked([one.key() for one in experiments])

    monkeypatch.setattr("softlabel_core.run_sweep", asks)
    sweep = swept(config, varied)
    with pytest.raises(Asked) as caught:
        exec(exports.sweep_script(sweep), {})  # noqa: S102 - our own script
    assert caught.value.args[0] == keys(sweep)


def test_a_sweep_is_the_same_wherever_one_stands_on_it() -> None:
    one, other = (planned(changed_at(FLIP, "bias.rate", rate), ("bias.rate",)) for rate in (0.3, 0.77))
    assert one == other
    assert sweeps.offer(one)[0] == sweeps.offer(other)[0]
    assert {value for value, _ in trail(FLIP, "bias.rate")} <= set(one.vary["bias.rate"])
    assert sweeps.offer(one)[1] == 0  # the atlas has them all
    assert sweeps.offer(planned(FLIP, ("bias.rate", "framework.k")))[1] > 0


def test_training_sizes_are_the_same_wherever_a_sweep_stands() -> None:
    path = "dataset.train_size"
    for dataset, least, most in (
        ("digits", 100, 1198),
        ("gaussian-ring", 100, 3200),
        ("cifar100", 200, 5000),
    ):
        chosen = Experiment.parse({"dataset": dataset})
        sweep = planned(chosen, (path,))
        sizes = sweep.vary[path]
        assert (sizes[0], sizes[-1]) == (least, most)
        assert sizes == sorted(sizes)
        assert [one.dataset.train_size for one in sweep.experiments()] == sizes
        few = chosen.replace(dataset=chosen.dataset.replace(train_size=sizes[1]))
        assert planned(few, (path,)).vary == sweep.vary


def test_what_a_link_wants_varied_is_checked() -> None:
    assert asked(FLIP, None) == asked(FLIP, "") == asked(FLIP, "evil,bias.rate") == ()
    assert asked(FLIP, "bias.rate") == asked(FLIP, "bias.rate,evil") == ("bias.rate",)
    assert asked(FLIP, "bias.rate,bias.rate") == asked(FLIP, "bias.rate,seed") == ("bias.rate",)
    assert asked(FLIP, "bias.rate,framework.loss") == ("bias.rate", "framework.loss")
    assert others(FLIP, "bias.rate") == ["framework.k", "dataset.train_size", "framework.loss"]


def test_two_fields_make_a_bounded_plane() -> None:
    rates, sizes = [round(0.05 * i, 9) for i in range(21)], list(range(1, 11))
    for one, other in ((rates, rates), (rates, sizes), (sizes, sizes[:1]), (sizes * 3, sizes * 3)):
        few, many = thinned(one, other)
        assert len(few) * len(many) <= MOST
        assert min(len(few), len(many)) >= min(ENOUGH, len(one), len(other))
        assert (few[0], many[0]) == (one[0], other[0])
    assert [part[-1] for part in thinned(rates, sizes)] == [1.0, 10]
    losses = losses_reading("sets")
    assert swept({"bias": "pair-flip"}, ("bias.rate", "framework.loss")).vary["framework.loss"] == losses


def test_what_is_not_possible_is_refused_or_left_out() -> None:
    sweep = Sweep.parse({"vary": {"bias.rank": [2, 99], "framework.k": [1, 2]}})
    with pytest.raises(Invalid, match=r"bias\.rank"):
        sweep.experiments()
    assert [values for values, _ in sweep.points(skip=True)] == [(2, 1), (2, 2)]
    with pytest.raises(Invalid, match=r"bias\.rank"):
        Sweep.parse({"vary": {"bias.rank": [99]}}).experiments(skip=True)


def few(seed: int) -> tuple[Experiment, str]:
    """A sweep of five short runs that no atlas has."""
    chosen = Experiment.parse({"bias": "pair-flip", "seed": seed, **QUICK})
    key, count = sweeps.offer(Sweep.parse({"experiment": chosen, "vary": FEW}))
    assert count == 5
    return chosen, key


def test_a_sweep_trains_what_is_missing_a_few_at_a_time() -> None:
    """Its points are the core's; who only looks starts nothing; who stops leaves the queue."""
    wait_until(lambda: not jobs.every().busy)  # with what other tests began
    chosen, key = few(seed=6)
    for who in ("me", "a stranger"):
        assert sweeps.standing(key, who, "en") == IDLE
    assert not jobs.every().busy
    sweeps.begin(key, "me")
    assert sweeps.standing(key, "a stranger", "en") == IDLE
    assert sweeps.standing(key, "me", "en")["begun"] == sweeps.AHEAD
    assert sum(job.alive for job in jobs.every()._alive) <= sweeps.AHEAD
    wait_until(lambda: not sweeps.standing(key, "me", "en")["left"])
    points = sweeps.standing(key, "me", "en")["points"]
    assert [list(one["values"]) for one in points] == [[rate] for rate in FEW["bias.rate"]]
    for one in points[::2]:
        result = run(changed_at(chosen, "bias.rate", *one["values"]), device="cpu")
        assert one["accuracy"][0] == pytest.approx(result.student_accuracy.mean, abs=1e-6)
        assert one["x"]["total"] == pytest.approx(result.indicators["total"])
    assert sweeps.standing("evil", "me", "en") is None


def test_a_sweep_is_left_by_who_stops_it() -> None:
    chosen = Experiment.parse({"bias": "pair-flip", "replicates": 64, "training": {"epochs": 40}})
    key, _ = sweeps.offer(planned(chosen, ("bias.rate",)))
    sweeps.begin(key, "me")
    assert sweeps.standing(key, "me", "en")["begun"] > 0
    sweeps.stop(key, "me")
    assert sweeps.standing(key, "me", "en")["begun"] == 0
    wait_until(lambda: not jobs.every().busy)


def test_points_are_taken_along_with_their_origin_and_intervals() -> None:
    """Precomputed beside live ones, each with its own replicates, seed and key."""
    values = [*along(FLIP.bias, "rate", 10, 4)[:2], 0.33]
    chosen = FLIP.replace(replicates=2)
    sweep = Sweep.parse({"experiment": chosen, "vary": {"bias.rate": values}})
    key, count = sweeps.offer(sweep)
    assert count == 1
    sweeps.begin(key, "me")
    wait_until(lambda: not sweeps.standing(key, "me", "en")["left"])
    told = sweeps.standing(key, "me", "en")["points"]
    rows = [one.get("row") for one in told]
    assert [light()["columns"]["accuracy"][row] for row in rows[:2]] == [
        one["accuracy"][0] for one in told[:2]
    ]
    assert rows[2] is None
    table = pd.read_csv(io.StringIO(exports.sweep_csv(["bias.rate"], sweeps.results(key))))
    assert list(table["bias.rate"]) == values
    assert list(table["source"]) == ["precomputed", "precomputed", "live"]
    entry, live = (
        lookup.find(chosen.replace(bias={"kind": "pair-flip", "rate": values[1]})),
        run(chosen.replace(bias={"kind": "pair-flip", "rate": 0.33}), device="cpu"),
    )
    for row, result in ((1, entry.result), (2, live)):
        said = table.iloc[row]
        assert (said["key"], said["replicates"]) == (result.key, result.experiment.replicates)
        for name in ("student_accuracy", "ground_truth_accuracy"):
            estimate = getattr(result, name)
            ends = [said[f"{name}{end}"] for end in ("", "_low", "_high")]
            assert ends == pytest.approx([estimate.mean, estimate.low, estimate.high], abs=1e-6)
        for cls in catalogue(Indicator).values():
            name = cls.key()
            assert said[name] == pytest.approx(result.indicators[name], abs=1e-6, nan_ok=True)
            for end, one in zip(("low", "high"), result.indicators["intervals"].get(name, ()), strict=False):
                assert said[f"{name}_{end}"] == pytest.approx(one, abs=1e-6)


@pytest.mark.parametrize(("config", "varied"), CHOICES)
def test_a_pinned_trail_is_in_a_link(config: dict[str, Any], varied: tuple[str, ...]) -> None:
    path = varied[0]
    said = pin(Experiment.parse(config), path)
    found, along_path = pinned(said) or (None, "")
    assert along_path == path
    assert planned(found, (path,)) == swept(config, (path,))
    assert pinned("") is pinned("evil") is pinned("bias.rate~bias~evil~x") is None
    assert words.pinned("zh", found, path).startswith("已固定：")


# The page


def explore(**parameters: str) -> AppTest:
    app = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    for name, value in {"bias": "pair-flip", "auto": "0", **parameters}.items():
        app.query_params[name] = value
    return sound(app.run().switch_page("../pages/explore.py").run())


def told(app: AppTest, name: str) -> dict[str, Any]:
    """What the component is told that knows `name`."""
    every = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    return next((one for one in every if isinstance(one, dict) and name in one), {})


def test_a_second_field_is_chosen_below_the_figure() -> None:
    """Nothing stands there where no sweep was asked for; the plane's runs begin, and it is in the link."""
    quick = {"replicates": "1", "training.epochs": "1", "seed": "31"}
    assert not told(explore(**quick), "copied")
    app = explore(vary="bias.rate", **quick)
    assert "--vary bias.rate=0.0:1.0:21" in told(app, "copied")["text"]
    assert not told(app, "shape")
    app.selectbox(key="sweep/second").set_value("framework.k").run()
    assert in_address(sound(app))["vary"] == "bias.rate,framework.k"
    plane = told(app, "shape")
    assert plane["goes"]
    shape = plane["shape"]
    assert len(shape["xs"]) * len(shape["ys"]) == len(shape["possible"]) <= MOST
    assert shape["ys"][0] == [10, "10"]  # numbers go upwards
    assert shape["now"] == [0.45, 3]
    assert told(app, "sentence")["sweep"]["path"] == "bias.rate"
    app.selectbox(key="sweep/second").set_value("").run()
    assert in_address(sound(app))["vary"] == "bias.rate"
    assert not told(app, "shape")


def test_a_pinned_trail_stays_where_one_goes_on() -> None:
    """Its name, whose it is, and where its points are asked; nothing of a link that names nothing."""
    said = pin(FLIP, "bias.rate")
    here = told(explore(trail=said), "sentence")["pinned"]
    assert (here["here"], here["same"], here["joined"]) == (True, "bias.rate", True)
    assert here["said"] == "pinned: Pair flip, CC, by rate"
    elsewhere = told(explore(trail=said, framework="soft-labels"), "sentence")["pinned"]
    assert (elsewhere["here"], elsewhere["same"]) == (True, None)
    assert not told(explore(trail=said, dataset="moons"), "sentence")["pinned"]["here"]
    assert told(explore(trail="evil~x"), "sentence")["pinned"] is None
    assert told(explore(), "sentence")["pinned"] is None


def test_a_cell_is_loaded_stopped_and_begun_from_the_page() -> None:
    """What the table tells; a hostile browser loads nothing that is no point of the sweep."""
    said = {"kind": "candidate-set", "unreliability": 0.3, "ambiguity": 0.6}
    chosen, varied = Experiment.parse({"bias": said}), ("bias.unreliability", "bias.ambiguity")
    key, _ = sweeps.offer(planned(chosen, varied))
    values = [(x, y) for (x, y), _ in sweeps.runs(key)]
    (x, y), other = values[-1], (0.5, 0.51)
    assert other not in values

    def page(what, value, chosen, varied):  # run by its source, away from this module's names
        from ui import state
        from ui.views import sweep

        state.open_session()
        state.load(chosen)
        sweep._done(chosen, varied, what, value)

    def done(what: str, value: object) -> AppTest:
        args = (what, value, chosen, varied)
        return sound(AppTest.from_function(page, default_timeout=PATIENCE, args=args).run())

    assert done("load", list(other)).session_state["choice"].experiment == chosen
    assert done("load", "evil").session_state["choice"].experiment == chosen
    loaded = done("load", [x, y]).session_state["choice"].experiment
    assert loaded == chosen.replace(bias={"kind": "candidate-set", "unreliability": x, "ambiguity": y})
    visitor = done("go", key).session_state["visitor"]
    assert sweeps.goes(key, visitor)
    sweeps.stop(key, visitor)


def test_fields_that_can_be_varied_have_values() -> None:
    for kind in ("pair-flip", "demotion", "candidate-set", "skillful-bad-teacher", "label-smoothing"):
        chosen = Experiment.parse({"bias": kind})
        for path in paths(chosen):
            assert len(planned(chosen, (path,)).vary[path]) > 1, path
