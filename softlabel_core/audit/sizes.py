"""The set size that a file of labels is measured at as a rule."""

from softlabel_core.indicators._sizes import best_size
from softlabel_core.reading.labels import LabelFile

BESIDE = 2
"""Without a truth of its own: the smallest size at which labels come together."""


def usual_size(file: LabelFile, best: int | None = None) -> int | str:
    """The support of a file of sets, else k*, which takes the truth; `best`: k*, where it is known.

    Where the majority stands for the truth k* would be 1 by construction.
    """
    if file.sets:
        return "support"
    if file.targets is None or "majority" in file.read:
        return BESIDE
    return best_size(file.soft_labels, file.targets) if best is None else best
