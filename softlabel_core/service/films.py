"""Training films on request: one visitor asks, all who ask for the same share it."""

import hashlib
import json
from typing import Any

from softlabel_core.experiment import science
from softlabel_core.experiment.cost import Cost
from softlabel_core.experiment.film import FILM, film, filmed
from softlabel_core.experiment.spec import Experiment
from softlabel_core.service.job import Work
from softlabel_core.service.runner import Channel

HEAD = "head"
"""What the row of a film's head begins with."""


def name(experiment: Experiment) -> str:
    """The name under which its film is shared: the same for all whose first replicate is the same."""
    behind = [filmed(experiment).key(), science.code(experiment), FILM]
    return f"film-{hashlib.sha256(json.dumps(behind).encode()).hexdigest()[:16]}"


def filming(experiment: Experiment, cost: Cost) -> Work:
    """Film the student of the first replicate; the answer is `{"film": <JSON of its Footage>}`."""
    one = filmed(experiment)
    return Work(shoot, (one.model_dump(mode="json"),), cost.seconds(one))


def shoot(config: dict[str, Any], channel: Channel) -> dict[str, Any]:
    """A task: the film of the experiment that `config` describes; raises `Invalid`.

    Its rows are `[HEAD, fields of the Head]`, then `[number, accuracy, answers]` of each `Frame`.
    """
    made = film(
        Experiment.parse(config),
        on_progress=channel.progress,
        on_head=lambda head: channel.row(HEAD, head.model_dump(mode="json")),
        on_frame=lambda number, frame: channel.row(number, frame.accuracy, frame.answers),
        cancel=channel.cancel,
    )
    return {"film": made.model_dump_json()}
