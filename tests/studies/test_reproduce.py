"""`softlabel reproduce`: resumable, and its committed results agree with a fresh sample of other seeds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from softlabel_core import Experiment, Invalid, Result
from softlabel_core.__main__ import main
from softlabel_core.biases import Bias
from softlabel_core.plugin import catalogue
from softlabel_core.studies import plan, ranking, reproduce
from softlabel_core.studies.study import Study

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "docs" / "results.parquet"


@pytest.fixture
def two_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only two experiments of one epoch, so that a whole run takes a second."""
    short = plan.grid({"replicates": 2, "seed": 0, "training": {"epochs": 1}})
    study = Study(short.name, short.title, short.note, short.cells[:2])
    monkeypatch.setattr(reproduce, "studies", lambda replicates, seed: [study])


@pytest.mark.usefixtures("two_cells")
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    whole = reproduce.reproduce(tmp_path, replicates=2, seed=0)
    first, second = sorted(tmp_path.glob("*.json"))
    kept = first.stat().st_mtime_ns
    second.unlink()
    seen: list[float] = []
    again = reproduce.reproduce(tmp_path, replicates=2, seed=0, on_progress=seen.append)
    pd.testing.assert_frame_equal(whole, again)
    assert first.stat().st_mtime_ns == kept
    assert seen == [1.0]


def test_studies_that_are_not_asked_for_stay_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = plan.grid({"replicates": 2, "seed": 0, "training": {"epochs": 1}})
    two = [Study(name, name, "", short.cells[:1]) for name in ("one", "two")]
    monkeypatch.setattr(reproduce, "studies", lambda replicates, seed: two)
    before = reproduce.reproduce(tmp_path, replicates=2, seed=0).assign(accuracy=0.5)
    after = reproduce.reproduce(tmp_path, replicates=2, seed=0, only=["two"], before=before)
    assert after["study"].tolist() == ["one", "two"]
    assert after["accuracy"].tolist()[0] == 0.5
    assert after["accuracy"].tolist()[1] != 0.5
    with pytest.raises(Invalid, match=r"^--only: allowed: among one, two; got three\.$"):
        reproduce.reproduce(tmp_path, replicates=2, seed=0, only=["three"], before=before)


def test_rank_correlation_is_scipys() -> None:
    generator = np.random.default_rng(0)
    x, y = generator.integers(0, 9, 50).astype(float), generator.random(50)
    draws = [generator.integers(0, 50, length) for length in (50, 7, 50, 20, 7)]  # of several lengths
    expected = [spearmanr(x[rows], y[rows]).statistic for rows in draws]
    assert ranking._spearman(x, y, draws) == pytest.approx(expected)
    assert np.isnan(ranking._spearman(np.ones(50), y, draws)).all()


def test_every_bias_type_without_a_file_has_a_study() -> None:
    studied = {cell.family for study in plan.studies(2, 0) for cell in study.cells}
    assert {kind for kind, cls in catalogue(Bias).items() if not cls.needs_files} <= studied


RESULTS: dict[str, Result] = {}


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test has run no other runs again; a sweep is its separate runs exactly."""
    whole = reproduce.run_sweep

    def run_sweep(experiments: Sequence[Experiment]) -> list[Result]:
        new = {one.key(): one for one in experiments if one.key() not in RESULTS}
        RESULTS.update(zip(new, whole(list(new.values())), strict=True) if new else ())
        return [RESULTS[one.key()] for one in experiments]

    monkeypatch.setattr(reproduce, "run_sweep", run_sweep)


@pytest.mark.slow
@pytest.mark.usefixtures("once")
def test_a_fresh_sample_agrees_with_the_committed_results() -> None:
    table = reproduce.quick(pd.read_parquet(COMMITTED))
    assert len(table) >= 15
    assert table["agrees"].all(), table[~table["agrees"]].to_string()


@pytest.mark.slow
@pytest.mark.usefixtures("once")
def test_a_changed_result_would_be_noticed() -> None:
    committed = pd.read_parquet(COMMITTED)
    shifted = committed.assign(accuracy=(committed["accuracy"] + 0.4) % 1)
    assert not reproduce.quick(shifted, every=120)["agrees"].all()


@pytest.mark.slow
def test_the_report_is_of_the_committed_table() -> None:
    """Every accuracy in docs/results.md stands in docs/results.parquet."""
    committed = pd.read_parquet(COMMITTED)
    text = (ROOT / "docs" / "results.md").read_text()
    for one in committed.itertuples():
        assert reproduce.percent(one) in text
        assert f"{100 * one.accuracy:.1f} " in text
    cc = ranking.correlations(committed).set_index(["loss", "indicator"]).loc[("cc", "total")]
    assert f"| cc | total | {cc.spearman:+.2f} | [{cc.low:+.2f}, {cc.high:+.2f}]" in text


def test_an_unusable_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "--out", str(tmp_path / "none")]) == 2
    assert main(["reproduce", "--quick", "--out", str(tmp_path)]) == 2
    assert "results.parquet" in capsys.readouterr().err
