import re
from typing import Annotated, Any

import numpy as np
from jaxtyping import Float, Int
from pydantic import BeforeValidator, Field

from softlabel_core.datasets import Dataset
from softlabel_core.examples import Split, standardise
from softlabel_core.fields import Accepts
from softlabel_core.phrase import Phrase

SIDE = 100
"""Steps on a side of the square: a coordinate is two digits."""

CLASSES = (2, 4)
"""Fewest and most classes of a drawing."""

POINTS = 200
"""Most points of a drawing."""

REACH = 6
"""Standard deviations beyond which a point is not felt."""

CELLS = 5
"""Cells a standard deviation of the grid on which the best accuracy is summed."""

RULE = Phrase(
    "2 to 4 classes joined by _, each of points joined by dots, each of two digits of x and two of y, "
    "as in 1015.9010_5090"
)


def _drawing(value: Any) -> Any:
    groups = [group.split(".") for group in value.split("_")] if isinstance(value, str) else []
    points = [point for group in groups for point in group]
    plain = all(re.fullmatch("[0-9]{4}", point) for point in points)
    if not plain or not CLASSES[0] <= len(groups) <= CLASSES[1]:
        raise ValueError(RULE)
    if len(points) > POINTS:
        raise ValueError(Phrase("at most {most} points, not {count}", most=POINTS, count=len(points)))
    return value


Drawing = Annotated[str, BeforeValidator(_drawing), Accepts(RULE, ("1010.9010_1090.9090", "2050_5050_8050"))]

FACE = (
    "5082.3980.2975.2167.1657.1446.1635.2125.2917.3912.5010.6112.7117.7925.8435.8646.8457.7967.7175.6180"
    "_3761.3359.3255.3551.3951.4255.4159.6361.5959.5855.6151.6551.6855.6759"
    "_3139.3336.3633.3930.4228.4627.5027.5427.5828.6130.6433.6736.6939"
    "_7785.7387.6989.6491.6092.5593.5093.4593.4092.3691.3189.2787.2385"
)


class DrawnPoints(Dataset):
    r"""Drawn points.

    Points that somebody drew in a square, with their classes; a face, until somebody does. They are training
    examples, together with further ones drawn around each of them, anew for every replicate. All test
    examples are drawn around them too, as many around each, and none is a drawn point: accuracy is that on
    the drawing's surroundings. Its best value is known, since the distribution is.

    $$x \sim \tfrac1n \sum_i \mathcal N(x_i, \sigma^2 I),\qquad y = y_i$$

    Reference: the smoothed bootstrap, Silverman and Young 1987, https://doi.org/10.1093/biomet/74.3.469.
    """

    one_pool = False  # the drawing is given: what replicates draw around it is new

    points: Drawing = FACE
    """The points class by class, in hundredths of the square's side: 2050 is .20 to the right and .50 up. At
    most 200 in all."""

    around: Annotated[int, Field(ge=0, le=50)] = 19
    """Training examples drawn around every point beside the point itself; 0 trains on the drawing alone."""

    spread: Annotated[float, Field(ge=0.01, le=0.2)] = 0.03
    """Standard deviation sigma of what is drawn around a point, in sides of the square."""

    test_size: Annotated[int, Field(ge=POINTS, le=20_000)] = 2_000
    """Test examples in all."""

    @property
    def class_names(self) -> list[str]:
        return [str(number + 1) for number in range(self.points.count("_") + 1)]

    def drawing(self) -> tuple[Float[np.ndarray, "n 2"], Int[np.ndarray, "n"]]:
        """The drawn points, as shares of the square's side from 0 to .99, and their classes."""
        groups = [group.split(".") for group in self.points.split("_")]
        places = [(int(one[:2]), int(one[2:])) for group in groups for one in group]
        return np.array(places) / SIDE, np.repeat(np.arange(len(groups)), [len(group) for group in groups])

    @property
    def bayes_accuracy(self) -> float:
        """The largest of the classes' densities, summed over a fine grid."""
        centres, targets = self.drawing()
        step = self.spread / CELLS
        low, high = centres.min(0) - REACH * self.spread, centres.max(0) + REACH * self.spread
        ticks = [np.arange(start, end, step) for start, end in zip(low, high, strict=True)]
        x, y = (
            np.exp(-((one - centres[:, axis, None]) ** 2) / (2 * self.spread**2))
            for axis, one in enumerate(ticks)
        )
        masses = [x[targets == label].T @ y[targets == label] for label in range(self.classes)]
        return float(np.max(masses, axis=0).sum() / np.sum(masses))

    def split(self, *, generator: np.random.Generator) -> Split:
        centres, targets = self.drawing()
        n = len(centres)
        near = np.repeat(np.arange(n), self.around)
        test = generator.permutation(n)[np.arange(self.test_size) % n]

        def moved(rows: Int[np.ndarray, "rows"]) -> Float[np.ndarray, "rows 2"]:
            return centres[rows] + self.spread * generator.standard_normal((len(rows), 2))

        points = np.concatenate([centres, moved(near)])
        order = generator.permutation(len(points))
        classes = np.concatenate([targets, targets[near]])
        return standardise(points[order], classes[order], moved(test), targets[test], self.classes)
