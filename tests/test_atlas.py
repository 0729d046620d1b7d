"""The atlas: look-ups, staleness, a build that goes on, and entries that agree with fresh runs."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from softlabel_core import Experiment, atlas, atlas_build, atlas_plan, fingerprint, run_sweep
from softlabel_core.__main__ import main
from softlabel_core.atlas import Atlas
from softlabel_core.biases import Bias
from softlabel_core.plugin import catalogue
from softlabel_core.presets import PRESETS
from softlabel_core.reproduce import allowance

SAMPLE = 16
CHEAP = ("gaussian-ring", "spiral", "moons", "digits")


def _rival(**fields: object) -> Experiment:
    return Experiment.parse({"bias": {"kind": "fixed-rival", **fields}})


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> list[Experiment]:
    """A plan of two experiments of one epoch, so that a whole build takes a second."""
    short = {"replicates": 2, "training": {"epochs": 1}}
    made = [Experiment.parse({**short, "bias": {"kind": "fixed-rival", "rate": rate}}) for rate in (0.2, 0.8)]
    monkeypatch.setattr(atlas_plan, "plan", lambda: made)
    return made


def test_both_sides_of_every_preset_are_there_whole() -> None:
    for preset in PRESETS.values():
        for side in filter(None, (preset.experiment, preset.twin)):
            entry = atlas.find(side)
            assert entry is not None, preset.id
            assert entry.experiment == side
            assert entry.result.curves
            assert entry.result.instances


def test_the_committed_atlas_is_whole_and_of_this_code() -> None:
    """If this fails after a change of the science: `softlabel atlas`, then commit the file."""
    missing, stale = atlas_build.pending()
    assert not missing
    assert not stale


def test_an_entry_answers_whatever_the_replicates_and_the_seed() -> None:
    side = PRESETS["clean"].experiment
    found = atlas.find(side.replace(replicates=2, seed=77))
    assert found is not None
    assert (found.experiment.replicates, found.experiment.seed) == (side.replicates, side.seed)


def test_a_field_that_makes_no_difference_makes_none_here() -> None:
    side = PRESETS["no-cliff"].experiment
    assert "k" in side.framework.idle()
    idle = side.replace(framework=side.framework.replace(k=7))
    assert idle != side
    assert atlas.find(idle) is atlas.find(side) is not None


def test_what_is_not_there_is_not_made_up() -> None:
    assert atlas.find(_rival(rate=0.777)) is None
    assert atlas.find(Experiment.parse({"student": {"kind": "mlp", "width": 63}})) is None
    assert atlas.near(Experiment.parse({"student": {"kind": "mlp", "width": 63}})) is None


def test_the_nearest_entry_says_by_what_it_differs() -> None:
    near = atlas.near(_rival(rate=0.777))
    assert near is not None
    entry, differences = near
    assert differences == {"bias.rate": (0.777, 0.8)}
    assert entry.experiment.bias.rate == 0.8
    same = atlas.near(_rival(rate=0.8))
    assert same is not None
    assert same == (entry, {})


def test_the_nearest_entry_is_never_of_another_kind() -> None:
    for one in atlas_plan.plan()[::50]:
        bias = one.bias
        name, ticks = atlas_plan.steps(bias, one.dataset.classes)
        if not name or len(ticks) < 2:
            continue
        moved = one.replace(bias=bias.replace(**{name: ticks[0]}))
        near = atlas.near(moved)
        if near is not None:
            for part in ("dataset", "bias", "framework", "student"):
                assert getattr(near[0].experiment, part).kind() == getattr(moved, part).kind()
            assert near[0].experiment.framework.loss == moved.framework.loss


def test_values_walk_one_field_in_order() -> None:
    walked = atlas.values(_rival(rate=0.777), "bias.rate")
    rates = [value for value, _ in walked]
    assert len(rates) >= 11
    assert rates == sorted(rates)
    for rate, entry in walked:
        assert entry.experiment.bias == _rival(rate=rate).bias
    losses = [value for value, _ in atlas.values(_rival(rate=1), "framework.loss")]
    assert "cc" in losses


def test_the_light_table_names_entries() -> None:
    table = atlas.entries("digits")
    assert set(table["dataset"]) == {"digits"}
    one = table.iloc[len(table) // 2]
    entry = atlas.entry(one["key"])
    assert entry is not None
    assert entry.result.student_accuracy.mean == one["accuracy"]
    assert entry.result.indicators["total"] == one["total"]
    assert not set(atlas.HIDDEN) & set(table.columns)


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
    first, *later = (_calls(lambda i=i: table.near(_rival(rate=i / 100))) for i in range(20))
    assert first > len(table) > max(later)
    code = (
        "import sys; from softlabel_core import Experiment, atlas; "
        "atlas.near(Experiment()); atlas.entries(); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _fake_package(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> str:
    """Fingerprint of a plug-in whose module has this source."""
    (folder / "execute.py").write_text("from softlabel_core.part import f\n")
    (folder / "part.py").write_text(source)
    fingerprint._of.cache_clear()
    fingerprint._read.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(fingerprint, "ROOT", folder)
        made = fingerprint.of()
    fingerprint._of.cache_clear()
    fingerprint._read.cache_clear()
    return made


def test_words_do_not_change_the_fingerprint_but_statements_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = _fake_package(tmp_path, monkeypatch, "def f(x):\n    return x + 1\n")
    worded = 'def f(x):\n    """Adds."""\n\n    # one\n    return (x + 1)\n'
    assert _fake_package(tmp_path, monkeypatch, worded) == plain
    assert _fake_package(tmp_path, monkeypatch, "def f(x):\n    return x + 2\n") != plain
    assert _fake_package(tmp_path, monkeypatch, "def f(x):\n    return x - 1\n") != plain


def test_the_fingerprint_reads_what_an_experiment_uses_and_nothing_else() -> None:
    base = Experiment.parse({"bias": "pair-flip"})
    noisy = Experiment.parse({"bias": "symmetric-noise"})
    first = fingerprint.of(*fingerprint.plugins(base))
    assert first == fingerprint.of(*fingerprint.plugins(base.replace(seed=5)))
    assert first != fingerprint.of(*fingerprint.plugins(noisy))
    for name in ("train", "execute", "simplex", "indicators.ambiguity", "losses.cc", "losses.cross_entropy"):
        assert fingerprint._file(f"softlabel_core.{name}") is not None


def test_a_killed_build_goes_on_and_a_finished_one_does_nothing(
    tmp_path: Path, two: list[Experiment]
) -> None:
    file, folder = tmp_path / "atlas.parquet", tmp_path / "finished"
    assert atlas_build.pending(file) == (two, [])
    atlas_build.build(folder, file)
    first, second = sorted(folder.glob("*.json"))
    kept = first.stat().st_mtime_ns
    second.unlink()
    file.unlink()
    seen: list[float] = []
    assert atlas_build.build(folder, file, on_progress=seen.append) == []
    assert first.stat().st_mtime_ns == kept
    assert seen[-1] == 1.0
    assert seen == sorted(seen)
    assert atlas_build.pending(file) == ([], [])
    first.unlink()
    second.unlink()
    atlas_build.build(folder, file)
    assert not list(folder.glob("*.json"))
    assert [entry.experiment for _, entry in Atlas(file).values(two[0], "bias.rate")] == two


def test_entries_of_other_code_are_stale_and_made_again(
    tmp_path: Path, two: list[Experiment], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "atlas.parquet"
    atlas_build.build(tmp_path, file)
    monkeypatch.setattr(fingerprint, "of", lambda *plugins: "changed")
    atlas._present.cache_clear()
    entry = Atlas(file).find(two[0])
    assert entry is not None
    assert entry.stale
    assert Atlas(file).entries()["stale"].all()
    assert Atlas(file).provenance()["stale"] == len(two)
    assert atlas_build.pending(file) == ([], two)
    atlas_build.build(tmp_path, file)
    assert atlas_build.pending(file) == ([], [])
    atlas._present.cache_clear()


def test_what_needs_absent_files_keeps_its_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    human = PRESETS["human-labels"].experiment
    monkeypatch.setattr(atlas_plan, "plan", lambda: [human])
    file = tmp_path / "atlas.parquet"
    assert atlas_build.build(tmp_path, file) == [human]
    assert Atlas(file).find(human) is None
    result = run_sweep([Experiment.parse({"replicates": 2, "training": {"epochs": 1}})])[0]
    atlas_build._write([atlas_build._row(human, result, '{"date": "before"}') | {"fingerprint": "old"}], file)
    assert atlas_build.build(tmp_path, file) == [human]
    kept = Atlas(file).find(human)
    assert kept is not None
    assert kept.stale
    assert kept.made == {"date": "before"}


def test_every_bias_type_is_in_the_plan_with_its_first_number_varied() -> None:
    planned = atlas_plan.plan()
    for kind, cls in catalogue(Bias).items():
        mine = [one.bias for one in planned if one.bias.kind() == kind and one.dataset.kind() in CHEAP]
        if cls.needs_files:
            continue
        assert cls() in mine, kind
        name, ticks = atlas_plan.steps(cls(), 10)
        assert {getattr(bias, name) for bias in mine} >= set(ticks) if name else mine


def test_sliders_stay_in_their_range() -> None:
    for kind, cls in catalogue(Bias).items():
        name, ticks = atlas_plan.steps(cls(), 10)
        for tick in ticks:
            assert getattr(cls().replace(**{name: tick}), name) == tick, kind


def test_check_tells_by_its_exit_status(
    tmp_path: Path, two: list[Experiment], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(atlas_build, "pending", lambda: (two[:1], two))
    assert main(["atlas", "--check"]) == 1
    assert "2 of them stale; 1 missing" in capsys.readouterr().out
    monkeypatch.setattr(atlas_build, "pending", lambda: ([], []))
    assert main(["atlas", "--check"]) == 0


def test_a_fresh_sample_agrees_with_the_committed_entries() -> None:
    """Other splits, labels, starts and shuffles: means differ by no more than their spread allows."""
    table = atlas.entries()
    table = table[table["dataset"].isin(CHEAP)]
    chosen = np.random.default_rng(0).choice(len(table), SAMPLE, replace=False)
    rows = [table.iloc[row] for row in chosen]
    found = [atlas.entry(row["key"]) for row in rows]
    fresh = [one.experiment.replace(replicates=3, seed=1) for one in found if one is not None]
    assert len(fresh) == SAMPLE
    for row, result in zip(rows, run_sweep(fresh), strict=True):
        now = {
            "replicates": 3,
            "sd": np.std([one["student_accuracy"] for one in result.rows], ddof=1),
        }
        limit = allowance(row, now, 0.001 / SAMPLE)
        assert abs(result.student_accuracy.mean - row["accuracy"]) <= limit, result.experiment
