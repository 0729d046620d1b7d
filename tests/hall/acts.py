"""Acts on a store, each a transaction of its own, and a queue whose work is done by hand."""

from dataclasses import asdict

from softlabel_core.experiment.cost import Cost
from softlabel_core.hall import rooms
from softlabel_core.phrase import Phrase
from softlabel_core.service.job import Job
from softlabel_core.service.queue import Busy, Jobs


def write(database, act, *args, **kwargs):
    with database.write() as connection:
        return act(connection, *args, **kwargs)


def read(database, act, *args):
    with database.read() as connection:
        return act(connection, *args)


def move(database, code, *stages, step="rule.line"):
    for to in stages:
        version = read(database, rooms.read, code).version
        assert write(database, rooms.move, code, version, to, step) is None


class Hand(Jobs):
    """A queue whose work is done by hand."""

    def __init__(self):
        self.cost, self.asked, self.jobs, self.forgotten, self.busy_now = Cost(), [], {}, [], False

    def ask(self, work, visitor):
        if self.busy_now:
            raise Busy("later")
        self.asked.append((visitor, work))
        key = str(len(self.asked))
        self.jobs[key] = Job(work, work.seconds, None)
        return key

    def look(self, key, visitor=None):
        return self.jobs.get(key)

    def forget(self, key, visitor):
        self.forgotten.append(key)

    def end(self, outcome, state="done", key=None):
        """The latest work comes to as many outcomes."""
        job = self.jobs[key or str(len(self.asked))]
        count = len(job.work.data[0])
        if state == "done":
            job.answer = {"outcomes": [asdict(outcome)] * count, "seconds": 1.0 * count}
        else:
            job.problem = Phrase("it broke")
        job.state = state
        return count
