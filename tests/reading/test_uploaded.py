"""Data that someone brings along: what is read, and what is refused before it is expanded."""

import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from softlabel_core import Experiment, Invalid, catalogue
from softlabel_core.biases.human_annotators import HumanAnnotators
from softlabel_core.datasets import Dataset
from softlabel_core.datasets.uploaded import Uploaded
from softlabel_core.reading.features import MOST_FEATURES, MOST_VALUES, read_table
from softlabel_core.streams import stream
from tests.waiting import PATIENCE

RNG = stream(0, "uploaded")
POINTS = RNG.standard_normal((60, 3))
TARGETS = np.arange(60) % 3


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SOFTLABEL_DATA", str(tmp_path))
    return tmp_path


def npz(path, **arrays):
    np.savez_compressed(path, **arrays)
    return path


def every(split):
    rows = [part.features * split.scale + split.shift for part in (split.train, split.test)]
    return np.concatenate(rows), np.concatenate([split.train.targets, split.test.targets])


def test_points_as_npz_and_as_csv_are_the_same(data):
    npz(data / "a.npz", features=POINTS, targets=TARGETS)
    lines = [
        "x,target,y,z",
        *(f"{p[0]!r},{t},{p[1]!r},{p[2]!r}" for p, t in zip(POINTS.tolist(), TARGETS, strict=True)),
    ]
    (data / "a.csv").write_text("\n".join(lines))
    splits = [Uploaded(file=name).split(generator=stream(0, "split")) for name in ("a.npz", "a.csv")]
    for split in splits:
        assert (len(split.train), len(split.test)) == (40, 20)
        features, targets = every(split)
        order = np.lexsort(features.T)
        expected = np.lexsort(POINTS.T)
        np.testing.assert_allclose(features[order], POINTS[expected], atol=1e-6)
        assert np.array_equal(targets[order], TARGETS[expected])
    assert np.array_equal(splits[0].train.features, splits[1].train.features)
    assert Uploaded(file="a.csv").class_names == ["0", "1", "2"]
    assert Uploaded(file="a.csv").image_shape is None


def test_names_as_targets(data):
    (data / "a.csv").write_text(
        "target,x\n" + "\n".join(f"{name},{i}" for i, name in enumerate(["cat", "ant", "NA"] * 5))
    )
    one = Uploaded(file="a.csv")
    assert one.class_names == ["NA", "ant", "cat"]
    assert one.classes == 3
    features, targets = every(one.split(generator=stream(0, "split")))
    assert all(
        one.class_names[t] == ["cat", "ant", "NA"][round(x) % 3]
        for (x,), t in zip(features, targets, strict=True)
    )


@pytest.mark.parametrize("colours", [0, 3])
def test_images_are_laid_out_channel_by_channel(data, colours):
    shape = (30, 4, 5, colours) if colours else (30, 4, 5)
    images = RNG.integers(256, size=shape, dtype=np.uint8)
    npz(data / "a.npz", features=images, targets=np.arange(30) % 2)
    one = Uploaded(file="a.npz")
    assert one.image_shape == (colours or 1, 4, 5)
    split = one.split(generator=stream(0, "split"))
    assert split.train.image_shape == one.image_shape
    features, _ = every(split)
    known = {image.reshape(4, 5, -1).transpose(2, 0, 1).tobytes() for image in images}
    assert {row.round().astype(np.uint8).tobytes() for row in features} == known
    np.testing.assert_allclose(split.train.features.mean(), 0, atol=1e-5)
    np.testing.assert_allclose(np.ptp(split.train.features), 2, atol=1e-5)


def test_a_new_file_of_the_same_name_is_read_anew(data):
    npz(data / "a.npz", features=POINTS, targets=TARGETS)
    one = Experiment(dataset=Uploaded(file="a.npz"))
    before = one.key()
    assert one.dataset.classes == 3
    time.sleep(0.01)
    npz(data / "a.npz", features=POINTS, targets=TARGETS % 2)
    assert one.dataset.classes == 2
    assert one.key() != before


def test_an_experiment_with_it(data):
    npz(data / "a.npz", features=POINTS, targets=TARGETS)
    one = Experiment.parse({"dataset": {"kind": "uploaded", "file": "a.npz"}})
    assert one.dataset.classes == 3
    with pytest.raises(Invalid, match=r"^bias\.rank: allowed: a whole number from 1 to 3"):
        Experiment.parse(
            {"dataset": {"kind": "uploaded", "file": "a.npz"}, "bias": {"kind": "demotion", "rank": 4}}
        )
    with pytest.raises(Invalid) as caught:
        Experiment.parse({"dataset": {"kind": "uploaded", "file": "b.npz"}})
    assert "dataset.file: allowed: a file in the data folder; got b.npz, not there" in str(caught.value)
    assert not str(caught.value).endswith("..")


