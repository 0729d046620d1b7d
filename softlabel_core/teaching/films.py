"""Which students are filmed beforehand: those of the starting points, and two to watch in the plane."""

from softlabel_core.experiment.spec import Experiment
from softlabel_core.teaching.presets import PRESETS
from softlabel_core.teaching.recipes import IMITATE, Config, Pair, rival, sets, taught

_PLANE: Config = {"dataset": "spiral", "training": {"epochs": 40}}

WATCHED = Pair(
    "watched",
    {**_PLANE, **taught(rival(0.7), sets(2))},
    {**_PLANE, **taught(rival(0.7), IMITATE)},
)
"""Two students of a teacher whose first choice is always wrong: one sees sets, one copies."""


def kept() -> list[Experiment]:
    """Whose films come with the package; all but those that read files."""
    sides = [side for pair in (WATCHED, *PRESETS.values()) for side in pair.experiments]
    return [side for side in sides if not side.dataset.needs_files and not side.bias.needs_files]
