"""Starting points: a question and the experiment that answers it. No answers here: those are measured."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A titled question and its experiment as plain data."""

    title: str
    question: str
    config: dict[str, Any]


ALL = [
    Preset(
        "Bad teacher, good student?",
        "Every label's first choice is wrong; the truth is always third. The student sees the top three as a "
        "set.",
        {"bias": {"kind": "demotion", "rank": 3}, "framework": {"kind": "partial-labels", "k": 3}},
    ),
    Preset(
        "What if it just imitates?",
        "The same labels, but the student copies the probabilities instead of looking at the set.",
        {"bias": {"kind": "demotion", "rank": 3, "decay": 0.5}, "framework": "soft-labels"},
    ),
    Preset(
        "Same accuracy, opposite fate?",
        "First choice always wrong, truth always second; but for a whole class the first choice is one and "
        "the same rival.",
        {"bias": {"kind": "fixed-rival", "rate": 1}, "framework": {"kind": "partial-labels", "k": 2}},
    ),
    Preset(
        "Where is the cliff?",
        "Set Δ and γ yourself. This is right on the line Δ + γ = 1: what happens on either side?",
        {
            "bias": {"kind": "candidate-set", "unreliability": 0.5, "ambiguity": 0.5},
            "framework": {"kind": "partial-labels", "k": "support"},
        },
    ),
]