PATHS = [
    "../a.npz",
    "/etc/passwd",
    "a/b.npz",
    "a\\b.npz",
    "..npz",
    ".npz",
    "",
    "a",
    "a.npy",
    "a.pkl",
    "a.npz\n",
    "~/a.npz",
    "http://x/a.npz",
    "file:///a.npz",
    "C:a.npz",
    "a.npz/",
    "a\0.npz",
    "*.npz",
    "$HOME.csv",
    "a.csv.gz",
    "x" * 200 + ".csv",
    ".hidden.csv",
    "a|b.csv",
    "a%2f.csv",
    "ä.csv",
    " a.csv",
    "-a.csv",
    "a.NPZ ",
    # by another way of writing it
    "..%2fa.npz",
    "..%252fa.npz",
    "..%c0%afa.npz",
    "..\u2215a.npz",
    "..\uff0fa.npz",
    "\uff0e\uff0e/a.npz",
    "....//a.npz",
    "./a.npz",
    "a/../b.npz",
    "/proc/self/environ.csv",
    "//host/share/a.npz",
    "\\\\host\\share\\a.npz",
    "\\\\?\\C:\\a.npz",
    "s3://bucket/a.csv",
    "data:text/csv,target.csv",
    "gopher://x.csv",
    # for a shell, a template or a terminal
    "$(id).csv",
    "`id`.csv",
    "a;id.csv",
    "{a,b}.csv",
    "{{7*7}}.csv",
    "%s%n.csv",
    "a\n.csv",
    "a\r\nb.csv",
    "a\tb.csv",
    "\x1b[2Ja.csv",
    "a\u202evsc.csv",
    "a\u200b.csv",
    "?.csv",
    "[a].csv",
    "<a>.csv",
    "'a'.csv",
    '"a".csv',
    "a&b.csv",
    "@a.csv",
    # nearly right
    "a.csv\0",
    "a.csv.",
    "a.csv:stream",
    "a.csv::$DATA",
    "a.csv#b",
    "a.csv?b",
    "a.npz.exe",
    "\uff41.csv",
    "a.c\u017fv",
    None,
    5,
    ["a.csv"],
    {"a": "a.csv"},
    b"../a.csv",
]


def test_only_a_bare_name_is_a_file(data):
    """Of a dataset, and of votes of people: 77 names that are none."""
    assert len({repr(name) for name in PATHS}) == len(PATHS) == 77
    for name in PATHS:
        for cls, kinds in ((Uploaded, "an NPZ or CSV"), (HumanAnnotators, r"a \.csv or \.parquet")):
            with pytest.raises(Invalid, match=f"^file: allowed: the name of {kinds} file in the data folder"):
                cls.parse({"file": name})


def test_a_link_out_of_the_folder_is_refused(data, tmp_path_factory):
    outside = npz(tmp_path_factory.mktemp("outside") / "a.npz", features=POINTS, targets=TARGETS)
    (data / "a.npz").symlink_to(outside)
    with pytest.raises(Invalid, match="not there"):
        Uploaded(file="a.npz").split(generator=stream(0, "split"))


