"""Who said what: kept from the file, and an aggregator that weighs people, where it is installed."""

import io

import numpy as np
import pytest

from softlabel_core.audit import aggregator
from softlabel_core.audit.aggregator import dawid_skene
from softlabel_core.audit.report import audit
from softlabel_core.biases.crowd import Crowd
from softlabel_core.examples import Examples
from softlabel_core.reading.labels import read
from softlabel_core.simplex import one_hot
from softlabel_core.streams import stream
from tests.oracles import aggregator as oracle
from ui.words import audits
from ui.words.i18n import LANGUAGES

there = pytest.mark.skipif(aggregator.installed() is None, reason="crowd-kit, the extra `crowds`, is missing")

ROWS = b"task,worker,label\n7,w1,cat\n7,w2,dog\n7,w3,cat\n5,w1,\n2,w1,dog\n2,w2,dog\n2,w3,owl\n"


def voted(crowd, n=60, classes=3, seed=0):
    truth = np.arange(n) % classes
    votes = crowd.votes(Examples(np.zeros((n, 1)), truth, classes), generator=stream(seed, "voted"))
    task, worker = np.indices(votes.shape)
    return np.column_stack([task.ravel(), worker.ravel(), votes.ravel()]), truth


def test_who_said_what_is_kept_and_a_task_without_a_vote_left_out():
    file = read(io.BytesIO(ROWS), "votes.csv", 1000)
    assert file.names == ("cat", "dog", "owl")
    assert file.said.tolist() == [[0, 0, 0], [0, 1, 1], [0, 2, 0], [1, 0, 1], [1, 1, 1], [1, 2, 2]]
    counts = np.zeros_like(file.votes)
    np.add.at(counts, (file.said[:, 0], file.said[:, 2]), 1)
    assert np.array_equal(counts, file.votes)


def test_rows_without_a_truth_take_their_votes_along():
    text = (
        ROWS.replace(b"label\n", b"label,truth\n")
        .replace(b"cat\n", b"cat,\n")
        .replace(b"dog\n", b"dog,dog\n")
    )
    text = (
        text.replace(b"7,w2,dog,dog", b"7,w2,dog,")
        .replace(b"owl\n", b"owl,dog\n")
        .replace(b"w1,\n", b"w1,,\n")
    )
    file = read(io.BytesIO(text), "votes.csv", 1000)
    assert file.read["no_truth"] == {"rows": 1}
    assert file.said.tolist() == [[0, 0, 1], [0, 1, 1], [0, 2, 2]]


def test_the_soft_labels_of_a_crowd_are_its_votes():
    crowd = Crowd(annotators=4, spammers=1, colluders=2)
    examples = Examples(np.zeros((50, 1)), np.arange(50) % 5, 5)
    votes = crowd.votes(examples, generator=stream(3, "crowd"))
    assert votes.shape == (50, 7)
    assert (votes[:, 4] == 0).all()
    assert (votes[:, 5] == votes[:, 6]).all()
    shares = one_hot(votes.ravel(), 5).reshape(50, 7, 5).mean(1)
    assert np.array_equal(shares, crowd.soft_labels(examples, generator=stream(3, "crowd")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_missing_for_an_aggregator_is_said(language, monkeypatch):
    monkeypatch.setattr(aggregator, "installed", lambda: None)
    rows = read(io.BytesIO(ROWS), "votes.csv", 1000)
    assert dawid_skene(rows.said, 2, 3) is None
    texts = []
    for name, content in (("v.csv", ROWS), ("c.csv", b"target,a,b\n0,7,3\n1,1,7\n")):
        file = read(io.BytesIO(content), name, 1000)
        if file.targets is None:
            file = type(file)(
                file.soft_labels, np.array([0, 1]), file.names, votes=file.votes, said=file.said
            )
        found = audit(file).crowd
        assert (found.aggregator, len(found.ways)) == (None, 3)
        texts.append(audits.aggregator_note(language, found))
    assert "requirements-crowds.txt" in texts[0]
    assert texts[0] != texts[1]


@there
def test_crowd_kit_finds_what_the_formulas_say():
    said, _ = voted(Crowd(annotators=5, skill=0.7, spread=0.2))
    found = dawid_skene(said, 60, 3)
    np.testing.assert_allclose(found.sum(1), 1)
    near = [
        np.abs(found - np.array(oracle.dawid_skene(said.tolist(), 60, 3, rounds))).max()
        for rounds in range(1, aggregator.ROUNDS + 1)
    ]
    assert min(near) < 1e-6


@there
def test_a_label_that_nobody_gave_has_no_mass_and_too_many_votes_are_left_alone(monkeypatch):
    said = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 2], [1, 1, 2]])
    found = dawid_skene(said, 2, 4)
    assert found.shape == (2, 4)
    assert found.argmax(1).tolist() == [0, 2]
    assert found[:, [1, 3]].max() == 0
    monkeypatch.setattr(aggregator, "MOST", 3)
    assert dawid_skene(said, 2, 4) is None


def right(crowd):
    """How often majority and aggregator are right about 1,000 examples of ten classes."""
    said, truth = voted(crowd, n=1000, classes=10)
    counts = np.zeros((1000, 10))
    np.add.at(counts, (said[:, 0], said[:, 2]), 1)
    found = (counts.argmax(1), dawid_skene(said, 1000, 10).argmax(1))
    return [float((labels == truth).mean()) for labels in found]


@there
def test_it_sees_through_spammers():
    majority, learned = right(Crowd(annotators=6, spammers=4))
    assert learned > majority + 0.05


@there
def test_it_falls_for_people_who_copy():
    majority, learned = right(Crowd(annotators=3, colluders=2))
    assert learned < majority - 0.05


@there
def test_the_page_has_a_row_of_it():
    rows = read(io.BytesIO(ROWS), "votes.csv", 1000)
    file = type(rows)(rows.soft_labels, np.array([0, 1]), rows.names, votes=rows.votes, said=rows.said)
    found = audit(file).crowd
    assert found.aggregator == aggregator.installed()
    assert found.ways[-1].way == "dawid-skene"
    assert "crowd-kit" in audits.aggregator_note("en", found)
