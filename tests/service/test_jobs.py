"""What visitors see of jobs: turns, computed once, refused, cancelled, given up; and what a run will cost."""

import threading
import time
from collections import Counter

import pytest

from softlabel_core import Cancelled, Experiment, run
from softlabel_core.experiment.cost import SPREAD, Cost, parts
from softlabel_core.reading.labels import write
from softlabel_core.service import admission, job, queue, uploads
from softlabel_core.service.admission import EACH
from softlabel_core.service.queue import Busy, Jobs, Work
from softlabel_core.service.runner import EmbeddedRunner, Handle, JobError, Runner, WorkerLost, train
from softlabel_core.students.random_features import RESPONSE
from tests.waiting import PATIENCE, wait_until

QUICK = {"dataset": "moons", "student": "linear", "replicates": 2, "training": {"epochs": 1}}
LONG = {"dataset": "digits", "replicates": 64, "training": {"epochs": 200}}


def experiment(seed=0, config=QUICK):
    return Experiment.parse({**config, "seed": seed})


def key(seed):
    return experiment(seed).key()


class StubHandle(Handle):
    """A job that does what the test says."""

    def __init__(self, outcome=None):
        self.outcome, self.started, self.ended = outcome, False, outcome is not None
        self.cancelled = threading.Event()

    def cancel(self):
        self.cancelled.set()
        self.outcome, self.ended = Cancelled(), True

    def running(self):
        return self.started and not self.ended

    def done(self):
        return self.ended

    def progress(self):
        return 0.25

    def rows(self):
        return []

    def result(self, timeout=None):
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


class StubRunner(Runner):
    """Hands out the prepared jobs, then ones that run until the test ends them."""

    def __init__(self, *handles, workers=1):
        self.handles, self.given, self.configs = list(handles), [], []
        self.workers, self.closed = workers, False

    def submit(self, task, *data, limit=None, memory=None):
        self.given.append(self.handles.pop(0) if self.handles else StubHandle())
        self.given[-1].started = True
        self.configs.append(data[0])
        return self.given[-1]

    def end(self, outcome):
        """The latest one ends; waits until the next one is handed out."""
        count = len(self.given)
        self.given[-1].outcome, self.given[-1].ended = outcome, True
        wait_until(lambda: len(self.given) > count)

    def close(self):
        self.closed = True


class Clock:
    """Seconds that pass only when the test says so."""

    now, sleep = 0.0, staticmethod(time.sleep)

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    for module in (job, queue):
        monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture(autouse=True)
def _short_ticks(monkeypatch):
    monkeypatch.setattr(queue, "TICK", 0.01)


@pytest.fixture(scope="module")
def finished():
    return run(experiment()).model_dump(mode="json")


@pytest.fixture(scope="module")
def real():
    runner = EmbeddedRunner()
    yield runner
    runner.close()


def test_300_visitors_who_ask_the_same_at_once_get_one_job(real):
    every, found = Jobs(real), []
    submitted = Counter()
    submit = real.submit
    real.submit = lambda *data, **limits: submitted.update(["one"]) or submit(*data, **limits)
    try:
        ask = [
            threading.Thread(target=lambda i=i: found.append(every.start(experiment(7), str(i))))
            for i in range(300)
        ]
        for thread in ask:
            thread.start()
        for thread in ask:
            thread.join()
        wait_until(lambda: not every.look(key(7)).alive)
    finally:
        del real.submit
    assert len({id(job) for job in found}) == 1
    assert submitted == {"one": 1}
    assert found[0].state == "done"


def test_cancelling_a_waiting_job_leaves_the_running_one_and_its_worker_alone(real):
    every = Jobs(real, seconds=1e9)
    long, waiting = every.start(experiment(1, LONG), "a"), every.start(experiment(8), "b")
    wait_until(lambda: long.state == "running" and long.progress > 0)
    assert (waiting.state, waiting.ahead, waiting.handle) == ("waiting", 1, None)
    every.stop(key(8), "b")
    assert (waiting.state, waiting.handle) == ("cancelled", None)
    assert every.look(long.experiment.key(), "a").state == "running"
    every.stop(long.experiment.key(), "a")
    assert long.state == "cancelled"
    again = every.start(experiment(8), "b")
    wait_until(lambda: not every.look(key(8), "b").alive)
    assert again.state == "done"