def member(shape, descr="<f8", body=b""):
    """An array file that claims `shape` and holds `body`."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"shape": shape, "fortran_order": False, "descr": descr})
    return file.getvalue() + body


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


GOOD = member((4,), "<i8", np.array([0, 0, 1, 1]).tobytes())


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (
            {"features": member((MOST_VALUES, 2))},
            f"{MOST_VALUES:,} at most; got {MOST_VALUES} x 2 of float64",
        ),
        ({"features": member((2**40, 2**40))}, "at most; got"),
        ({"features": member((4, 2), "|O", b"cos\nsystem\n")}, "plain numbers"),
        ({"features": member((4, 2), "<U9")}, "plain numbers"),
        ({"features": member((4, 2), "<c16")}, "plain numbers"),
        ({"features": member((4,))}, "got 4 of float64"),
        ({"features": member((4, 2), body=b"short")}, "got 133 bytes for 4 x 2 of float64"),
        ({"features": b"no array"}, "something else"),
        ({"other": GOOD}, "got other.npy"),
        ({"features": member((4, 0))}, "4 of 0"),
        ({"features": member((4, 5000), body=bytes(8 * 20000))}, "4 of 5,000"),
        ({"features": member((3, 2), body=bytes(48))}, "one an example (3); got 4 of int64"),
        (
            {"features": member((4, 2), body=np.full(8, np.nan).tobytes())},
            "row 0, feature 0: allowed: a number below 1e+100; got nan",
        ),
        ({"features": member((4, 2, 2, 4), body=bytes(512))}, "got 4 x 2 x 2 x 4"),
    ],
)
def test_bad_npz_is_refused(tmp_path, members, words):
    path = zipped(tmp_path / "x.npz", **members, targets=GOOD)
    with pytest.raises(Invalid) as caught:
        read_table(path)
    assert str(caught.value).startswith("x.npz: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (np.array([0, 0, 1, -1]), "row 3: allowed: a label from 0 to 999; got -1"),
        (np.array([0, 0, 1, 1000]), "row 3: allowed: a label from 0 to 999; got 1000"),
        (np.array([0, 0, 2, 2]), "two examples or more of every class; got 0 of 1"),
        (np.array([0, 0, 0, 1]), "got 1 of 1"),
        (np.zeros(4, dtype=int), "at least two classes; got 1"),
        (np.array([0.0, 0, 1, 1]), "whole numbers"),
    ],
)
def test_bad_targets_are_refused(tmp_path, targets, words):
    path = npz(tmp_path / "x.npz", features=np.ones((4, 2)), targets=targets)
    with pytest.raises(Invalid) as caught:
        read_table(path)
    assert words in str(caught.value)


def test_a_small_file_that_would_expand_to_gigabytes_is_refused_at_once(tmp_path):
    """By its header: not even the 16 MiB that are there are read."""
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("features.npy", "w") as file:
            file.write(member((2**24, 16)) + bytes(2**24))
        archive.writestr("targets.npy", GOOD)
    tracemalloc.start()
    try:
        with pytest.raises(Invalid, match="at most"):
            read_table(path)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04 broken", b"not a zip"])
def test_no_npz_at_all(tmp_path, content):
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(Invalid, match="a whole NPZ file"):
        read_table(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "allowed: a column target; got an empty file."),
        ("a,b\n1,2\n", "allowed: a column target; got a, b."),
        ("target\na\n", "of 1 to 4,096 features; got 1 of 0."),
        ("target,x\n", "labels of at least two classes; got 0."),
        ("target,x\na,1\na,\nb,2\nb,3", "column x, row 1: allowed: a number; got nothing"),
        ("target,x\na,1\na,hello\nb,2\nb,3", "column x, row 1: allowed: a number; got hello"),
        ("target,x\na,1\na,inf\nb,2\nb,3", "row 1, feature 0: allowed: a number below 1e+100; got inf"),
        ("target,x\na,1\nb,1\nb,2", "got 1 of a"),
        ("target,x\n" + "".join(f"{i},1\n" for i in range(1001)), "up to 1,000 classes"),
        ("target," + ",".join(f"c{i}" for i in range(MOST_FEATURES + 1)) + "\n", "got 0 of 4,097."),
        ('target,x\n"a,1\n', "a CSV file in UTF-8 with a header; got unexpected end of data."),
        ("target,x\na,1\na,2,3,4\n", "row 1: allowed: 2 cells, as the header; got 4."),
        ("x,target\n1,a,9\n2,b,9\n3,a,9\n4,b,9\n", "row 0: allowed: 2 cells"),  # all rows too long
        ("target,x\na,1\nb\n", "row 1: allowed: 2 cells, as the header; got 1."),
        ("target,x,x\na,1,2\n", "every column once; got x twice."),
        ("target,x\n\x00\xff\n", "allowed"),
    ],
)
def test_bad_csv_is_refused(tmp_path, text, words):
    (tmp_path / "x.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(Invalid) as caught:
        read_table(tmp_path / "x.csv")
    assert str(caught.value).startswith("x.csv: ")
    assert words in str(caught.value)


def test_too_many_rows(tmp_path):
    (tmp_path / "x.csv").write_text("target,x\n" + "a,1\nb,1\n" * 50_001)
    with pytest.raises(Invalid, match=r"^x\.csv: allowed: 100,000 rows at most; got more\.$"):
        read_table(tmp_path / "x.csv")


def test_it_is_marked_as_needing_files():
    assert Uploaded.needs_files
    assert catalogue(Dataset)["uploaded"] is Uploaded


def test_the_form_asks_for_the_file_and_says_what_is_wrong(data):
    from streamlit.testing.v1 import AppTest

    from ui.words.i18n import plain

    npz(data / "a.npz", features=POINTS, targets=TARGETS)
    app = AppTest.from_file(Path(__file__).parents[2] / "pages" / "explore.py", default_timeout=PATIENCE)
    app.session_state["settings"] = True
    app.run()
    app.selectbox(key="form/dataset").set_value("uploaded").run()
    assert not app.exception
    assert plain("data.npz, not there") in app.error[0].value
    box = app.text_input(key="form/dataset/uploaded/file")
    box.set_value("../a.npz").run()
    assert not app.exception
    assert "the name of an NPZ or CSV file" in app.error[0].value
    app.text_input(key="form/dataset/uploaded/file").set_value("a.npz").run()
    assert not app.exception
    assert not app.error
    app.selectbox(key="form/dataset").set_value("mnist").run()
    app.selectbox(key="form/student").set_value("cnn").run()
    assert not app.exception
    assert not app.error
    app.selectbox(key="form/dataset").set_value("moons").run()
    assert not app.exception
    assert "moons has none" in app.error[0].value
