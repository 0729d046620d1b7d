"""The door for labels as people have them: what is recognised, what is said of it, what is still refused."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from softlabel_core import Experiment, Invalid, run
from softlabel_core.__main__ import main
from softlabel_core.audit.report import audit
from softlabel_core.reading.choice import KINDS, LONG, Choice
from softlabel_core.reading.features import read_table
from softlabel_core.reading.labels import read, read_labels
from softlabel_core.reading.recognise import probabilities
from softlabel_core.streams import stream
from tests.declared import random_labels

THREE = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5]])
TWO = [[0.7, 0.3], [0.2, 0.8]]


def npz(**arrays):
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def from_csv(text, **options):
    return read(io.BytesIO(text.encode()), "x.csv", 10**6, choice=Choice(**options))


def from_npz(**arrays):
    return read(io.BytesIO(npz(**arrays)), "x.npz", 10**6)


CSV = {
    "votes": (
        "target,a,b\n0,7,3\n1,1,7\n",
        [[0.7, 0.3], [0.125, 0.875]],
        {"votes": {"least": 8, "most": 10}},
    ),
    "percent": ("target,a,b\n0,70,30\n1,20,80\n", TWO, {"percent": {}}),
    "decimal percent": (
        "target,a,b\n0,70.2,29.8\n1,20.1,79.9\n",
        [[0.702, 0.298], [0.201, 0.799]],
        {"percent": {}},
    ),
    "sets": ("target,a,b,c\n0,1,1,0\n1,0,1,1\n", [[0.5, 0.5, 0], [0, 0.5, 0.5]], {"sets": {}}),
    "rounded": (
        "target,a,b,c\n0,.33,.33,.33\n1,.1,.8,.1\n",
        [[1 / 3] * 3, [0.1, 0.8, 0.1]],
        {"rescaled": {"rows": 1, "off": 0.01}},
    ),
    "an index of pandas": (",target,a,b\n0,0,.7,.3\n1,1,.2,.8\n", TWO, {"left_out": {"columns": ['""']}}),
    "an id": ("id,target,a,b\n100,0,.7,.3\n101,1,.2,.8\n", TWO, {"left_out": {"columns": ["id"]}}),
    "semicolons and decimal commas": ("\ufefftarget;a;b\n0;0,7;0,3\n1;0,2;0,8\n", TWO, {}),
    "tabs": ("target\ta\tb\n0\t.7\t.3\n1\t.2\t.8\n", TWO, {}),
    "another name of the truth": ("a,b,y\n.7,.3,0\n.2,.8,1\n", TWO, {}),
    "names that are numbers": ("target,1,2\n1.0,.7,.3\n02,.2,.8\n", TWO, {}),
    "no truth in a row": ("target,a,b\n0,.7,.3\n,.5,.5\n1,.2,.8\n", TWO, {"no_truth": {"rows": 1}}),
    "no vote in a row": (
        "target,a,b\n0,7,3\n1,0,0\n1,2,8\n",
        TWO,
        {"votes": {"least": 10, "most": 10}, "empty": {"rows": 1}},
    ),
    "a column of zeros": (
        "target,a,b,fold\n0,.7,.3,0\n1,.2,.8,0\n",
        [[0.7, 0.3, 0], [0.2, 0.8, 0]],
        {"zero": {"columns": ["fold"]}},
    ),
}


@pytest.mark.parametrize("name", CSV)
def test_what_people_have_is_read_and_said(name):
    text, labels, said = CSV[name]
    found = from_csv(text)
    np.testing.assert_allclose(found.soft_labels, labels)
    assert found.targets.tolist() == [0, 1]
    assert found.read == said
    assert audit(found, 1).model_dump(mode="json")["read"] == said


@pytest.mark.parametrize("soft", ["soft_labels", "pred_probs", "probs"])
@pytest.mark.parametrize("truth", ["targets", "labels", "y_true"])
def test_arrays_have_other_names_and_shapes(soft, truth):
    for targets in (np.arange(3), np.arange(3)[:, None]):
        found = from_npz(**{soft: THREE, truth: targets})
        np.testing.assert_allclose(found.soft_labels, THREE)
        assert found.targets.tolist() == [0, 1, 2]
        assert found.read == {}


def test_an_index_of_parquet_is_no_class():
    content = io.BytesIO()
    parts = {"target": ["a", "b"], "a": [0.7, 0.2], "b": [0.3, 0.8], "__index_level_0__": [9, 3]}
    pq.write_table(pa.table(parts), content)
    found = read(content, "x.parquet", 1000)
    assert found.names == ("a", "b")
    assert found.read == {"left_out": {"columns": ["__index_level_0__"]}}


def test_two_files_are_one(tmp_path, capsys):
    np.save(tmp_path / "probs.npy", THREE)
    np.save(tmp_path / "truth.npy", np.arange(3))
    (tmp_path / "truth.csv").write_text("id,label\n7,0\n8,1\n9,2\n")
    assert read_labels(tmp_path / "probs.npy").targets is None
    for name in ("truth.npy", "truth.csv"):
        found = read_labels(tmp_path / "probs.npy", targets=tmp_path / name)
        np.testing.assert_allclose(found.soft_labels, THREE)
        assert found.targets.tolist() == [0, 1, 2]
        assert (
            main(["indicators", str(tmp_path / "probs.npy"), "--targets", str(tmp_path / name), "--k", "1"])
            == 0
        )
        assert "unreliability          0.0000" in capsys.readouterr().out


def test_the_command_says_what_it_converted_and_takes_it_back(tmp_path, capsys):
    file = tmp_path / "votes.csv"
    file.write_text("target,a,b\n0,7,3\n1,1,7\n")
    assert main(["indicators", str(file), "--k", "1"]) == 0
    assert "read: votes            least 8, most 10" in capsys.readouterr().out
    assert main(["indicators", str(file), "--k", "1", "--numbers", "probabilities"]) == 2
    assert "row 0: allowed: a sum of 1; got a sum of 10." in capsys.readouterr().err
    assert main(["indicators", str(file), "--numbers", "grades"]) == 2
    assert "numbers: allowed: auto, probabilities, votes" in capsys.readouterr().err


def test_sets_are_measured_at_their_own_size():
    assert audit(from_csv("target,a,b,c\n0,1,1,0\n1,0,1,0\n")).indicators["k"] == "support"


def test_logits_are_nothing_that_is_guessed():
    text = "target,a,b\n0,2,-1\n1,-3,0.5\n"
    with pytest.raises(Invalid, match="row 0, column 1: allowed: 0 or more; got -1"):
        from_csv(text)
    scores = np.array([[2, -1], [-3, 0.5]])
    found = from_csv(text, numbers="logits")
    np.testing.assert_allclose(found.soft_labels, np.exp(scores) / np.exp(scores).sum(1, keepdims=True))
    assert found.read == {"logits": {}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("target,a,b\n0,.7,.3\n1,.5,.4\n", "row 1: allowed: a sum of 1; got a sum of 0.9."),
        ("target,a,b\n0,.7,.3\n1,2.5,.5\n", "row 1: allowed: a sum of 1; got a sum of 3."),
        ("target,1,01\n1,.7,.3\n1,.2,.8\n", "class_names: allowed: every name once"),
        ("target,1,2\n0,.7,.3\n1,.2,.8\n", "targets: row 0: allowed: one of 1, 2"),
    ],
)
def test_what_could_be_two_things_is_refused(text, sentence):
    with pytest.raises(Invalid, match=sentence):
        from_csv(text)


FEATURES = "If they are features beside a target, the dataset uploaded reads such a CSV file."
LOGITS = "If they are logits, say so and they are read."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (",f1,f2,target\n0,.1,-.2,0\n1,.6,.4,0\n2,-1,.5,1\n", (LOGITS, FEATURES)),  # one fits
        ("target,length,width\nrose,5.1,3.5\ntulip,4.9,3\n", (FEATURES,)),
        ("a,b\n.7,-.3\n2,1\n", (LOGITS,)),
        ("target,a,b\n0,.7,.3\n1,1.5,-.5\n", ()),  # labels, one of them bad
    ],
)
def test_the_wrong_door_names_the_right_one(text, said):
    with pytest.raises(Invalid) as refused:
        from_csv(text)
    for hint in (LOGITS, FEATURES):
        assert (hint in str(refused.value)) == (hint in said)


def test_an_archive_of_features_names_the_dataset_that_reads_it():
    with pytest.raises(Invalid, match=r"got features, targets\. The dataset uploaded reads features"):
        from_npz(features=np.eye(3), targets=[0, 1, 2])


@pytest.mark.parametrize("factor", [1, 100])
def test_probabilities_and_percent_are_the_same_labels(factor):
    given = random_labels(50, 7, generator=stream(3, "labels")) * factor
    labels, kept, said = probabilities(given)
    np.testing.assert_allclose(labels, given / factor, atol=1e-12)
    assert kept.all()
    assert said == ({} if factor == 1 else {"percent": {}})


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != LONG])
def test_no_kind_of_number_crashes_on_what_is_none(kind):
    for given in (np.full((2, 3), np.nan), np.full((2, 3), np.inf), np.zeros((2, 3)), np.empty((0, 3))):
        labels, kept, _ = probabilities(given, kind)
        assert len(labels) == np.count_nonzero(kept)


def test_an_index_teaches_no_student(tmp_path, monkeypatch):
    """It told the class: pure noise was learned to .900, where a guess is right for a third."""
    file, noise = tmp_path / "mine.csv", stream(0, "noise").standard_normal((240, 2))
    rows = "".join(f"{i},{x:.4f},{y:.4f},{i // 80}\n" for i, (x, y) in enumerate(noise))
    file.write_text(f",f1,f2,target\n{rows}")
    assert read_table(file).features.shape == (240, 2)
    monkeypatch.setenv("SOFTLABEL_DATA", str(tmp_path))
    dataset = {"kind": "uploaded", "file": "mine.csv"}
    found = run(Experiment.parse({"dataset": dataset, "bias": "one-hot", "replicates": 2}))
    assert 0.2 < found.ground_truth_accuracy.mean < 0.47
