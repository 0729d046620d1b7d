"""Reports on a file of labels: what they say, and that their code finds the same in the same file."""

import contextlib
import io
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from softlabel_core.__main__ import main
from softlabel_core.audit.report import Audit, audit
from softlabel_core.audit.students import Teaching, teach
from softlabel_core.audit.untold import Untold, untold
from softlabel_core.reading.choice import Choice
from softlabel_core.reading.labels import LabelFile, write
from softlabel_core.service import uploads
from softlabel_core.service.readings import Upload, read_upload
from ui.taken import reports
from ui.words.i18n import LANGUAGES, say

VOTES = b"task,worker,label\n1,w1,cat\n1,w2,dog\n1,w3,cat\n2,w1,dog\n2,w2,dog\n2,w3,owl\n"
TRUTH = Upload("the truth.csv", b"task,truth\n2,dog\n1,cat\n")
LOGITS = b"best,a,b,fold\nb,-1,2,0\na,3,-4,0\n"
WAYS = [
    (Upload("votes.csv", VOTES, TRUTH), 2),
    (Upload("votes.csv", VOTES), "support"),
    (Upload("votes.csv", VOTES, choice=Choice(majority=True)), 1),
    (Upload("-it's.csv", LOGITS, choice=Choice("logits", ("a", "b"), "best", names=("b", "a"))), 1),
    (
        Upload(
            "id.csv", b"id,target,a,b\n7,a,7,3\n8,b,1,7\n9,,5,5\n", choice=Choice(off=frozenset(["words"]))
        ),
        1,
    ),
    (Upload("sets.json", b"[[0], [1, 2], [], [2]]"), "support"),
]
"""Uploads read in different ways, and set sizes."""


def found_in(upload: Upload, k: int | str | None) -> Audit | Untold:
    file = read_upload(upload)
    return untold(file, k, assumed=0.35) if file.targets is None else audit(file, k)


def put(upload: Upload, folder: Path) -> None:
    for one in (upload, upload.truth):
        if one is not None:
            (folder / one.name).write_bytes(one.content)


