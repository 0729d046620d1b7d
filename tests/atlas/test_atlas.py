"""The atlas: look-ups, staleness, a build that goes on, and entries that agree with fresh runs."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from softlabel_core import Experiment, Result, run_sweep
from softlabel_core.__main__ import main
from softlabel_core.atlas import build, lookup, plan
from softlabel_core.atlas.build import Pending
from softlabel_core.atlas.lookup import Atlas
from softlabel_core.biases import Bias
from softlabel_core.experiment import resume, science
from softlabel_core.indicators.entropy import Entropy
from softlabel_core.plugin import Plugin, catalogue
from softlabel_core.teaching.presets import PRESETS

CHEAP = ("gaussian-ring", "spiral", "moons", "digits")


def _rival(**fields: object) -> Experiment:
    return Experiment.parse({"bias": {"kind": "fixed-rival", **fields}})


@contextmanager
def raised(monkeypatch: pytest.MonkeyPatch, plugin: Plugin) -> Iterator[None]:
    """As if somebody had changed what this plug-in computes."""

    def forget() -> None:
        science.numbers.cache_clear()
        lookup._changes.cache_clear()

    with monkeypatch.context() as patched:
        patched.setattr(type(plugin), "science", type(plugin).science + 1)
        forget()
        yield
    forget()


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> list[Experiment]:
    """A plan of two experiments of one epoch, so that a whole build takes a second."""
    short = {"replicates": 2, "training": {"epochs": 1}}
    made = [Experiment.parse({**short, "bias": {"kind": "fixed-rival", "rate": rate}}) for rate in (0.2, 0.8)]
    monkeypatch.setattr(plan, "experiments", lambda: made)
    return made


def test_both_sides_of_every_preset_are_there_whole() -> None:
    for preset in PRESETS.values():
        for side in filter(None, (preset.experiment, preset.twin)):
            entry = lookup.find(side)
            assert entry is not None, preset.id
            assert entry.experiment == side
            assert entry.result.curves
            assert entry.result.instances


def test_the_committed_atlas_is_whole_and_of_this_science() -> None:
    """If this fails after a change of the science: `softlabel atlas`, then commit the file."""
    pending = build.pending()
    assert not pending.missing
    assert not pending.stale


def test_an_entry_answers_whatever_the_replicates_and_the_seed() -> None:
    side = PRESETS["clean"].experiment
    found = lookup.find(side.replace(replicates=2, seed=77))
    assert found is not None
    assert (found.experiment.replicates, found.experiment.seed) == (side.replicates, side.seed)


def test_a_field_that_makes_no_difference_makes_none_here() -> None:
    side = PRESETS["no-cliff"].experiment
    assert "k" in side.framework.idle()
    idle = side.replace(framework=side.framework.replace(k=7))
    assert idle != side
    assert lookup.find(idle) is lookup.find(side) is not None


def test_what_is_not_there_is_not_made_up() -> None:
    assert lookup.find(_rival(rate=0.777)) is None
    assert lookup.find(Experiment.parse({"student": {"kind": "mlp", "width": 63}})) is None
    assert lookup.near(Experiment.parse({"student": {"kind": "mlp", "width": 63}})) is None


def test_the_nearest_entry_says_by_what_it_differs() -> None:
    near = lookup.near(_rival(rate=0.777))
    assert near is not None
    entry, differences = near
    assert differences == {"bias.rate": (0.777, 0.8)}
    assert entry.experiment.bias.rate == 0.8
    same = lookup.near(_rival(rate=0.8))
    assert same is not None
    assert same == (entry, {})


def test_the_nearest_entry_is_never_of_another_kind() -> None:
    for one in plan.experiments()[::50]:
        bias = one.bias
        name, ticks = plan.steps(bias, one.dataset.classes)
        if not name or len(ticks) < 2:
            continue
        moved = one.replace(bias=bias.replace(**{name: ticks[0]}))
        near = lookup.near(moved)
        if near is not None:
            for part in ("dataset", "bias", "framework", "student"):
                assert getattr(near[0].experiment, part).kind() == getattr(moved, part).kind()
            assert near[0].experiment.framework.loss == moved.framework.loss


def test_values_walk_one_field_in_order() -> None:
    walked = lookup.values(_rival(rate=0.777), "bias.rate")
    rates = [value for value, _ in walked]
    assert len(rates) >= 11
    assert rates == sorted(rates)
    for rate, entry in walked:
        assert entry.experiment.bias == _rival(rate=rate).bias
    losses = [value for value, _ in lookup.values(_rival(rate=1), "framework.loss")]
    assert "cc" in losses


def test_the_light_table_names_entries() -> None:
    table = lookup.entries("digits")
    assert set(table["dataset"]) == {"digits"}
    one = table.iloc[len(table) // 2]
    entry = lookup.entry(one["key"])
    assert entry is not None
    assert entry.result.student_accuracy.mean == one["accuracy"]
    assert entry.result.indicators["total"] == one["total"]
    assert not set(lookup.HIDDEN) & set(table.columns)


def _trained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path) -> int:
    """How many experiments a build trains as a whole."""
    seen: list[Experiment] = []

    def counted(asked: list[Experiment], **options: object) -> list[Result]:
        seen.extend(asked)
        return run_sweep(asked)

    with monkeypatch.context() as patched:
        patched.setattr(resume, "run_sweep", counted)
        build.build(tmp_path, file)
    return len(seen)


def test_entries_that_are_stale_by_an_indicator_alone_are_measured_again_and_not_trained(
    tmp_path: Path, two: list[Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "atlas.parquet"
    assert _trained(monkeypatch, tmp_path, file) == 2
    before = [Atlas(file).packed(one) for one in two]
    with raised(monkeypatch, Entropy()), monkeypatch.context() as patched:
        patched.setattr(Entropy, "value", lambda self, sample: 0.125)
        assert _trained(monkeypatch, tmp_path, file) == 0
        assert not build.pending(file).stale
        for one, old in zip(two, before, strict=True):
            new = Atlas(file).find(one)
            assert new is not None
            assert old is not None
            then, now = json.loads(old["result"]), json.loads(new.result.model_dump_json())
            assert json.dumps(new.made, sort_keys=True) == old["made"]
            measured = [now["indicators"], now["bias_indicators"], *now["rows"]]
            assert [part.pop("entropy") for part in measured] == [0.125] * len(measured)
            for part in (then["indicators"], then["bias_indicators"], *then["rows"]):
                part.pop("entropy")
            assert now == then


@pytest.mark.parametrize("kind", ["pooled", "replicate"])
def test_an_entry_whose_labels_do_not_come_out_as_stored_is_trained_as_a_whole(
    kind: str, tmp_path: Path, two: list[Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "atlas.parquet"
    build.build(tmp_path, file)
    rows = [Atlas(file).packed(one) for one in two]
    assert all(row is not None for row in rows)
    stored = json.loads(rows[0]["result"])
    place = stored["indicators"] if kind == "pooled" else stored["rows"][1]
    place["l2"] += 0.001
    build._write([rows[0] | {"result": json.dumps(stored)}, rows[1]], file)
    with raised(monkeypatch, Entropy()):
        assert _trained(monkeypatch, tmp_path, file) == 1
        assert not build.pending(file).stale


def _calls(work: Callable[[], object]) -> int:
    """Functions that it calls: how much it does, on any machine at any load."""
    seen: Counter[str] = Counter()
    sys.setprofile(lambda frame, event, argument: seen.update([event]))
    try:
        work()
    finally:
        sys.setprofile(None)
    return seen["call"]


def test_looking_up_walks_the_entries_once_and_loads_no_torch() -> None:
    table = Atlas()
    rates = [place / 100 for place in range(20)]
    first = _calls(lambda: table.near(_rival(rate=rates[0])))
    for rate in rates:
        table.near(_rival(rate=rate))  # an entry that answers is read once, too
    later = [_calls(lambda rate=rate: table.near(_rival(rate=rate + 0.001))) for rate in rates]
    assert first > len(table) > 2 * max(later)
    code = (
        "import sys; from softlabel_core import Experiment; from softlabel_core.atlas import lookup; "
        "lookup.near(Experiment()); lookup.entries(); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_killed_build_goes_on_and_a_finished_one_does_nothing(
    tmp_path: Path, two: list[Experiment]
) -> None:
    file, folder = tmp_path / "atlas.parquet", tmp_path / "finished"
    assert build.pending(file).missing == two
    build.build(folder, file)
    first, second = sorted(folder.glob("*.json"))
    kept = first.stat().st_mtime_ns
    second.unlink()
    file.unlink()
    seen: list[float] = []
    assert build.build(folder, file, on_progress=seen.append) == []
    assert first.stat().st_mtime_ns == kept
    assert seen[-1] == 1.0
    assert seen == sorted(seen)
    assert build.pending(file).experiments() == []
    first.unlink()
    second.unlink()
    build.build(folder, file)
    assert not list(folder.glob("*.json"))
    assert [entry.experiment for _, entry in Atlas(file).values(two[0], "bias.rate")] == two


def test_entries_whose_science_was_raised_are_stale_and_made_again(
    tmp_path: Path, two: list[Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "atlas.parquet"
    build.build(tmp_path, file)
    with raised(monkeypatch, two[0].bias):
        entry = Atlas(file).find(two[0])
        assert entry is not None
        assert entry.stale
        assert Atlas(file).entries()["stale"].all()
        assert Atlas(file).provenance()["stale"] == len(two)
        assert build.pending(file).stale == {"biases/fixed-rival 1 -> 2": two}
        build.build(tmp_path, file)
        assert build.pending(file).experiments() == []
        assert not Atlas(file).entries()["stale"].any()


def test_the_science_of_others_makes_nothing_stale(
    tmp_path: Path, two: list[Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "atlas.parquet"
    build.build(tmp_path, file)
    with raised(monkeypatch, Experiment.parse({"bias": "pair-flip"}).bias):
        assert build.pending(file).experiments() == []


def test_a_plug_in_without_entries_is_live_only(
    tmp_path: Path, two: list[Experiment], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "atlas.parquet"
    build.build(tmp_path, file)
    other = two[0].replace(bias="pair-flip")
    monkeypatch.setattr(plan, "experiments", lambda: [*two, other])
    pending = build.pending(file)
    assert (pending.live_only, pending.missing, pending.wrong) == ({"biases/pair-flip": [other]}, [], False)
    monkeypatch.setattr(build, "pending", lambda: pending)
    assert main(["atlas", "--check"]) == 0
    assert "live only biases/pair-flip: 1 entries" in capsys.readouterr().out


def test_a_gap_of_a_plug_in_with_entries_is_missing(
    tmp_path: Path, two: list[Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "atlas.parquet"
    build.build(tmp_path, file)
    between = two[0].replace(bias={"kind": "fixed-rival", "rate": 0.5})
    monkeypatch.setattr(plan, "experiments", lambda: [*two, between])
    pending = build.pending(file)
    assert (pending.live_only, pending.missing, pending.wrong) == ({}, [between], True)


def test_an_indicator_that_came_later_is_not_measured_but_makes_nothing_stale(
    tmp_path: Path, two: list[Experiment]
) -> None:
    file = tmp_path / "atlas.parquet"
    build.build(tmp_path, file)
    rows = [Atlas(file).packed(one) for one in two]
    for row in filter(None, rows):
        stamp = json.loads(row["science"])
        row["science"] = json.dumps({name: n for name, n in stamp.items() if name != "indicators/margin"})
    build._write([row for row in rows if row], file)
    pending = build.pending(file)
    assert (pending.unmeasured, pending.wrong) == ({"indicators/margin": two}, False)
    assert pending.experiments() == two


def test_what_needs_absent_files_keeps_its_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    human = PRESETS["human-labels"].experiment
    monkeypatch.setattr(plan, "experiments", lambda: [human])
    file = tmp_path / "atlas.parquet"
    assert build.build(tmp_path, file) == [human]
    assert Atlas(file).find(human) is None
    result = run_sweep([Experiment.parse({"replicates": 2, "training": {"epochs": 1}})])[0]
    row = build._row(human, result, '{"date": "before"}')
    build._write([row | {"science": '{"engine": 0}'}], file)
    assert build.build(tmp_path, file) == [human]
    kept = Atlas(file).find(human)
    assert kept is not None
    assert kept.stale
    assert kept.made == {"date": "before"}


def test_every_bias_type_is_in_the_plan_with_its_first_number_varied() -> None:
    planned = plan.experiments()
    for kind, cls in catalogue(Bias).items():
        mine = [one.bias for one in planned if one.bias.kind() == kind and one.dataset.kind() in CHEAP]
        if cls.needs_files:
            continue
        assert cls() in mine, kind
        name, ticks = plan.steps(cls(), 10)
        assert {getattr(bias, name) for bias in mine} >= set(ticks) if name else mine


def test_sliders_stay_in_their_range() -> None:
    for kind, cls in catalogue(Bias).items():
        name, ticks = plan.steps(cls(), 10)
        for tick in ticks:
            assert getattr(cls().replace(**{name: tick}), name) == tick, kind


def test_check_tells_by_its_exit_status_and_names_who_and_what(
    two: list[Experiment], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Pending(entries=7, missing=two[:1], live_only={}, stale={"engine 1 -> 2": two}, unmeasured={})
    monkeypatch.setattr(build, "pending", lambda: wrong)
    assert main(["atlas", "--check"]) == 1
    said = capsys.readouterr().out
    assert "7 entries, 2 of them stale; 1 missing." in said
    assert "stale by engine 1 -> 2: 2 entries" in said
    assert said.count(two[0].key()) == 2
    assert said.count(two[1].key()) == 1
    monkeypatch.setattr(build, "pending", lambda: Pending(7, [], {}, {}, {}))
    assert main(["atlas", "--check"]) == 0