def test_accuracies_arrive_while_students_learn(real):
    every, asked = (
        Jobs(real),
        experiment(9, {"dataset": "moons", "replicates": 4, "training": {"epochs": 80}}),
    )
    job, seen = every.start(asked, "me"), set()
    while every.look(asked.key(), "me").alive:
        seen.add(len(job.partial))
        time.sleep(0.02)
    assert job.state == "done"
    assert len(seen - {0}) >= 3
    final = {(row["epoch"], row["student"], row["replicate"]): row["accuracy"] for row in job.result.curves}
    for row in job.partial:
        values = [final[row["epoch"], row["student"], i] for i in range(4)]
        assert row["low"] <= row["mean"] <= row["high"]
        assert {row["low"], row["high"]} <= set(values)


class Eager(StubHandle):
    """Taken up just after the queue looked, with a first row already."""

    def rows(self):
        return [["shown", [0, 1], 1, [0.5, 0.25]]]


def test_a_run_with_a_first_row_does_not_wait_any_more():
    """A figure that draws the row of a run said to wait had nowhere to put it, and followed it no longer."""
    work = Work(train, (), 1.0)
    promised = job.Job(work, 1.0, experiment(9), handle=Eager())
    promised.note_begun()
    assert promised.state == "waiting"
    promised.read()
    assert promised.state == "running"
    promised.note_begun()  # its engine has not heard of the worker yet
    assert (promised.state, [row["mean"] for row in promised.partial]) == ("running", [0.375])


def test_one_of_50_visitors_who_asks_for_100_does_not_delay_the_others(finished):
    runner, refused = StubRunner(), 0
    every = Jobs(runner)
    for seed in range(100):
        try:
            every.start(experiment(seed), "greedy")
        except Busy as busy:
            assert str(busy).startswith(f"{EACH} of your runs are waiting already;")  # noqa: PT017
            refused += 1
    assert refused == 100 - EACH - 1
    for visitor in range(49):
        every.start(experiment(1000 + visitor), f"visitor {visitor}")
    for _ in range(49):
        runner.end(finished)
    served = [config["seed"] for config in runner.configs]
    assert sorted(served[:50]) == [0, *range(1000, 1049)]  # all others before the second of the greedy one


def test_visitors_take_turns(finished):
    runner = StubRunner()
    every = Jobs(runner)
    for seed, visitor in enumerate("aaabbc"):
        every.start(experiment(seed), visitor)
    assert [every.look(key(seed)).ahead for seed in range(6)] == [0, 3, 5, 1, 4, 2]
    for _ in range(5):
        runner.end(finished)
    assert [config["seed"] for config in runner.configs] == [0, 3, 5, 1, 4, 2]


def test_a_visitor_runs_one_job_at_a_time():
    runner = StubRunner(workers=2)
    every = Jobs(runner)
    for seed, visitor in enumerate("aab"):
        every.start(experiment(seed), visitor)
    assert [config["seed"] for config in runner.configs] == [0, 2]


def test_the_expected_wait_is_that_of_the_jobs_ahead():
    every = Jobs(StubRunner())
    every.cost.seconds = lambda experiment: 10.0
    found = [every.start(experiment(seed), str(seed)) for seed in range(3)]
    assert [round(job.wait_seconds) for job in found] == [0, 10, 20]
    assert [job.progress for job in found] == [0.25, 0, 0]


def test_a_full_queue_refuses_and_takes_again_when_one_is_taken_up(monkeypatch, finished):
    monkeypatch.setattr(admission, "QUEUE", 2)
    runner = StubRunner()
    every = Jobs(runner)
    for seed in range(3):
        assert every.start(experiment(seed), "me").ahead == seed
    with pytest.raises(Busy, match=r"^2 runs are waiting already; .*\.$"):
        every.start(experiment(3), "me")
    assert every.look(key(3)) is None
    assert every.start(experiment(1), "other").ahead == 1  # under way already
    runner.end(finished)
    assert every.start(experiment(3), "me").state == "waiting"


def test_what_takes_too_long_is_refused_with_time_limit_and_advice():
    runner = StubRunner()
    every = Jobs(runner, seconds=0.5)
    with pytest.raises(Busy, match=r"about \d+ seconds .* at most 0 .*replicates or epochs") as refused:
        every.start(experiment(0, LONG), "me")
    assert "between" in str(refused.value)
    assert runner.given == []
    assert every.start(experiment(), "me").alive


def test_a_tab_that_was_closed_gives_up_its_place(clock):
    runner = StubRunner()
    every = Jobs(runner)
    running, waiting, mine = (every.start(experiment(seed), str(seed)) for seed in range(3))
    clock.now += queue.GONE - 1
    every.look(key(2), "2")
    assert (running.state, waiting.state, mine.ahead) == ("running", "waiting", 2)
    clock.now += 2
    wait_until(lambda: every.look(key(2), "2").state == "running")
    assert (running.state, waiting.state, mine.ahead) == ("cancelled", "cancelled", 0)
    assert runner.given[0].cancelled.is_set()
    assert len(runner.given) == 2


