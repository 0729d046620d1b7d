"""What is made by hand in lessons: four soft labels to count, and the matrix that is there to begin with."""

LABELS = (
    (0.35, 0.45, 0.15, 0.05),
    (0.30, 0.05, 0.40, 0.25),
    (0.10, 0.55, 0.30, 0.05),
    (0.15, 0.35, 0.05, 0.45),
)
"""The soft labels counted by hand: four examples, four classes."""

TRUTHS = (0, 0, 1, 1)
"""Their true classes; no example is of the last two, so these rows are not counted."""

BY_HAND_K = 1
"""The set size about which the prediction is asked."""


def alike(right: float, classes: int) -> str:
    """A rival matrix as text: labels right that often, wrong classes of a row alike, in whole percents."""
    truth = round(100 * right)
    each, left = divmod(100 - truth, classes - 1)
    rows = []
    for row in range(classes):
        wrong = iter([each + 1] * left + [each] * (classes - 1 - left))
        shares = [truth if column == row else next(wrong) for column in range(classes)]
        rows.append(".".join(map(str, shares)))
    return "_".join(rows)
