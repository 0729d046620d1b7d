"""Formats as people bring them: a small twin of each, with the value that a reader must come to."""

import gzip
import io
import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import softlabel_core
from softlabel_core import Invalid, measure
from softlabel_core.__main__ import main
from softlabel_core.audit.report import audit
from softlabel_core.indicators._sizes import best_size
from softlabel_core.reading import packed
from softlabel_core.reading.choice import OPTIONAL, Choice
from softlabel_core.reading.labels import ENDINGS, offered, read, truth_of
from softlabel_core.reading.recognise import LARGEST
from softlabel_core.streams import stream
from tests.reading.mutations import mutated

THREE = np.array([[0.5, 0.3, 0.2], [0, 0.9, 0.1], [0.125, 0.125, 0.75]])
COUNTS = np.array([[5, 3, 2], [0, 9, 1], [1, 1, 6]])
VOTES = "task,worker,label\n1,w1,cat\n1,w2,dog\n1,w3,cat\n2,w1,dog\n2,w2,dog\n2,w3,owl\n"
LINES = (
    '{"uid":"a","label_dist":[0.3,0.7,0.0],"truth":"n"}\n{"uid":"b","label_dist":[0.9,0.1,0.0],"truth":"e"}\n'
)
MOST = 10**6


def npz(**arrays):
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def npy(array):
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def parquet(**columns):
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


