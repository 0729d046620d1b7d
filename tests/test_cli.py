"""The command line as its users meet it: results on standard output, one sentence for bad input, Ctrl-C."""

import io
import json
import os
import re
import select
import signal
import subprocess
import sys
import zipfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from softlabel_core import Experiment, __version__, catalogue, measure, run
from softlabel_core.__main__ import main
from softlabel_core.indicators._sizes import best_size
from softlabel_core.losses import Loss
from softlabel_core.plugin import allowed
from softlabel_core.streams import stream
from tests.declared import FAMILIES, random_labels
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]
QUICK = ["--replicates", "2", "--set", "training.epochs=1", "--dataset", "moons"]


def command(*arguments):
    return [sys.executable, "-m", "softlabel_core", *arguments]


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def called(folder, *arguments):
    return subprocess.run(command(*arguments), cwd=folder, env=environment(), capture_output=True, text=True)


def test_list_names_everything(capsys):
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    for name, family in FAMILIES.items():
        assert f"\n{name}\n" in f"\n{text}"
        for kind, cls in catalogue(family).items():
            assert re.search(rf"^  {kind} +{re.escape(cls.title())}$", text, re.MULTILINE)


@pytest.mark.parametrize("name", FAMILIES)
def test_list_of_one_family_shows_its_fields(name, capsys):
    assert main(["list", name]) == 0
    text = capsys.readouterr().out
    for cls in catalogue(FAMILIES[name]).values():
        for field_name, field in cls.model_fields.items():
            assert re.search(rf"^    {field_name} +{re.escape(allowed(field))}, default ", text, re.MULTILINE)


def test_list_as_json(capsys):
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert list(listed) == list(FAMILIES)
    for name, family in FAMILIES.items():
        assert [card["kind"] for card in listed[name]] == list(catalogue(family))
        for card in listed[name]:
            fields = catalogue(family)[card["kind"]].model_fields
            assert list(card["fields"]) == list(fields)
            assert all(set(one) >= {"allowed", "default", "help"} for one in card["fields"].values())


def test_list_is_light():
    """Neither torch nor what else takes seconds to import."""
    script = (
        "import sys; from softlabel_core.__main__ import main; main(['list', '--json']); "
        "print([m for m in ('torch', 'sklearn', 'scipy', 'pandas', 'streamlit') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"


INDICATORS = {
    *("k", "unreliability", "ambiguity", "total", "margin", "mean_label_margin", "worst_unreliability"),
    *("label_accuracy", "true_probability", "kl", "l2", "ece", "entropy", "intervals"),
}


def test_run_as_json(tmp_path):
    options = ["--bias", "demotion", "--set", "bias.rank=2", "--framework", "partial-labels", "--k", "2"]
    ran = called(tmp_path, "run", *QUICK, *options, "--loss", "proden", "--seed", "3", "--json")
    assert ran.returncode == 0
    assert "Traceback" not in ran.stderr
    assert "%" in ran.stderr
    result = json.loads(ran.stdout)
    assert ran.stdout.count("\n") == 1
    accuracies = {"student_accuracy", "ground_truth_accuracy"}
    assert set(result) >= {"experiment", "indicators", *accuracies, "seconds", "versions", "device"}
    assert set(result["indicators"]) >= INDICATORS
    assert set(result["indicators"]["intervals"]) >= {"unreliability", "ambiguity", "total"}
    for name in accuracies:
        assert set(result[name]) == {"mean", "low", "high", "replicates", "overlap"}
        assert result[name]["replicates"] == 2
    experiment = Experiment.parse(result["experiment"])
    assert (experiment.bias.rank, experiment.framework.k, experiment.seed) == (2, 2, 3)
    assert experiment.framework.loss.kind() == "proden"
    assert result["key"] == experiment.key()
    assert result["versions"]["softlabel_core"] == __version__
    here = run(experiment)
    assert result["indicators"] == json.loads(json.dumps(here.indicators))
    assert result["student_accuracy"] == here.student_accuracy.model_dump()
    assert not list(tmp_path.iterdir())


def test_run_in_words(capsys):
    assert main(["run", *QUICK]) == 0
    text = capsys.readouterr().out
    for line in (
        "unreliability",
        "ambiguity",
        "total",
        "label accuracy",
        "student accuracy",
        "ground-truth student",
    ):
        assert re.search(rf"^{line} +\d\.\d\d\d", text, re.MULTILINE)
    assert "2 replicates" in text


def test_sweep_writes_a_row_a_replicate(tmp_path, capsys):
    out = tmp_path / "out.csv"
    vary = ["--vary", "bias.rate=0:1:3", "--vary", "framework.loss=cc,average"]
    assert main(["sweep", *QUICK, "--bias", "pair-flip", *vary, "--out", str(out)]) == 0
    assert capsys.readouterr().out == ""
    table = pd.read_csv(out)
    cells = table.groupby(["bias.rate", "framework.loss"]).size()
    assert dict(cells) == {(rate, loss): 2 for rate in (0.0, 0.5, 1.0) for loss in ("cc", "average")}
    assert set(table.columns) >= {"key", "bias", "replicate", "student_accuracy", "unreliability", "k"}
    assert table.groupby("key").ngroups == 6
    assert table["student_accuracy"].between(0, 1).all()
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_sweep_leaves_out_what_is_not_possible_where_it_may(tmp_path, capsys):
    out = tmp_path / "out.csv"
    sweep = ["sweep", *QUICK, "--vary", "bias.rank=2,99", "--out", str(out)]
    assert_refused(sweep, "bias.rank: allowed: a whole number from 1 to 2", capsys)
    assert main([*sweep, "--skip"]) == 0
    assert set(pd.read_csv(out)["bias.rank"]) == {2}


def test_sweep_replaces_a_file_whole(tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("old")
    assert main(["sweep", *QUICK, "--vary", "bias.rank=1,2", "--out", str(out)]) == 0
    assert len(pd.read_csv(out)) == 4
    assert out.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("bias.decay=0.1:0.9:5", [0.1, 0.3, 0.5, 0.7, 0.9]),
        ("bias.decay=0.25", [0.25]),
        ("bias.decay=0.5:0.1:2", [0.5, 0.1]),
    ],
)
def test_values_to_vary(text, values, tmp_path):
    out = tmp_path / "out.csv"
    arguments = ["--dataset", "moons", "--replicates", "1", "--set", "training.epochs=1"]
    assert main(["sweep", *arguments, "--vary", text, "--out", str(out)]) == 0
    assert list(pd.read_csv(out)["bias.decay"]) == values


