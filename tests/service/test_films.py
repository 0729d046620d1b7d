"""Films on request: made once for all who ask, refused and cancelled like every work."""

import pytest

from softlabel_core import Experiment
from softlabel_core.experiment.cost import Cost
from softlabel_core.experiment.film import Footage, film
from softlabel_core.service.films import filming, name, shoot
from softlabel_core.service.queue import Busy, Jobs
from softlabel_core.service.runner import FileChannel, JobError
from tests.service.test_jobs import StubHandle, StubRunner
from tests.waiting import wait_until

QUICK = Experiment.parse({"dataset": "moons", "replicates": 4, "training": {"epochs": 2}})


def asked(every, visitor, experiment=QUICK):
    return every.share(name(experiment), filming(experiment, every.cost), visitor)


def test_what_the_worker_makes_is_the_film(tmp_path):
    made = shoot(QUICK.model_dump(mode="json"), FileChannel(tmp_path))
    assert Footage.model_validate_json(made["film"]) == film(QUICK)


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