def zipped(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return content.getvalue()


def taken(name, content, other=None, **chosen):
    """What is read of a file, with its truth in another: (name, content)."""
    content = content.encode() if isinstance(content, str) else content
    choice = Choice(**chosen)
    told = None if other is None else truth_of(io.BytesIO(other[1]), other[0], MOST, choice)
    return read(io.BytesIO(content), name, MOST, truth=told, choice=choice)


def far_truth():
    """Of 102 classes the truth stands at place 51 of every label."""
    truth = np.arange(204) % 102
    labels = np.zeros((204, 102))
    for row, one in enumerate(truth):
        others = stream(row, "far").permutation(np.delete(np.arange(102), one))
        labels[row, np.insert(others, 50, one)] = np.linspace(1, 0.1, 102)
    return npz(soft_labels=labels / labels.sum(1, keepdims=True), targets=truth)


INPUTS = {
    "counts.npz": (
        npz(counts=COUNTS, targets=[0, 1, 2]),
        THREE,
        [0, 1, 2],
        {"votes": {"least": 8, "most": 10}},
    ),
    "other_names.npz": (npz(pred_probs=THREE, labels=[0, 1, 2]), THREE, [0, 1, 2], {}),
    "truth_n_by_1.npz": (npz(soft_labels=THREE, targets=[[0], [1], [2]]), THREE, [0, 1, 2], {}),
    "percent.csv": ("target,a,b\n0,70,30\n1,20,80\n", [[0.7, 0.3], [0.2, 0.8]], [0, 1], {"percent": {}}),
    "pandas_index.csv": (
        ",target,a,b\n0,0,.7,.3\n1,1,.2,.8\n",
        [[0.7, 0.3], [0.2, 0.8]],
        [0, 1],
        {"left_out": {"columns": ['""']}},
    ),
    "id_column.csv": (
        "id,target,a,b\n100,0,.7,.3\n101,1,.2,.8\n",
        [[0.7, 0.3], [0.2, 0.8]],
        [0, 1],
        {"left_out": {"columns": ["id"]}},
    ),
    "excel_de.csv": (
        "\ufefftarget;a;b;c\n0;0,7;0,2;0,1\n1;0,1;0,8;0,1\n",
        [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]],
        [0, 1],
        {},
    ),
    "two_decimals.csv": (
        "target,a,b,c\n0,.33,.33,.33\n1,.1,.8,.1\n",
        [[1 / 3] * 3, [0.1, 0.8, 0.1]],
        [0, 1],
        {"rescaled": {"rows": 1, "off": 0.01}},
    ),
    "votes_long.csv": (
        VOTES,
        [[2 / 3, 1 / 3, 0], [0, 2 / 3, 1 / 3]],
        None,
        {"long": {"votes": 6, "workers": 3}, "votes": {"least": 3, "most": 3}},
    ),
    "jsonl_labels.jsonl": (
        LINES,
        [[0.3, 0.7, 0], [0.9, 0.1, 0]],
        None,
        {"unnamed": {"names": ["e", "n"]}},
    ),
    "idx_nonrange.parquet": (
        parquet(target=["a", "b"], a=[0.7, 0.2], b=[0.3, 0.8], __index_level_0__=[9, 3]),
        [[0.7, 0.3], [0.2, 0.8]],
        [0, 1],
        {"left_out": {"columns": ["__index_level_0__"]}},
    ),
    "fold_zero_column.csv": (
        "target,a,b,fold\n0,.7,.3,0\n1,.2,.8,0\n",
        [[0.7, 0.3, 0], [0.2, 0.8, 0]],
        [0, 1],
        {"zero": {"columns": ["fold"]}},
    ),
    "truth_missing_rows.csv": (
        "target,a,b\n0,.7,.3\n,.2,.8\n1,.1,.9\n",
        [[0.7, 0.3], [0.1, 0.9]],
        [0, 1],
        {"no_truth": {"rows": 1}},
    ),
    "fer2013new.csv.gz": (
        gzip.compress(b"Usage,Image name,neutral,happy\nTraining,a.png,4,6\nTest,b.png,9,1\nTest,,0,0\n"),
        [[0.4, 0.6], [0.9, 0.1]],
        None,
        {
            "words": {"columns": ["Usage", "Image name"]},
            "votes": {"least": 10, "most": 10},
            "empty": {"rows": 1},
        },
    ),
    "ria_real.json": (
        "[[], [2, 0], [1], [3, 1, 2]]",
        [[0.5, 0, 0.5, 0], [0, 1, 0, 0], [0, 1 / 3, 1 / 3, 1 / 3]],
        None,
        {"sets": {}, "empty": {"rows": 1}},
    ),
}


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_comes_to_its_value(name):
    content, labels, targets, said = INPUTS[name]
    found = taken(name, content)
    np.testing.assert_allclose(found.soft_labels, labels, atol=1e-12)
    assert (None if found.targets is None else found.targets.tolist()) == targets
    assert found.read == said
    if targets is not None:
        unreliability = 1 / 3 if name == "two_decimals.csv" else 0  # a three-way tie and a hit
        assert measure(found.soft_labels, found.targets, 1)["unreliability"] == pytest.approx(unreliability)


def test_half_precision_is_rescaled_and_said():
    probabilities = stream(0, "half").dirichlet(np.full(10, 0.3), 40)
    short = (probabilities.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)  # as bfloat16
    found = taken("x.npz", npz(soft_labels=short, targets=np.arange(40) % 10))
    np.testing.assert_allclose(found.soft_labels, probabilities, atol=0.01)
    assert 0.001 < found.read["rescaled"]["off"] < 0.01


def test_one_search_finds_k_star_beyond_100_classes():
    found = taken("x.npz", far_truth())
    assert best_size(found.soft_labels, found.targets) == audit(found).best_k == 51


@pytest.mark.parametrize(
    "truth",
    [
        ("t.npy", npy(np.arange(3))),
        ("t.npy", npy(np.arange(3)[:, None])),
        ("t.csv", b"id,label\n7,0\n8,1\n9,2\n"),
        ("t.csv", b"anything\n0\n1\n2\n"),
        ("t.csv.gz", gzip.compress(b"y\n0\n1\n2\n")),
        ("t.parquet", parquet(target=[0, 1, 2])),
        ("t.zip", zipped({"t.csv": "y\n0\n1\n2\n"})),
    ],
)
def test_the_truth_in_a_second_file(truth):
    found = taken("probs.npy", npy(THREE), truth)
    assert found.targets.tolist() == [0, 1, 2]
    np.testing.assert_allclose(found.soft_labels, THREE)


