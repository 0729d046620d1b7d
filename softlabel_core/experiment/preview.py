"""What can be said of an experiment before any network is trained: its labels drawn and measured."""

from typing import Any

from softlabel_core.experiment.cohort import Trainer
from softlabel_core.experiment.run import Draws
from softlabel_core.experiment.spec import Experiment
from softlabel_core.losses import LossMargin
from softlabel_core.plugin import Value


class Preview(Value):
    """Fields of a `Result` that tell what the students would be shown, number for number those of the run."""

    indicators: dict[str, Any]
    bias_indicators: dict[str, Any]
    loss_margin: LossMargin
    closed_form: dict[str, float] | None
    cooccurrence: list[list[float | None]]
    instances: list[dict[str, Any]]
    class_names: list[str]
    image_shape: tuple[int, int, int] | None


def needs_training(experiment: Experiment) -> bool:
    """Whether its labels come from networks: a teacher's, or those that students give each other."""
    return bool(experiment.bias.teachers or experiment.framework.relabellings)


def preview(experiment: Experiment) -> Preview | None:
    """Draw and measure the labels of all replicates; None where networks must be trained for them."""
    if needs_training(experiment):
        return None
    [condition] = Draws(Trainer(0, "cpu")).conditions([experiment])
    return Preview(**condition.shown())