@pytest.mark.parametrize(("upload", "k"), WAYS, ids=lambda one: getattr(one, "name", None))
def test_script_and_command_find_the_same_in_the_same_file(
    upload: Upload,
    k: int | str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    put(upload, tmp_path)
    monkeypatch.chdir(tmp_path)
    found = found_in(upload, k)
    space: dict[str, object] = {}
    exec(reports.snippet(upload, found), space)  # noqa: S102  # it is ours
    said = capsys.readouterr().out.splitlines()
    program, *words = shlex.split(reports.command(upload, found))
    assert program == "softlabel"
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["read"] == json.loads(json.dumps(found.read))
    if isinstance(found, Untold):
        assert float(said[0]) == found.agreement == told["agreement"]
        assert space["found"].assumed == found.assumed
        assert told["assumed"] == found.assumed.model_dump()
        return
    assert space["found"].model_dump(exclude={"seconds"}) == found.model_dump(exclude={"seconds"})
    assert float(said[0]) == found.indicators["total"] == told["total"]
    assert [line.split()[:2] for line in said[1:]] == [[one.loss, one.margin.verdict] for one in found.losses]
    assert [one["loss"] for one in told["losses"]] == [one.loss for one in found.losses]


def test_the_script_teaches_the_students_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = Upload("mine.npz", write(uploads.example(), ".npz"))
    put(upload, tmp_path)
    monkeypatch.chdir(tmp_path)
    asked = Teaching(losses=("cc",), k=3, replicates=2, student={"kind": "linear"}, training={"epochs": 1})
    found, [taught] = found_in(upload, 3), teach(read_upload(upload), asked)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(reports.snippet(upload, found, asked), {})  # noqa: S102  # it is ours
    assert said.getvalue().splitlines()[-1] == f"cc 3 {taught.student.mean}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_explains_itself_with_a_truth_and_without(language: str) -> None:
    for upload in (Upload("votes.csv", VOTES, TRUTH), Upload("votes.csv", VOTES)):
        found = found_in(upload, None)
        text = reports.page(found, [], upload, "source", language)
        shown = [text.split("<script")[0], *re.findall(r"</script>(.*?)(?:<script|$)", text, re.DOTALL)]
        body = "".join(shown)
        assert say(language, "labels.read-long", votes=6, workers=3) in body
        assert say(language, "labels.means-soft-label") in body
        assert (say(language, "labels.means-ambiguity") in body) == isinstance(found, Audit)
        assert say(language, "labels.again") in body
        assert "softlabel indicators votes.csv" in body
        assert text.count("<h1>") == 1
        assert not re.search(r"<(?:link|img|iframe|script[^>]+src)|url\(", body)
        if isinstance(found, Audit):
            assert f"{found.indicators['total']:.3f}" in body
            assert say(language, "labels.votes") in body
        else:
            assert say(language, "labels.no-truth-told") in body
            assert "0.35" in body
            assert f"{found.assumed.least_ambiguity:.2f}" in body
            assert f"{100 * found.agreement:.1f}" in body


def test_names_of_a_visitor_stand_in_it_letter_by_letter() -> None:
    names = ("<script>alert(1)</script>", "**b** $a$", "\"&<b>'")
    truth = np.arange(30) % 3
    file = LabelFile(np.roll(np.eye(3)[truth], 1, axis=1), truth, names)
    upload = Upload("<b>.npz", write(file, ".npz"))
    text = reports.page(audit(file), [], upload, "here", "en")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<title>Soft Label Lab: Report on &lt;b&gt;.npz</title>" in text


def test_the_table_has_every_number_of_the_json() -> None:
    upload = Upload("mine.npz", write(uploads.example(), ".npz"))
    found = found_in(upload, 3)
    assert isinstance(found, Audit)
    asked = Teaching(losses=("cc",), k=3, replicates=2, training={"epochs": 1})
    students = teach(read_upload(upload), asked)
    table = pd.read_csv(io.StringIO(reports.as_csv(found, students)), dtype={"at": str})
    whole = json.loads(reports.as_json(found, students))
    values = {(row.part, row.name): row for row in table.itertuples(index=False, name="Row")}

    def at(part: str, name: str) -> pd.Series:
        [row] = [row for _, row in table[(table["part"] == part) & (table["name"] == name)].iterrows()]
        return row

    assert values
    for name, ends in whole["indicators"]["intervals"].items():
        row = at("indicator", name)
        assert (row["value"], row["low"], row["high"]) == pytest.approx((whole["indicators"][name], *ends))
    for loss in found.losses:
        assert at("loss", loss.loss)["note"] == loss.margin.verdict
    sizes = table[(table["part"] == "set size") & (table["name"] == "total")]
    assert [*sizes["value"]] == pytest.approx([one.total for one in found.by_k])
    assert [*sizes[sizes["note"] == "k*"]["at"]] == [str(found.best_k)]
    assert at("student", "cc")["value"] == pytest.approx(students[0].student.mean)
    assert at("taught the truth", "cc")["value"] == pytest.approx(students[0].truth.mean)
    assert len(table[table["part"] == "confusion"]) == len(found.confusions)


def test_the_table_of_votes_and_of_labels_without_a_truth() -> None:
    upload = Upload("votes.csv", VOTES)
    bare, crowd = found_in(upload, None), found_in(replace(upload, truth=TRUTH), None)
    table = pd.read_csv(io.StringIO(reports.as_csv(bare, [])))
    [agreement] = table[table["name"] == "agreement"]["value"]
    assert agreement == pytest.approx(bare.agreement)
    [votes] = table[(table["part"] == "read") & (table["name"] == "long: votes")]["value"]
    assert votes == 6
    table = pd.read_csv(io.StringIO(reports.as_csv(crowd, [])))
    totals = table[(table["part"] == "votes") & (table["name"] == "total")]
    assert [*totals["value"]] == pytest.approx([one.total for one in crowd.crowd.by_votes])
    assert {*table[table["part"] == "read as"]["note"]} == {"majority", "soft", "set"}