def test_a_truth_with_the_same_ids_is_matched_by_them_whatever_the_order():
    other = ("t.csv", b"id,label\n9,b\n7,a\n5,b\n")
    labels = "id,a,b\n7,.7,.3\n8,.5,.5\n9,.2,.8\n"
    for chosen in ({}, {"columns": ("a", "b")}):
        found = taken("x.csv", labels, other, **chosen)
        assert found.targets.tolist() == [0, 1]
        assert found.read["no_truth"] == {"rows": 1}
        assert found.read["matched"] == {"column": "id"}
    found = taken("x.csv", "a,b\n.7,.3\n.5,.5\n.2,.8\n", other)  # no ids here: in their order
    assert found.targets.tolist() == [1, 0, 1]
    table = parquet(id=[9, 7], a=[0.2, 0.7], b=[0.8, 0.3])
    assert taken("x.parquet", table, other).targets.tolist() == [1, 0]
    with pytest.raises(Invalid, match="targets: task 7: allowed: one truth; got a and b"):
        taken("x.csv", labels, ("t.csv", b"id,label\n7,a\n7,b\n"))


# One row a vote.


def test_votes_meet_their_truth_by_task_in_a_column_or_another_file():
    with_truth = "task,worker,label,gold\n1,w1,cat,cat\n1,w2,dog,\n2,w1,dog,owl\n2,w2,dog,owl\n"
    found = taken("v.csv", with_truth)
    assert found.names == ("cat", "dog", "owl")
    assert found.targets.tolist() == [0, 2]
    assert found.read["zero"] == {"columns": ["owl"]}
    other = ("t.csv", b"task,truth\n2,owl\n3,cat\n1,cat\n")
    found = taken("v.csv", VOTES, other)
    assert found.targets.tolist() == [0, 2]
    assert found.votes.tolist() == [[2, 1, 0], [0, 2, 1]]
    assert taken("v.csv", VOTES, ("t.npy", npy(np.array([0, 2])))).targets.tolist() == [0, 2]
    with pytest.raises(Invalid, match="targets: task 1: allowed: one truth; got cat and dog"):
        taken("v.csv", "task,worker,label,gold\n1,w1,cat,cat\n1,w2,dog,dog\n")


def test_a_row_without_a_label_is_no_vote_and_numbers_are_sorted_as_numbers():
    found = taken("v.csv", "item,rater,vote,minute\na,x,10,1\na,y,,2\nb,x,9,3\nb,y,10,4\nc,z,,5\n")
    assert found.names == ("9", "10")
    assert found.votes.tolist() == [[0, 1], [1, 1]]
    assert found.read == {
        "long": {"votes": 3, "workers": 2, "blank": 2},
        "unused": {"columns": ["minute"]},
        "votes": {"least": 1, "most": 2},
        "empty": {"rows": 1},
    }


def test_other_names_of_the_three_columns_on_request():
    text = "picture,who,emotion\np,a,sad\np,b,sad\nq,a,glad\n"
    with pytest.raises(Invalid, match="two columns of numbers or more"):
        taken("v.csv", text)
    found = taken("v.csv", text, numbers="long", columns=("picture", "who", "emotion"))
    assert found.votes.tolist() == [[0, 2], [1, 0]]
    for columns in ((), ("picture",), ("picture", "who", "x")):
        with pytest.raises(Invalid, match="columns: allowed: those of the task, the worker and the label"):
            taken("v.csv", text, numbers="long", columns=columns)


def test_a_cross_table_is_bounded():
    lines = "".join(f"{i},w,{i}\n" for i in range(1100))
    with pytest.raises(Invalid, match="votes by task and label at most; got 1,100 tasks of 1,100"):
        taken("v.csv", f"task,worker,label\n{lines}")


def test_parquet_may_be_one_row_a_vote():
    content = parquet(task=[1, 1, 2], worker=["a", "b", "a"], label=["x", "y", "x"])
    assert taken("v.parquet", content).votes.tolist() == [[1, 1], [1, 0]]


