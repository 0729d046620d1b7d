"""Starting points: experiments with a name. No answers here: those are measured.

A preset is one condition, or two that differ by one thing and are to be laid side by side. Its title and
its question are words of the interface.
"""

from softlabel_core.teaching.recipes import (
    IMITATE,
    Config,
    Pair,
    candidates,
    demoted,
    few,
    four,
    rival,
    sets,
    taught,
)


class Preset(Pair):
    """A starting point."""


_HUMANS = {
    "dataset": {"kind": "cifar10", "train_size": 5000},
    "bias": "human-annotators",
    "student": "random-features",
    "replicates": 4,
}

PRESETS = {
    preset.id: preset
    for preset in (
        Preset("clean", taught("one-hot", IMITATE)),
        Preset(
            "bad-teacher-good-student",
            taught("skillful-bad-teacher", sets(3)),
            taught("skillful-bad-teacher", IMITATE),
        ),
        Preset(
            "same-accuracy-opposite-fate",
            taught(demoted(2), sets(2)),
            taught(rival(1), sets(2)),
        ),
        Preset(
            "accurate-teacher-bad-labels",
            taught("temperature-teacher", sets(3)),
            taught("temperature-teacher", IMITATE),
        ),
        Preset(
            "the-cliff",
            taught(candidates(0.5, 0.5), sets("support")),
            taught(candidates(0.3, 0.5), sets("support")),
        ),
        Preset("unlike-rivals", four("cc"), four({"kind": "gcc", "q": 0.7})),
        Preset("no-cliff", taught("one-hot", {"kind": "additive-noise", "scale": 1, "target": "softmax"})),
        Preset(
            "one-jump-then-freeze",
            taught("one-hot", few(4)),
        ),
        Preset("human-labels", {**_HUMANS, "framework": IMITATE}, {**_HUMANS, "framework": sets(2)}),
        Preset("random-control", taught({"kind": "symmetric-noise", "rate": 0.9}, sets(3))),
    )
}
"""By id."""

FIRST: Config = taught(rival(0.5), sets(2))
"""What a newcomer sees first: labels that are always wrong, and one number to move until learning stops."""
