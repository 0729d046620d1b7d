"""Films on request: made once for all who ask, refused and cancelled like every work."""

import pytest

from softlabel_core import Experiment
from softlabel_core.experiment.cost import Cost
from softlabel_core.experiment.film import film
from softlabel_core.experiment.footage import Footage, Head, unpack
from softlabel_core.service.films import HEAD, filming, name, shoot
from softlabel_core.service.queue import Busy, Jobs
from softlabel_core.service.runner import EmbeddedRunner, FileChannel, JobError, WorkerLost
from tests.service.test_jobs import StubHandle, StubRunner
from tests.waiting import wait_until

QUICK = Experiment.parse({"dataset": "moons", "replicates": 4, "training": {"epochs": 2}})


def asked(every, visitor, experiment=QUICK):
    return every.share(name(experiment), filming(experiment, every.cost), visitor)


def test_what_the_worker_makes_is_the_film(tmp_path):
    made = shoot(QUICK.model_dump(mode="json"), FileChannel(tmp_path))
    assert Footage.model_validate_json(made["film"]) == film(QUICK)


def test_head_and_frames_come_before_the_end():
    """From the worker that makes it: the film's own, kept only while it is under way."""
    every = Jobs(EmbeddedRunner())
    long = QUICK.replace(training=QUICK.training.model_copy(update={"epochs": 200}))
    asked(every, "a", long)
    came = []

    def some_frames():
        job = every.look(name(long), "a")
        came[:] = [*job.sent] if job.sent else came
        return len(came) > 2

    wait_until(some_frames)
    job = every.look(name(long), "b")
    assert job.state == "running"
    wait_until(lambda: every.look(name(long), "a").state == "done")
    assert job.sent == []
    made = Footage.model_validate_json(job.answer["film"])
    (first, head), *frames = came
    assert first == HEAD
    assert Head.model_validate(head) == Head(**{field: getattr(made, field) for field in Head.model_fields})
    assert [number for number, *_ in frames] == list(range(len(frames)))
    cells = unpack(made.answers).reshape(len(made.times), -1)
    for number, accuracy, answers in frames:
        assert accuracy == made.accuracy[number]
        assert (unpack(answers) == cells[number]).all()
    every.close()


class Telling(StubHandle):
    """A job that has sent rows."""

    def __init__(self, *rows):
        super().__init__()
        self.told = list(rows)

    def rows(self):
        told, self.told = self.told, []
        return told


@pytest.mark.parametrize("ends", ["lost", "cancelled", "failed"])
def test_what_was_sent_ends_with_the_job(ends):
    """A worker that is lost begins anew; whoever stops it, or a failure, leaves nothing."""
    runner = StubRunner(Telling(["head", {}], [0, 0.5, ""]))
    every = Jobs(runner)
    job = asked(every, "a")
    every.look(name(QUICK), "a")
    assert job.sent == [["head", {}], [0, 0.5, ""]]
    if ends == "cancelled":
        every.stop(name(QUICK), "a")
    else:
        error = WorkerLost() if ends == "lost" else JobError("No.")
        runner.given[0].outcome, runner.given[0].ended = error, True
        wait_until(lambda: len(runner.given) == 2 if ends == "lost" else not job.alive)
    runner.given[0].told = [[1, 0.5, ""]]  # too late
    job.read()
    assert job.sent == []
    assert job.alive == (ends == "lost")
    every.close()


def test_all_whose_first_replicate_is_the_same_share_a_name():
    assert name(QUICK) == name(QUICK.replace(replicates=9))
    others = [QUICK.replace(seed=1), QUICK.replace(bias="one-hot"), QUICK.replace(student="linear")]
    assert len({name(one) for one in (QUICK, *others)}) == 4
    assert filming(QUICK, Cost()).seconds < Cost().seconds(QUICK)


def test_it_is_made_once_and_everybody_may_see_it():
    runner = StubRunner(StubHandle())
    every = Jobs(runner)
    one, other = asked(every, "a"), asked(every, "b")
    assert one is other
    assert len(runner.given) == 1
    assert one.owner == "a"
    runner.given[0].outcome, runner.given[0].ended = {"film": "{}"}, True
    wait_until(lambda: every.look(name(QUICK)).state == "done")
    assert every.look(name(QUICK)).answer == {"film": "{}"}
    assert asked(every, "c").state == "done"
    assert len(runner.given) == 1
    every.close()


def test_it_goes_on_while_somebody_wants_it_and_may_be_asked_for_again():
    runner = StubRunner(StubHandle(), StubHandle(JobError("No.")))
    every = Jobs(runner)
    asked(every, "a"), asked(every, "b")
    every.stop(name(QUICK), "a")
    assert every.look(name(QUICK), "b").state == "running"
    every.look(name(QUICK)).visitors.clear()
    every.stop(name(QUICK), "b")
    assert runner.given[0].cancelled.is_set()
    asked(every, "a")
    wait_until(lambda: every.look(name(QUICK)).state == "failed")
    assert every.look(name(QUICK)).problem == "No."
    asked(every, "a")
    assert every.look(name(QUICK)).state == "running"
    every.close()


def test_what_takes_too_long_is_refused():
    every = Jobs(StubRunner(), seconds=0.1)
    with pytest.raises(Busy, match="at most 0 are allowed here"):
        asked(every, "a")
    assert every.look(name(QUICK)) is None
    every.close()