def test_a_finished_job_is_not_computed_again(finished):
    runner = StubRunner(StubHandle(finished))
    every = Jobs(runner)
    first = every.start(experiment(), "me")
    wait_until(lambda: first.state == "done")
    assert first.progress == 1
    assert first.result.model_dump(mode="json") == finished
    assert every.start(experiment(), "other") is first
    assert len(runner.given) == 1


def test_a_failed_or_cancelled_one_is(finished):
    runner = StubRunner(StubHandle(JobError("Too long.")), StubHandle(Cancelled()), StubHandle(finished))
    every = Jobs(runner)
    for state in ("failed", "cancelled", "done"):
        job = every.start(experiment(), "me")
        wait_until(lambda job=job, state=state: job.state == state)
    assert len(runner.given) == 3


def test_a_worker_lost_twice_is_given_up():
    runner = StubRunner(StubHandle(WorkerLost()), StubHandle(WorkerLost()))
    every = Jobs(runner)
    job = every.start(experiment(), "me")
    wait_until(lambda: job.state == "failed")
    assert job.problem.endswith("given up.")
    assert len(runner.given) == 2
    assert every.start(experiment(1), "me").alive


def test_an_unforeseen_error_is_a_failure_with_a_sentence():
    every = Jobs(StubRunner(StubHandle(ZeroDivisionError())))
    job = every.start(experiment(), "me")
    wait_until(lambda: job.state == "failed")
    assert job.problem.endswith(".")


class Refusing(StubRunner):
    """An engine that cannot begin anything."""

    def submit(self, task, *data, limit=None, memory=None):
        raise OSError("no process left")


def wrong(*_):
    raise RuntimeError("wrong")


@pytest.mark.parametrize("method", ["done", "running", "rows"])
def test_what_goes_wrong_with_a_job_is_its_own(method, finished, caplog):
    """It fails with a sentence, the log says why, its worker is stopped, and the next one has its turn."""
    runner = StubRunner(StubHandle(), StubHandle(finished))
    every = Jobs(runner)
    first, second = every.start(experiment(), "me"), every.start(experiment(1), "you")
    setattr(runner.given[0], method, wrong)
    every.look(key(0), "me")
    wait_until(lambda: second.state == "done")
    assert (first.state, first.work) == ("failed", None)
    assert first.problem == "The run failed for a reason we did not foresee."
    assert "RuntimeError: wrong" in caplog.text
    assert runner.given[0].cancelled.is_set()
    every.close()


def test_a_job_that_cannot_begin_fails_with_a_sentence(caplog):
    runner = Refusing()
    every = Jobs(runner)
    job = every.start(experiment(), "me")
    assert (job.state, job.ahead) == ("failed", 0)
    assert job.problem.endswith(".")
    assert "no process left" in caplog.text
    key = every.ask(private(), "me")
    assert every.look(key, "me").state == "failed"
    runner.submit = StubRunner().submit
    assert every.start(experiment(), "me").state == "running"
    every.close()


def test_a_job_whose_worker_cannot_be_replaced_fails():
    runner = StubRunner(StubHandle())
    every = Jobs(runner)
    job = every.start(experiment(), "me")
    runner.submit = Refusing().submit
    runner.given[0].outcome, runner.given[0].ended = WorkerLost(), True
    wait_until(lambda: job.state == "failed")
    every.close()


def test_the_queue_goes_on_whatever_happens_to_it(monkeypatch, caplog, finished):
    monkeypatch.setattr(queue, "PAUSE", 0.01)
    runner = StubRunner()
    every = Jobs(runner)
    job = every.start(experiment(), "me")
    place = every._turns.place
    every._turns.place = wrong
    wait_until(lambda: "The queue stumbled; it goes on" in caplog.text)
    every._turns.place = place
    runner.given[0].outcome, runner.given[0].ended = finished, True
    wait_until(lambda: job.state == "done")
    every.close()


def test_a_visitor_who_left_does_not_keep_a_job_running(monkeypatch):
    monkeypatch.setattr(queue, "PRESENT", 0.2)
    runner = StubRunner()
    every = Jobs(runner)
    every.start(experiment(), "closed the page")
    every.start(experiment(), "me")
    every.stop(key(0), "me")
    assert runner.given[0].cancelled.wait(PATIENCE)
    assert every.look(key(0)).state == "cancelled"