# JSON.


def test_names_of_classes_in_their_order_on_request():
    found = taken("x.jsonl", LINES, names=("e", "n", "c"))
    assert found.targets.tolist() == [1, 0]
    assert found.names == ("e", "n", "c")
    with pytest.raises(Invalid, match="class_names: allowed: 3 names"):
        taken("x.jsonl", LINES, names=("e", "n"))


RECORDS = {
    "label -> number": '[{"label_count": {"e": 3, "n": 1}, "y": "n"}, {"label_count": {"n": 4}, "y": "n"}]',
    "a field a class": '[{"id": 7, "e": 0.75, "n": 0.25, "y": "n"}, {"id": 8, "e": 0, "n": 1, "y": "n"}]',
    "a field on request": '[{"mine": [3, 1], "y": 1}, {"mine": [0, 4], "y": 1}]',
    "rows of numbers": "[[3, 1], [0, 4]]",
}


@pytest.mark.parametrize("name", RECORDS)
def test_records_and_lists(name):
    chosen = {"columns": ("mine",)} if "request" in name else {}
    for ending, text in ((".json", RECORDS[name]), (".jsonl", RECORDS[name][1:-1].replace("}, {", "}\n{"))):
        if ending == ".jsonl" and name == "rows of numbers":
            text = "[3, 1]\n\n[0, 4]\n"
        found = taken(f"x{ending}", text, **chosen)
        np.testing.assert_allclose(found.soft_labels, [[0.75, 0.25], [0, 1]])
        assert name == "rows of numbers" or found.targets.tolist() == [1, 1]


def test_lists_of_labels_of_one_length_are_sets_on_request():
    text = "[[0, 3], [1, 2]]"
    assert taken("x.json", text).names == ("0", "1")
    found = taken("x.json", text, numbers="sets")
    np.testing.assert_allclose(found.soft_labels, [[0.5, 0, 0, 0.5], [0, 0.5, 0.5, 0]])
    named = taken("x.json", '[["cat", "dog"], ["owl"]]')
    assert named.names == ("cat", "dog", "owl")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "JSON, a record or a list a row, each with its distribution; got something else at line 1"),
        ("{}", "got something else."),
        ("[]", "got no row."),
        ("[1, 2]", "got rows of both kinds."),
        ("[[[1]]]", "values that are neither numbers nor texts"),
        ("[" * 100_000, "got something else at line 1."),
        ('[{"a": 1}, [1]]', "got rows of both kinds."),
        ('[{"x": "y"}]', "got x."),
        ('[{"probs": [0.5, 0.5]}, {"probs": [1]}]', "row 1: allowed: 2 numbers, as in the first; got [1]."),
        ('[{"probs": [0.5, 0.5]}, {}]', "row 1: allowed: 2 numbers, as in the first; got None."),
        ("[[0.5, 0.5], [1.0]]", "lists of 1 to 2 numbers"),
        ("[[0.5, NaN]]", "row 0, column 1: allowed: a finite number; got nan."),
        ("[[1], [1000000000, 2]]", "cells at most; got 2 rows of"),
        (f"[[1], [{'9' * 4000}, 2]]", "cells at most; got 2 rows of"),
        (f"[[1], [{'9' * 5000}, 2]]", "something else at line 1"),
        (f"[[0.5, {'9' * 400}]]", "got something else."),
        ("[" + "[]," * 1_100_000 + "[]]", "1,000,000 cells at most; got 2,2"),
        ("[[], []]", "shape (n >= 1, c >= 2)"),
    ],
)
def test_json_that_cannot_be_read(text, sentence):
    with pytest.raises(Invalid) as caught:
        taken("x.json", text)
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 300


# Packed.


