"""What a server offers that fetches nothing, and the command that fetches beforehand."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from softlabel_core import Experiment, Invalid, catalogue, run
from softlabel_core.__main__ import main
from softlabel_core.biases import Bias
from softlabel_core.datasets import PARQUET, Dataset, Published
from softlabel_core.datasets.mnist import MNIST
from softlabel_core.experiment.catalogue import FAMILIES, lacking, offered
from softlabel_core.reading import published

FETCHED = {kind: cls for kind, cls in catalogue(Dataset).items() if issubclass(cls, Published)}


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and a server that offers only what is in it."""
    monkeypatch.setenv("SOFTLABEL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SOFTLABEL_DATASETS", "present")
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """MNIST's four files are four short ones, served from a folder by address; the folder."""
    served = tmp_path / "served"
    served.mkdir()
    sources = []
    for source in MNIST.files:
        (served / source.name).write_bytes(source.name.encode())
        sha256 = hashlib.sha256(source.name.encode()).hexdigest()
        sources.append(replace(source, sha256=sha256, addresses=("http://127.0.0.1:9/",)))
    monkeypatch.setattr(MNIST, "files", tuple(sources))
    return served


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_without_files_menus_offer_what_needs_none(family: type) -> None:
    assert list(offered(family)) == [kind for kind, cls in catalogue(family).items() if not cls.needs_files]


def test_by_default_everything_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOFTLABEL_DATASETS")
    for family in FAMILIES.values():
        assert offered(family) == catalogue(family)


def test_another_word_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTLABEL_DATASETS", "none")
    with pytest.raises(Invalid, match="allowed: all or present; got none"):
        published.limited()


def test_what_has_its_files_is_offered(data: Path, small: Path) -> None:
    for path in sorted(small.iterdir()):
        assert "mnist" not in offered(Dataset)
        (data / path.name).write_bytes(path.read_bytes())
    assert "mnist" in offered(Dataset)
    (data / path.name).write_bytes(b"another file of that name")
    assert "mnist" not in offered(Dataset)


def test_parquet_will_do(data: Path) -> None:
    for name in PARQUET:
        assert "cifar10" not in offered(Dataset)
        (data / name).touch()
    assert "cifar10" in offered(Dataset)


def test_human_labels_and_own_data(data: Path) -> None:
    assert not {"human-annotators"} & offered(Bias).keys()
    for path in (data / "human-labels-train.parquet", data / "cifar10" / "human-labels-train.parquet"):
        assert "human-annotators" not in offered(Bias)
        path.parent.mkdir(exist_ok=True)
        path.touch()
        assert "human-annotators" in offered(Bias)
        path.unlink()
    assert "uploaded" not in offered(Dataset)
    (data / "mine.csv").touch()
    assert "uploaded" in offered(Dataset)


@pytest.mark.parametrize("kind", FETCHED)
def test_nothing_is_fetched_for_a_visitor(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "_retrieved", lambda *_: pytest.fail("it went to the network"))
    one = catalogue(Dataset)[kind]()
    with pytest.raises(Invalid, match=f"offers only datasets whose files it has.+data fetch {kind}"):
        one.paths()  # type: ignore[attr-defined]
    chosen = Experiment.parse({"dataset": kind, "replicates": 1})
    assert lacking(chosen) == [type(one)]
    with pytest.raises(Invalid, match="offers only datasets whose files it has"):
        run(chosen)
    assert not lacking(Experiment())


def test_who_runs_the_machine_fetches(
    data: Path, small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def bring(dataset: str, source: published.Source) -> Path:
        (data / dataset).mkdir(exist_ok=True)
        (data / dataset / source.name).write_bytes((small / source.name).read_bytes())
        return data / dataset / source.name

    monkeypatch.setattr(published, "_retrieved", bring)
    assert main(["data", "list"]) == 0
    assert "no files here: softlabel data fetch mnist" in capsys.readouterr().out
    assert main(["data", "fetch", "mnist"]) == 0
    assert main(["data", "list"]) == 0
    listed = capsys.readouterr().out
    assert "softlabel data fetch mnist" not in listed
    assert "softlabel data fetch kmnist" in listed
    assert "mnist" in offered(Dataset)


def test_without_a_network_one_sentence_says_so(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "fetch", "mnist"]) == 2
    assert "could not be fetched (127.0.0.1:9 cannot be reached)" in capsys.readouterr().err


def test_what_cannot_be_fetched_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "fetch", "digits"]) == 2
    assert f"allowed: one of {', '.join(FETCHED)}; got digits." in capsys.readouterr().err


def test_the_listing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "datasets"]) == 0
    text = capsys.readouterr().out
    for kind, cls in catalogue(Dataset).items():
        after = text.split(f"\n  {kind} ")[1].splitlines()[1]
        assert ("    no files here: " in after) == cls.needs_files
