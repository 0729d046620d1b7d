import re
from typing import Annotated, Any

import numpy as np
from jaxtyping import Float, Int
from pydantic import BeforeValidator

from softlabel_core.biases import Bias
from softlabel_core.examples import Examples
from softlabel_core.fields import Accepts
from softlabel_core.phrase import Phrase
from softlabel_core.simplex import one_hot

FEWEST, MOST = 2, 10
"""Rows of a matrix."""

WHOLE = 100
"""What a row adds up to."""

RULE = Phrase("2 to 10 rows joined by _, each of as many whole percents joined by dots, as in 60.40_40.60")


def _percents(value: Any) -> Any:
    rows = [row.split(".") for row in value.split("_")] if isinstance(value, str) else []
    plain = all(re.fullmatch("0|[1-9][0-9]?|100", one) for row in rows for one in row)
    if not plain or not FEWEST <= len(rows) <= MOST or {len(row) for row in rows} != {len(rows)}:
        raise ValueError(RULE)
    for number, row in enumerate(rows, start=1):
        total = sum(map(int, row))
        if total != WHOLE:
            raise ValueError(
                Phrase("rows that add up to 100, not to {total} as row {row}", total=total, row=number)
            )
    return value


Percents = Annotated[
    str, BeforeValidator(_percents), Accepts(RULE, ("0.100_100.0", "70.20.10_0.100.0_5.0.95"))
]


class RivalMatrix(Bias):
    r"""Rival matrix: how often each class is called which.

    The one-hot label of an example of class y is drawn from row y of T: its diagonal says how often labels
    are right, the rest of a row which rivals the class is taken for. All noise on one-hot labels that depends
    on the class alone is of this kind, symmetric noise and pair flip too. Sets of k labels are filled up at
    random, and M is how often label i is in the set: with classes of one size the unreliability degree is 1
    minus the mean of its diagonal, the ambiguity degree its largest number off the diagonal.

    $$\Pr(\tilde y = i \mid y) = T_{yi},\qquad M_{yi} = T_{yi} + (1 - T_{yi})\,\tfrac{k-1}{c-1}$$

    With more classes than rows the matrix is repeated along the diagonal. With fewer, its first rows and
    columns count, and what a row gives to classes that are not there goes to the truth.

    Reference: Natarajan et al. 2013, "Learning with noisy labels", NeurIPS; the matrix as in Patrini et al.
    2017, https://arxiv.org/abs/1609.03683.
    """

    sort = "noise"

    treats_classes_alike = False

    matrix: Percents = "60.40_40.60"
    """T in whole percents, row by row: 90.10_0.100 calls the first class the second in a tenth of cases. At
    most ten rows."""

    @property
    def size(self) -> int:
        """Rows of the matrix as it was given."""
        return self.matrix.count("_") + 1

    def percents(self, classes: int) -> Int[np.ndarray, "c c"]:
        """T for so many classes, in percent."""
        rows = np.array([[int(one) for one in row.split(".")] for row in self.matrix.split("_")])
        found = np.zeros((classes, classes), dtype=int)
        for start in range(0, classes, self.size):
            block = found[start : start + self.size, start : start + self.size]
            block += rows[: len(block), : len(block)]
        found[np.diag_indices(classes)] += WHOLE - found.sum(1)
        return found

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        upto = self.percents(examples.classes).cumsum(1) / WHOLE
        labels = (generator.random((len(examples), 1)) >= upto[examples.targets]).sum(1)
        return one_hot(labels, examples.classes)