def test_one_packed_file_is_read_under_its_own_name():
    text = INPUTS["percent.csv"][0]
    for name, content in (
        ("x.csv.gz", gzip.compress(text.encode())),
        ("anything.zip", zipped({"x.csv": text})),
        ("x.zip", zipped({"folder/x.csv": text, "__MACOSX/._x.csv": "beside"})),
        ("x.npz.zip", zipped({"x.npz": INPUTS["counts.npz"][0]})),
    ):
        assert taken(name, content).targets is not None


def locked():
    """A .zip whose entry says that it has a password."""
    content = bytearray(zipped({"x.csv": "target,a,b\n0,1,0\n"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


def lying():
    """A .zip whose directory says that there is one byte."""
    content = bytearray(zipped({"x.csv": "target,a,b\n" + "0,1,0\n" * 100}))
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = (1).to_bytes(4, "little")
    return bytes(content)


def of_bzip2():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("x.csv", "target,a,b\n0,1,0\n")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.csv.gz", b"", "two columns of numbers or more, one a class; got an empty file."),
        ("x.csv.gz", b"no", "allowed: a whole .gz file; got a broken one."),
        (
            "x.csv.gz",
            gzip.compress(b"target,a,b\n0,1,0\n")[:-9],
            "allowed: a whole .gz file; got a broken one.",
        ),
        ("x.zip", b"no", "allowed: a whole .zip file; got a broken one."),
        ("x.zip", zipped({}), "a .zip of one file; got 0 files in it."),
        ("x.zip", zipped({"x.csv": "a", "y.csv": "b"}), "a .zip of one file; got 2 files in it."),
        ("x.zip", zipped({"x.exe": "a"}), "packed as .gz, .zip; got x.exe."),
        ("x.zip", zipped({"x.zip": zipped({"x.csv": "a"})}), "packed as .gz, .zip; got x.zip."),
        ("x.gz", gzip.compress(b"a"), "packed as .gz, .zip; got x."),
        ("x.zip", locked(), "a whole .zip file; got one with a password."),
        ("x.zip", lying(), "allowed: a whole .zip file; got a broken one."),
        ("x.zip", of_bzip2(), "a .zip that is stored or deflated; got another way of compressing."),
    ],
)
def test_a_packed_file_that_cannot_be_read(name, content, sentence):
    with pytest.raises(Invalid) as caught:
        taken(name, content)
    assert sentence in str(caught.value)


def test_a_bomb_is_refused_at_its_bound(monkeypatch):
    """Nothing is believed and no more is unpacked than what is allowed."""
    monkeypatch.setattr(packed, "A_CELL", 2)
    inside = b"target,a,b\n" + b"0,1,0\n" * 2_000_000
    for name, content in (("x.csv.gz", gzip.compress(inside, 1)), ("x.zip", zipped({"x.csv": inside}))):
        with pytest.raises(Invalid, match="allowed: 2 MiB once it is expanded; got more"):
            taken(name, content)


# Choices.


def test_columns_truth_and_conversions_are_chosen():
    text = "id,left,right,fold,gold,answer\n1,.5,.5,0,b,1\n2,.25,.75,0,a,1\n"
    with pytest.raises(Invalid, match="a class; got a, and words in b"):
        taken("x.csv", "a,b\n1,x\n")
    found = taken("x.csv", text, columns=("right", "left"), truth="answer")
    np.testing.assert_allclose(found.soft_labels, [[0.5, 0.5], [0.75, 0.25]])
    assert found.names == ("right", "left")
    assert found.targets.tolist() == [1, 1]
    assert found.read == {}
    with pytest.raises(Invalid, match="allowed: a column nobody; got id, left"):
        taken("x.csv", text, truth="nobody")
    arrays = npz(a=THREE, b=[2, 1, 0], soft_labels=np.eye(3), targets=[0, 1, 2])
    found = taken("x.npz", arrays, columns=("a",), truth="b")
    np.testing.assert_allclose(found.soft_labels, THREE)
    assert found.targets.tolist() == [2, 1, 0]


REFUSED = {
    "left_out": ("id,target,a,b\n5,0,.7,.3\n", "row 0: allowed: a sum of 1; got a sum of 6."),
    "words": ("target,a,b,by\n0,.7,.3,me\n", "column by, row 0: allowed: a number; got me."),
    "rescaled": ("target,a,b\n0,.7,.31\n", "row 0: allowed: a sum of 1; got a sum of 1.01."),
    "empty": ("target,a,b\n0,7,3\n1,0,0\n", "row 0: allowed: a sum of 1; got a sum of 10."),
    "no_truth": (
        "target,a,b\n0,.7,.3\n,.5,.5\n",
        "row 1: allowed: one of a, b, or only numbers; got nothing.",
    ),
}


@pytest.mark.parametrize("conversion", OPTIONAL)
def test_a_conversion_that_is_switched_off_is_not_made(conversion):
    text, sentence = REFUSED[conversion]
    assert conversion in taken("x.csv", text).read
    with pytest.raises(Invalid) as caught:
        taken("x.csv", text, off=frozenset({conversion}))
    assert sentence in str(caught.value)


def test_the_majority_on_request_leaves_ties_out():
    found = taken("x.csv", "a,b,c\n7,2,1\n4,4,2\n0,1,9\n", majority=True)
    assert found.targets.tolist() == [0, 2]
    assert found.votes.tolist() == [[7, 2, 1], [0, 1, 9]]
    assert found.read["majority"] == {"ties": 1}
    assert measure(found.soft_labels, found.targets, 1)["unreliability"] == 0


@pytest.mark.parametrize("wrong", [{"numbers": "grades"}, {"off": frozenset({"everything"})}])
def test_a_choice_that_there_is_not(wrong):
    with pytest.raises(Invalid, match="allowed: "):
        Choice(**wrong)


def test_votes_are_whole_and_numbers_have_an_end():
    with pytest.raises(Invalid, match="row 0, column 1: allowed: a whole number of votes"):
        taken("x.csv", "target,a,b\n0,1,.5\n", numbers="votes")
    for number in ("1e300", "-1e300"):
        with pytest.raises(Invalid, match=r"column 0: allowed: a number below 1e\+100; got -?1e\+300"):
            taken("x.csv", f"target,a,b\n0,{number},.5\n", numbers="logits")
    assert taken("x.csv", "target,a,b\n0,1e15,1\n").votes.max() == 1e15
    assert LARGEST == 1e100


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_features_have_an_end_whatever_their_type(kind):
    """Squares of what is allowed are still numbers."""
    truth, large = np.arange(4) % 2, kind(6e4 if kind == np.float16 else 1e30)
    labels, inputs = np.eye(2)[truth], np.full((4, 2), large)
    found = taken("x.npz", npz(soft_labels=labels, targets=truth, features=inputs))
    assert np.isfinite(found.features.std(0)).all()
    inputs[1, 1] = np.inf if kind != np.float64 else 1e300
    with pytest.raises(Invalid, match="features: row 1, column 1: allowed: a number below"):
        taken("x.npz", npz(soft_labels=labels, targets=truth, features=inputs))


# The Python face and the command.


def test_python_reads_with_the_same_words(tmp_path):
    (tmp_path / "v.csv").write_text(VOTES)
    (tmp_path / "t.csv").write_text("task,truth\n1,cat\n2,dog\n")
    found = softlabel_core.read_labels(tmp_path / "v.csv", targets=tmp_path / "t.csv")
    assert (found.names, found.targets.tolist()) == (("cat", "dog", "owl"), [0, 1])
    text = softlabel_core.read_labels(str(tmp_path / "v.csv"), majority=True, names=["a", "b", "c"])
    assert text.names == ("a", "b", "c")
    with pytest.raises(Invalid, match="allowed: an existing CSV, NPZ, PARQUET, NPY, JSONL or JSON file"):
        softlabel_core.read_labels(tmp_path / "none.csv")


def test_the_command_takes_every_choice(tmp_path, capsys):
    (tmp_path / "s.csv").write_text("id,a,b,c,gold,y\n1,1,1,0,b,0\n2,0,1,1,a,1\n")

    def said(*options, name="s.csv"):
        assert main(["indicators", str(tmp_path / name), "--json", *options]) == 0
        return json.loads(capsys.readouterr().out)

    found = said("--column", "a", "--column", "b", "--truth", "y", "--sets")
    assert found["read"] == {"sets": {}}
    assert (found["k"], found["classes"]) == ("support", 2)
    (tmp_path / "v.csv").write_text(VOTES)
    found = said("--majority", name="v.csv")
    assert found["read"]["long"] == {"votes": 6, "workers": 3}
    assert found["crowd"]["most"] == 3
    untold = said(name="v.csv")
    assert untold["agreement"] == pytest.approx(1 / 3)
    assert "intervals" not in untold
    assert main(["indicators", str(tmp_path / "v.csv")]) == 0
    assert "none: --targets FILE, --truth NAME or --majority gives one" in capsys.readouterr().out
    assert said("--off", "left_out", "--truth", "y")["read"]["words"] == {"columns": ["gold"]}
    (tmp_path / "l.csv").write_text("target,x,y\n0,2,-1\n1,-3,0.5\n")
    assert said("--logits", "--truth", "target", name="l.csv")["read"] == {"logits": {}}


def test_what_there_is_to_choose_from_is_offered():
    for name, content, names in (
        ("x.csv", "\ufeffa;b c\n1;2\n", ["a", "b c"]),
        ("x.npz", npz(b=THREE, a=[1]), ["a", "b"]),
        ("x.parquet", parquet(a=["x"], b=[1]), ["a", "b"]),
        ("x.jsonl", LINES, ["uid", "label_dist", "truth"]),
        ("x.npy", npy(THREE), []),
        ("x.csv.gz", gzip.compress(b"a,b\n"), ["a", "b"]),
    ):
        content = content.encode() if isinstance(content, str) else content
        assert offered(io.BytesIO(content), name, MOST) == names
    assert set(taken("x.npz", npz(soft_labels=THREE, targets=[0, 1, 2])).offered) == {
        "soft_labels",
        "targets",
    }


# What is not as it should be.


SAMPLES = {
    "x.csv": b"target,a,b,c\n" + b"0,.7,.2,.1\n1,.1,.8,.1\n2,.2,.2,.6\n" * 9,
    "v.csv": VOTES.encode() * 9,
    "x.npz": npz(soft_labels=THREE, targets=[0, 1, 2], features=THREE),
    "x.npy": npy(THREE),
    "x.parquet": parquet(target=["a", "b", "a"], a=[0.7, 0.2, 0.5], b=[0.3, 0.8, 0.5]),
    "x.jsonl": LINES.encode() * 9,
    "x.json": b"[[], [2, 0], [1], [3, 1, 2]]",
    "r.json": RECORDS["label -> number"].encode(),
    "x.csv.gz": gzip.compress(b"target,a,b,c\n" + b"0,.7,.2,.1\n1,.1,.8,.1\n" * 9),
    "x.zip": zipped({"x.csv": "target,a,b,c\n" + "0,.7,.2,.1\n1,.1,.8,.1\n" * 9}),
}


def test_every_ending_has_a_sample():
    assert {"." + name.rsplit(".", 1)[1] for name in SAMPLES} == {*ENDINGS}


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_1000_mutations_are_read_or_refused(name):
    outcomes = []
    for number in range(1000):
        content = mutated(SAMPLES[name], stream(0, "mutation", name, number))
        try:
            found = read(io.BytesIO(content), name, MOST)
        except Invalid as refusal:
            outcomes.append(str(refusal))
        else:
            np.testing.assert_allclose(found.soft_labels.sum(1), 1)
            assert found.targets is None or found.targets.max() < len(found.names)
    assert 20 < len(outcomes) < 1000
    assert all(": allowed: " in said and len(said) < 500 for said in outcomes)