def test_stopping_what_is_not_there_or_done_does_nothing(finished):
    runner = StubRunner(StubHandle(finished))
    every = Jobs(runner)
    every.stop("nothing", "me")
    job = every.start(experiment(), "me")
    wait_until(lambda: job.state == "done")
    every.stop(key(0), "me")
    assert job.state == "done"
    assert not runner.given[0].cancelled.is_set()


def test_old_results_are_forgotten(monkeypatch, finished):
    monkeypatch.setattr(queue, "KEPT", 2)
    every = Jobs(StubRunner(*(StubHandle(finished) for _ in range(5))))
    for seed in range(5):
        every.start(experiment(seed), "me")
        wait_until(lambda seed=seed: not every.look(key(seed)).alive)
    kept = [seed for seed in range(5) if every.look(key(seed)) is not None]
    assert kept == list(range(5))[-len(kept) :]
    assert len(kept) <= 3


def test_close_closes_the_runner():
    runner = StubRunner()
    Jobs(runner).close()
    assert runner.closed


@pytest.mark.parametrize(
    "more",
    [
        {"replicates": 64},
        {"training": {"epochs": 60}},
        {"student": {"kind": "mlp", "width": 512}},
        {"student": "cnn"},
        {"bias": "skillful-bad-teacher"},
        {"framework": "incomplete-supervision"},
    ],
)
def test_more_work_is_predicted_to_take_longer(more):
    cost = Cost()
    assert cost.seconds(Experiment.parse(more)) > cost.seconds(Experiment())


def test_teachers_and_rounds_are_counted():
    asked = {"replicates": 3, "bias": "skillful-bad-teacher", "framework": {"kind": "incomplete-supervision"}}
    students, teachers = parts(Experiment.parse(asked))
    assert (students.networks, students.examples, students.tested) == (3 * 5, 1198, 599)
    assert (teachers.networks, teachers.training.epochs, teachers.student.width) == (3, 80, 512)


def test_what_a_student_prepares_is_counted_once_a_split():
    """The filters of random features see every example once, whatever is trained on what they saw."""
    asked = {"student": "random-features", "replicates": 3, "training": {"epochs": 1}}
    (once,), (often,) = (
        parts(Experiment.parse({**asked, "training": {"epochs": epochs}})) for epochs in (1, 31)
    )
    each = once.student.preparation(64)
    assert each == RESPONSE * 128 * 6 * 6  # 128 filters of 3 x 3 on 8 x 8 pixels
    assert once.operations - (often.operations - once.operations) // 30 == 3 * 1797 * each
    assert Experiment().student.preparation(64) == 0


def test_predictions_follow_what_runs_took_by_student():
    cost = Cost()
    before, other = cost.seconds(experiment()), cost.seconds(Experiment())
    assert cost.spread(experiment()) == SPREAD
    for _ in range(20):
        cost.note(experiment(1), 5 * before)
    assert 4 * before < cost.seconds(experiment()) < 5 * before
    assert cost.spread(experiment()) == pytest.approx(1)
    assert cost.seconds(Experiment()) == other


# Short and long work.


def work(seconds):
    return Work(train, ({"seconds": seconds},), seconds)


def begun(runner):
    """Predicted seconds of what was handed out, in order."""
    return [config["seconds"] for config in runner.configs]


def end(runner, number):
    """One of those handed out ends."""
    runner.given[number].outcome, runner.given[number].ended = {}, True


def test_short_work_waits_for_no_long_one_not_even_its_visitors_own():
    runner = StubRunner(workers=2)
    every = Jobs(runner)
    long = [every.ask(work(50 + number), visitor) for number, visitor in enumerate("abc")]
    short = [every.ask(work(1 + number / 10), visitor) for number, visitor in enumerate("aab")]
    assert begun(runner) == [50, 1]
    found = [every.look(key, who) for key, who in zip(long, "abc", strict=True)]
    assert [(one.ahead, one.state) for one in found] == [(0, "running"), (1, "waiting"), (2, "waiting")]
    assert [every.look(key, who).ahead for key, who in zip(short, "aab", strict=True)] == [0, 2, 1]
    assert every.look(long[2], "c").wait_seconds == pytest.approx(101, abs=1)
    assert every.look(short[1], "a").wait_seconds == pytest.approx(2.2, abs=0.5)
    for number in (1, 2):
        end(runner, number)
        wait_until(lambda number=number: len(runner.given) > number + 1)
    assert begun(runner) == [50, 1, 1.2, 1.1]
    every.close()


