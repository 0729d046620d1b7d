"""What a result's validation part says without the truth: accuracy from the set risk, degrees assumed."""

from dataclasses import dataclass

from softlabel_core.experiment.result import Result
from softlabel_core.theory.blind import Told, told

FURTHEST = 0.98
"""Highest Delta + gamma at which the risk is still read."""


@dataclass(frozen=True)
class Untold:
    """R of the validation parts, and what it is read with."""

    risk: float
    """Mean over replicates."""

    n: int
    """Examples of one validation part."""

    unreliability: float
    """Delta as measured against the truth: where a slider starts."""

    ambiguity: float
    """gamma as measured: where the other one starts."""

    accuracy: float
    """Against the truth."""

    class_conditional: bool
    """Whether labels depend on the class alone, which the estimate rests on."""

    def read(self, unreliability: float, ambiguity: float) -> Told | None:
        """Accuracy if the degrees were these; None where their sum is too near 1."""
        if unreliability + ambiguity > FURTHEST:
            return None
        return told(self.risk, self.n, unreliability, ambiguity)

    def along(self, ambiguity: float) -> list[tuple[float, Told]]:
        """Every Delta in hundredths that can be read with `ambiguity`, and the accuracy it means."""
        return [(delta / 100, one) for delta in range(101) if (one := self.read(delta / 100, ambiguity))]


def untold(result: Result) -> Untold | None:
    """None without a validation part."""
    share, rows = result.experiment.training.validation, result.rows
    if not share or any("risk" not in row for row in rows):
        return None
    experiment = result.experiment
    return Untold(
        risk=sum(row["risk"] for row in rows) / len(rows),
        n=max(1, round(share * experiment.dataset.sizes[0])),
        unreliability=result.indicators["unreliability"],
        ambiguity=result.indicators["ambiguity"],
        accuracy=result.student_accuracy.mean,
        class_conditional=experiment.bias.class_conditional and experiment.framework.class_conditional,
    )
