"""A worker reads a visitor's file once for all that is asked of it, and gives it up after a while."""

import threading

import pytest

from softlabel_core import Invalid
from softlabel_core.audit.report import Audit
from softlabel_core.audit.students import Teaching
from softlabel_core.audit.untold import Untold
from softlabel_core.reading.choice import Choice
from softlabel_core.service import readings as module
from softlabel_core.service import uploads
from softlabel_core.service.readings import KEPT, Readings, Upload
from tests.waiting import wait_until

VOTES = Upload("v.csv", b"task,worker,label\n1,w1,cat\n1,w2,dog\n1,w3,cat\n2,w1,dog\n")
LABELS = Upload("x.csv", b"target,a,b\n0,7,3\n1,1,7\n")


@pytest.fixture
def reads(monkeypatch):
    """The uploads that are read, in order."""
    done, read = [], module.read_upload
    monkeypatch.setattr(module, "read_upload", lambda upload: (done.append(upload), read(upload))[1])
    return done


def test_a_file_is_read_once_whatever_is_asked(reads, monkeypatch):
    monkeypatch.setattr(uploads, "readings", Readings())
    for k in (None, 1, 2, "support"):
        uploads.examine(LABELS, k, None)
    assert len(reads) == 1
    again = Upload(LABELS.name, bytes(bytearray(LABELS.content)))
    uploads.examine(again, 1, None)
    assert len(reads) == 1


def test_another_reading_is_another_file(reads):
    every = Readings()
    others = [
        LABELS,
        Upload("y.csv", LABELS.content),
        Upload(LABELS.name, LABELS.content + b"0,1,0\n"),
        Upload(LABELS.name, LABELS.content, choice=Choice(numbers="votes")),
        Upload(LABELS.name, LABELS.content, choice=Choice(off=frozenset({"empty"}))),
        Upload(LABELS.name, LABELS.content, Upload("t.csv", b"y\n1\n0\n")),
        Upload(LABELS.name, LABELS.content, Upload("t.csv", b"y\n0\n0\n")),
    ]
    assert len({one.digest() for one in others}) == len(others)
    for one in others:
        every.of(one)
    assert reads == others
    assert len(every) == KEPT
    every.of(others[-1])
    assert reads == others


def test_a_file_is_given_up_after_a_while():
    every = Readings(seconds=0.01)
    every.of(LABELS)
    wait_until(lambda: not len(every))
    assert all(one.daemon for one in threading.enumerate() if isinstance(one, threading.Timer))


def test_what_cannot_be_read_is_not_kept(reads):
    every = Readings()
    for _ in range(2):
        with pytest.raises(Invalid):
            every.of(Upload("x.csv", b"target,a,b\n0,x,3\n"))
    assert (len(reads), len(every)) == (2, 0)


class Silent:
    """A channel that nobody listens to."""

    progress = cancel = None


def test_the_answer_says_by_itself_what_it_is():
    told = uploads.found(uploads.examine(LABELS, None, None))
    assert isinstance(told, Audit)
    assert told.crowd.most == 10
    untold = uploads.found(uploads.examine(VOTES, None, None))
    assert isinstance(untold, Untold)
    with_truth = Upload(VOTES.name, VOTES.content, Upload("t.csv", b"task,truth\n2,dog\n1,cat\n"))
    assert uploads.found(uploads.examine(with_truth, None, None)).indicators["label_accuracy"] == 1
    assert uploads.offer(LABELS, None) == {"names": ["target", "a", "b"]}
    features = Upload("f.csv", b"feature_1,a,b\n1,.6,.4\n2,.2,.8\n")
    with pytest.raises(Invalid, match="the majority on request"):
        uploads.teach(features, Teaching(losses=("cc",), k=1, replicates=1), Silent())