def test_long_work_waits_for_the_short_under_way_and_for_no_later_one():
    runner = StubRunner(workers=2)
    every = Jobs(runner)
    for number in range(10):
        every.ask(work(1 + number / 10), f"short {number}")
    assert begun(runner) == [1, 1.1]  # nothing long waits
    every.ask(work(50), "long")
    every.ask(work(60), "long too")
    for number in (0, 1, 3, 4):  # not 2, the long one
        count = len(runner.given)
        end(runner, number)
        wait_until(lambda count=count: len(runner.given) > count)
    assert begun(runner) == [1, 1.1, 50, 1.2, 1.3, 1.4]
    every.close()


def test_what_takes_longer_than_predicted_is_short_no_more(clock):
    runner = StubRunner(workers=2)
    every = Jobs(runner)
    keys = [every.ask(work(1), "a"), every.ask(work(1.1), "b")]
    every.ask(work(50), "c")
    clock.now += job.OVERDUE
    end(runner, 1)
    wait_until(lambda: every.look(keys[1], "b").state == "done")
    assert begun(runner) == [1, 1.1]  # the last worker is kept, now beside one that has become long
    every.ask(work(1.2), "d")
    assert begun(runner) == [1, 1.1, 1.2]
    every.close()


@pytest.mark.slow
def test_a_file_is_measured_beside_a_training():
    runner = EmbeddedRunner(workers=2)
    every = Jobs(runner, seconds=1e9)
    long = every.start(experiment(1, LONG), "me")
    wait_until(lambda: every.look(long.experiment.key(), "me").progress > 0)
    file = uploads.Upload("mine.npz", write(uploads.example(), ".npz"))
    key = every.ask(uploads.reading(file, None), "me")
    wait_until(lambda: not every.look(key, "me").alive)
    assert every.look(key, "me").answer["indicators"]["n"] == 1200
    assert every.look(long.experiment.key(), "me").state == "running"
    every.close()


# Private work.


def private(seconds=1.0, *data):
    return Work(train, data or ({"secret": 1},), seconds)


def test_private_work_is_seen_by_its_visitor_only_and_leaves_nothing_behind():
    runner = StubRunner()
    every = Jobs(runner)
    key, other = every.ask(private(), "me"), every.ask(private(), "you")
    assert key != other
    assert len(key) > 20
    assert every.look(key, "me").state == "running"
    assert every.look(key) is None
    assert every.look(key, "you") is None
    every.stop(key, "you")
    every.forget(key, "you")
    assert every.look(key, "me").alive
    runner.given[0].outcome, runner.given[0].ended = {"found": 1}, True
    wait_until(lambda: every.look(key, "me").state == "done")
    job = every.look(key, "me")
    assert job.answer == {"found": 1}
    assert job.work is None
    assert every.look(key, "you") is None
    every.forget(key, "me")
    assert every.look(key, "me") is None
    every.close()


def test_private_work_waits_its_turn_and_is_limited_as_experiments_are():
    runner = StubRunner(workers=2)
    every = Jobs(runner)
    keys = [every.ask(private(), "me") for _ in range(1 + EACH)]
    assert len(runner.given) == 1  # one running job a visitor
    with pytest.raises(Busy, match="10 of your runs are waiting"):
        every.ask(private(), "me")
    with pytest.raises(Busy, match="would take about 1,000 seconds"):
        every.ask(private(1000.0), "you")
    every.start(experiment(), "you")
    assert len(runner.given) == 2
    assert every.look(keys[1], "me").ahead > 0
    every.forget(keys[0], "me")
    assert runner.given[0].cancelled.is_set()
    assert every.look(keys[0], "me") is None
    wait_until(lambda: every.look(keys[1], "me").state == "running")
    every.close()


def test_private_work_runs_within_its_own_bounds():
    runner, given = StubRunner(), []
    submit = runner.submit
    runner.submit = lambda task, *data, **limits: given.append((data, limits)) or submit(task, *data)
    every = Jobs(runner)
    every.ask(Work(train, (1, b"2"), 1.0, limit=10.0, memory=99), "me")
    assert given == [((1, b"2"), {"limit": 10.0, "memory": 99})]
    every.close()


def test_an_answer_that_nobody_comes_for_is_dropped(clock):
    runner = StubRunner(StubHandle({"found": 1}))
    every = Jobs(runner)
    key = every.ask(private(), "me")
    wait_until(lambda: not every._alive)
    clock.now += queue.GONE - 1
    every.start(experiment(5), "you")
    assert key in every._jobs
    clock.now += 2
    every.start(experiment(6), "another")
    assert key not in every._jobs
    every.close()