@pytest.fixture
def sample():
    generator = stream(0, "file")
    return random_labels(60, 4, generator=generator), generator.permutation(np.arange(60) % 4)


NAMES = ["cat", "dog", "owl", "2"]


def write(path, labels, targets):
    if path.suffix == ".npz":
        np.savez(path, soft_labels=labels, targets=targets)
    elif path.suffix == ".parquet":
        pd.DataFrame(labels, columns=NAMES).assign(target=targets).to_parquet(path)
    else:
        table = pd.DataFrame(labels, columns=NAMES)
        table.insert(2, "target", targets)
        table.to_csv(path, index=False)


@pytest.mark.parametrize("k", [None, "2", "support"])
@pytest.mark.parametrize("name", ["a.npz", "a.csv", "A.CSV", "named.csv", "a.parquet", "named.parquet"])
def test_indicators_of_a_file(name, k, sample, tmp_path, capsys):
    labels, targets = sample
    path = tmp_path / name
    names = name.startswith("named")
    write(path, labels, np.array(NAMES)[targets] if names else targets)
    options = [] if k is None else ["--k", k]
    assert main(["indicators", str(path), *options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    sizes = {None: best_size(labels, targets), "2": 2, "support": "support"}
    expected = measure(labels, targets, sizes[k])
    assert found.pop("read") == {}
    assert found.pop("best_k") == best_size(labels, targets)
    assert {one["loss"] for one in found["losses"]} == {*catalogue(Loss)}
    assert {one["verdict"] for one in found.pop("losses")} <= {"pass", "fail", "unclear", "unknown"}
    assert found.pop("intervals") == {
        name: pytest.approx(ends) for name, ends in expected.pop("intervals").items()
    }
    assert found == pytest.approx(expected)
    assert main(["indicators", str(path), *options]) == 0
    text = capsys.readouterr().out
    assert re.search(r"^ambiguity +\d\.\d{4}  \[", text, re.MULTILINE)
    assert re.search(r"^loss: cc +(could|cannot)", text, re.MULTILINE)
    assert main(["indicators", str(path), *options, "--csv"]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    [total] = table[(table["part"] == "indicator") & (table["name"] == "total")]["value"]
    assert total == pytest.approx(expected["total"])


def test_indicators_of_half_precision_and_a_compressed_file(sample, tmp_path, capsys):
    labels, targets = sample
    np.savez_compressed(
        tmp_path / "a.npz", soft_labels=labels.astype(np.float16), targets=targets.astype(np.uint8)
    )
    assert main(["indicators", str(tmp_path / "a.npz"), "--k", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["entropy"] == pytest.approx(
        measure(labels, targets)["entropy"], abs=1e-2
    )


def test_docs_writes_the_catalogue(tmp_path):
    assert main(["docs", "--out", str(tmp_path / "c.md")]) == 0
    assert (tmp_path / "c.md").read_text().startswith("# Catalogue\n")


def test_version_and_help(tmp_path):
    assert called(tmp_path, "--version").stdout.strip() == __version__
    helped = called(tmp_path, "--help")
    assert helped.returncode == 0
    assert all(name in helped.stdout for name in ("list", "run", "sweep", "indicators", "docs"))


SWEEP = ["sweep", "--out", "x.csv", "--vary"]
BAD = [
    ([], "COMMAND"),
    (["nothing"], "COMMAND"),
    (["list", "nothing"], "family: allowed: one of datasets, biases, "),
    (["run", "--nothing"], "--nothing"),
    (["run", "--bias"], "--bias"),
    (["run", "--bias", "nothing"], "bias: allowed: one of candidate-set, "),
    (["run", "--dataset", "svhn"], "dataset: allowed: one of digits, "),
    (["run", "--student", "transformer"], "student: allowed: one of cnn, "),
    (["run", "--framework", "nothing"], "framework: allowed: one of additive-noise, "),
    (["run", "--loss", "nothing"], "framework.loss: allowed: one of "),
    (["run", "--loss", "cross-entropy"], "framework.loss: allowed: a loss that reads sets"),
    (["run", "--k", "0"], "framework.k: allowed: a whole number from 1 "),
    (["run", "--k", "11"], "framework.k: allowed: a whole number from 1 to 10"),
    (["run", "--framework", "soft-labels", "--k", "3"], "framework.k: no such parameter; allowed: loss."),
    (["run", "--replicates", "0"], "replicates: allowed: a whole number from 1 to 64; got 0."),
    (["run", "--seed", "-1"], "seed: allowed: a whole number from 0 to 2147483647; got -1."),
    (["run", "--set", "bias.rank"], "--set: allowed: FIELD=VALUE, "),
    (
        ["run", "--set", "bias.rank=99"],
        "bias.rank: allowed: a whole number from 1 to 10, the classes of digits; got 99.",
    ),
    (["run", "--set", "bias.rate=0.5"], "bias.rate: no such parameter; allowed: rank, decay."),
    (["run", "--set", "bias.decay=nan"], "bias.decay: allowed: a number above 0 to below 1; got nan."),
    (["run", "--set", "bias.rank=1\n2"], "bias.rank: allowed: "),
    (["run", "--set", "nothing\nhere=3"], "no such parameter"),
    (["run", "--set", "training=fast"], "training: allowed: "),
    (
        ["run", "--set", "training.epochs=1e9"],
        "training.epochs: allowed: a whole number from 1 to 200; got 1e9.",
    ),
    (["run", "--device", "tpu"], "--device"),
    (["sweep", "--out", "x.csv"], "--vary"),
    (["sweep", "--vary", "bias.rank=1,2"], "--out"),
    ([*SWEEP, "bias.rank"], "--vary: allowed: FIELD=VALUE, "),
    ([*SWEEP, "bias.rank=1,99"], "bias.rank: allowed: a whole number from 1 to 10"),
    ([*SWEEP, "bias.decay=0.1:0.9:0"], "--vary: allowed: start:stop:count "),
    ([*SWEEP, "bias.decay=0.1:0.9:1001"], "--vary: allowed: start:stop:count "),
    ([*SWEEP, "bias.decay=a:b:c"], "--vary: allowed: start:stop:count "),
    ([*SWEEP, "bias.decay=0:1:3"], "bias.decay: allowed: a number above 0 to below 1; got 0.0."),
    ([*SWEEP, "nothing=1,2"], "nothing: no such parameter; allowed: dataset, "),
    (
        [*SWEEP, "seed=1", "--vary", "replicates=1", "--vary", "bias.rank=1"],
        "vary: allowed: one or two fields; got 3.",
    ),
    (["sweep", "--vary", "bias.rank=1,2", "--out", "missing/x.csv"], "--out: allowed: a file in a folder "),
    (["docs", "--out", "missing/x.md"], "--out: allowed: a file in a folder "),
    (["docs", "--out", "."], "--out: allowed: the name of a file; got the folder ."),
    (["indicators"], "file"),
    (
        ["indicators", "missing.npz"],
        "file: allowed: an existing CSV, NPZ, PARQUET, NPY, JSONL or JSON file; got missing.npz.",
    ),
    (
        ["indicators", "labels.txt"],
        "file: allowed: a name that ends in .csv, .npz, .parquet, .npy, .jsonl, .json, or that of one of "
        "these packed as .gz, .zip; got labels.txt.",
    ),
]


def assert_refused(arguments, sentence, capsys):
    """Status 2, nothing on standard output, one sentence that names the parameter, no file left behind."""
    before = sorted(Path().iterdir())
    assert main(arguments) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert sentence in streams.err
    assert streams.err.count("\n") == 1
    assert streams.err.endswith(".\n")
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"), BAD, ids=lambda one: " ".join(one) if isinstance(one, list) else ""
)
def test_bad_input_is_refused(arguments, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("labels.txt").write_text("no labels")
    assert_refused(arguments, sentence, capsys)


def test_a_folder_as_out_is_refused_before_anything_is_trained(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    monkeypatch.setattr("softlabel_core.__main__.run_sweep", lambda *_, **__: pytest.fail("it trained"))
    sentence = "--out: allowed: the name of a file; got the folder folder."
    assert_refused(["sweep", "--vary", "bias.rank=1,2", "--out", "folder"], sentence, capsys)


def test_bad_input_as_the_shell_sees_it(tmp_path):
    ran = called(tmp_path, "run", "--bias", "nothing")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert re.fullmatch(r"softlabel: bias: allowed: one of .*; got nothing\.\n", ran.stderr)


EYE = np.eye(3)
BAD_ARRAYS = [
    ({"targets": [0, 1, 2]}, "file: allowed: arrays soft_labels and targets; got targets."),
    (
        {"soft_labels": EYE.astype(object), "targets": [0, 1, 2]},
        "file: allowed: an array soft_labels of plain numbers, 60,000,000 at most; got 3 x 3 of object.",
    ),
    (
        {"soft_labels": EYE, "targets": np.array([0, 1, None])},
        "file: allowed: an array targets of plain numbers, 60,000,000 at most; got 3 of object.",
    ),
    ({"soft_labels": EYE + 0j, "targets": [0, 1, 2]}, "file: allowed: an array soft_labels of plain numbers"),
    (
        {"soft_labels": EYE - 0.1, "targets": [0, 1, 2]},
        "soft_labels: row 0, column 1: allowed: 0 or more; got -0.1.",
    ),
    (
        {"soft_labels": EYE * np.nan, "targets": [0, 1, 2]},
        "soft_labels: row 0, column 0: allowed: a finite number; got nan.",
    ),
    ({"soft_labels": EYE, "targets": [0, 1, 3]}, "targets: row 2: allowed: from 0 to 2; got 3."),
    ({"soft_labels": EYE, "targets": [0, 1]}, "targets: allowed: shape (3,), one a soft label; got (2,)."),
]


@pytest.mark.parametrize(("arrays", "sentence"), BAD_ARRAYS)
def test_bad_arrays_are_refused(arrays, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    np.savez("bad.npz", **arrays)
    assert_refused(["indicators", "bad.npz"], sentence, capsys)


def one_array(path):
    with path.open("wb") as file:
        np.save(file, EYE)


def damaged(path):
    """The compressed bytes of a good file, overwritten in the middle."""
    np.savez_compressed(
        path, soft_labels=random_labels(50, 3, generator=stream(0, "zip")), targets=np.zeros(50, int)
    )
    content = bytearray(path.read_bytes())
    content[60:100] = b"\xff" * 40
    path.write_bytes(content)


def claims_too_much(path):
    """A header that promises 80 TB."""
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 10), }".ljust(117) + "\n"
    npy = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("soft_labels.npy", npy)
        file.writestr("targets.npy", npy)


def no_array(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("soft_labels", "hello")
        file.writestr("targets", "hello")


@pytest.mark.parametrize(
    "make", [one_array, damaged, claims_too_much, no_array, lambda path: path.write_text("PK")]
)
def test_a_file_that_is_no_archive_of_arrays_is_refused(make, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    make(Path("bad.npz"))
    assert_refused(["indicators", "bad.npz"], "allowed: ", capsys)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "file: allowed: two columns of numbers or more, one a class; got an empty file."),
        ("target,cat,dog\n", "soft_labels: allowed: shape (n >= 1, c >= 2); got (0, 2)."),
        ("target,cat\n0,1\n", "file: allowed: two columns of numbers or more, one a class; got cat."),
        ("target,cat,dog\n0,1,0\n0,1,x\n", "file: column dog, row 1: allowed: a number; got x."),
        (
            "target,cat,dog\n0,1,x\n",
            "file: allowed: two columns of numbers or more, one a class; got cat, and words in dog.",
        ),
        ("target,cat,dog\n0,1,0\n1,1\n", "file: row 1: allowed: 3 cells, as the header; got 2."),
        (
            "target,cat,dog\n0,1,0\nowl,1,0\n",
            "targets: row 1: allowed: one of cat, dog, or only numbers; got owl.",
        ),
        (
            "target,cat,dog\ncat,1,0\ncow,0,1\n",
            "targets: row 1: allowed: one of cat, dog, or only numbers; got cow.",
        ),
        ("target,cat,dog\n0,1,0\n2,0,1\n", "targets: row 1: allowed: from 0 to 1; got 2."),
        ("target,cat,dog\n0,1,0\n0.5,0,1\n", "targets: row 1: allowed: a whole number from 0 to 1; got 0.5."),
        (
            "target,cat,dog\n0,1,0.5,0.5\n1,0,0.5,0.5\n",
            "file: row 0: allowed: 3 cells, as the header; got 4.",
        ),
        ("target,cat,dog\n0,1,0\n1,0,1,5\n", "file: row 1: allowed: 3 cells, as the header; got 4."),
        ("target,cat,cat\n0,1,0\n1,0,1\n", "file: allowed: every column once; got cat twice."),
        ("target,cat,dog\n0,0.5,0.4\n", "soft_labels: row 0: allowed: a sum of 1; got a sum of 0.9."),
    ],
)
def test_a_bad_table_is_refused(text, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("bad.csv").write_text(text)
    assert_refused(["indicators", "bad.csv"], sentence, capsys)


def test_bytes_that_are_no_text_are_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("bad.csv").write_bytes(b"\xff\xfe\x00\x81" * 20)
    assert_refused(["indicators", "bad.csv"], "file: allowed: a CSV file", capsys)


@pytest.mark.parametrize("k", ["0", "4", "-1", "2.5", "all", ""])
def test_a_set_size_that_does_not_fit_the_file_is_refused(k, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    np.savez("good.npz", soft_labels=EYE, targets=[0, 1, 2])
    sentence = f"k: allowed: a whole number from 1 to 3, support or none; got {k}."
    assert_refused(["indicators", "good.npz", "--k", k], sentence, capsys)


LONG = ["--replicates", "64", "--set", "training.epochs=200"]
COMMANDS = [["run", "--json", *LONG], ["sweep", *LONG, "--vary", "bias.rank=1,2", "--out", "x.csv"]]


def wait_for_training(process):
    """Standard error up to where the bar has moved."""
    seen = b""
    while not re.search(rb"[1-9]%\|", seen):
        assert select.select([process.stderr], [], [], PATIENCE)[0], seen
        more = os.read(process.stderr.fileno(), 4096)
        assert more, seen
        seen += more
    return seen


@pytest.mark.slow
def test_ctrl_c(tmp_path):
    """Both commands at once, to save time. They stop soon: the bar does not come far any more."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with ExitStack() as stack:
        processes = []
        for arguments in COMMANDS:
            process = subprocess.Popen(
                command(*arguments),
                cwd=tmp_path,
                env=environment(),
                preexec_fn=lambda: signal.signal(
                    signal.SIGINT, signal.SIG_DFL
                ),  # a job in the background ignores it
                **pipes,
            )
            processes.append(stack.enter_context(process))
            stack.callback(process.kill)
        bars = [wait_for_training(process) for process in processes]
        for process in processes:
            process.send_signal(signal.SIGINT)
        for process, seen in zip(processes, bars, strict=True):
            out, err = process.communicate(timeout=PATIENCE)
            assert process.returncode == 130
            assert int(re.findall(rb"(\d+)%\|", seen + err)[-1]) < 50
            assert out == b""
            assert b"Traceback" not in seen + err
            assert err.endswith(b"softlabel: stopped; nothing was written.\n")
    assert not list(tmp_path.iterdir())


def test_a_reader_that_stops_reading(tmp_path):
    ran = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m softlabel_core list biases | head -1"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert (ran.stdout, ran.stderr) == ("biases\n", "")
