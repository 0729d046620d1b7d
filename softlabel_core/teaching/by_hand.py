"""Four soft labels that are counted by hand."""

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
