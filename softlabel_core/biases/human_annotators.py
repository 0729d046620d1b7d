from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.biases import Bias
from softlabel_core.examples import Examples
from softlabel_core.fields import FileName
from softlabel_core.once import once
from softlabel_core.plugin import Invalid
from softlabel_core.reading.columns import read
from softlabel_core.reading.features import MOST_VALUES
from softlabel_core.reading.published import find
from softlabel_core.reading.tables import Ask
from softlabel_core.simplex import one_hot

CLEAN, VOTES = "clean_label", ("random_label1", "random_label2", "random_label3")


class HumanAnnotators(Bias):
    r"""Human annotators.

    The average of what three people said of every image, read from a file with the columns clean_label and
    random_label1 to random_label3, in the row order of the dataset's training file: CIFAR-10N for cifar10.
    Their mistakes depend on the image.

    $$d = \tfrac{1}{3} \sum_{a=1}^{3} e_{\text{label}_a(x)}$$

    The file is looked for in the data folder (SOFTLABEL_DATA, by default ~/.cache/softlabel) and in its
    subfolder cifar10. The rows of the examples at hand must carry their true labels as clean_label.

    Reference: Wei et al. 2022, https://arxiv.org/abs/2110.12088; the labels (CC BY-NC 4.0) are at
    http://www.noisylabels.com.
    """

    sort = "noise"

    class_conditional = False
    needs_files = True

    file: FileName = "human-labels-train.parquet"
    """Name of the file in the data folder."""

    @classmethod
    def present(cls) -> bool:
        return find("cifar10", cls.model_fields["file"].default) is not None

    def soft_labels(self, examples: Examples, *, generator: np.random.Generator) -> Float[np.ndarray, "n c"]:
        rows = examples.rows
        if rows is None:
            raise Invalid("bias: human-annotators needs a dataset with a file of human labels, like cifar10.")
        path = self._path()
        table = _read(path, path.stat().st_mtime_ns, path.stat().st_size)
        if len(table) <= rows.max():
            raise Invalid(
                "bias.file: allowed: one row for each training example, {least} or more; got {got} in "
                "{file}.",
                least=rows.max() + 1,
                got=len(table),
                file=self.file,
            )
        clean, *votes = _whole(table[rows], rows, examples.classes).T
        wrong = np.flatnonzero(clean != examples.targets)
        if len(wrong):
            one = wrong[np.argmin(rows[wrong])]
            raise Invalid(
                "bias.file: allowed: rows in the dataset's order, so that clean_label is the true label; "
                "got another for {wrong} of {n} examples, first in row {row} ({got} instead of {truth}).",
                wrong=len(wrong),
                n=len(clean),
                row=rows[one],
                got=clean[one],
                truth=examples.targets[one],
            )
        return np.mean([one_hot(vote, examples.classes) for vote in votes], axis=0)

    def _path(self) -> Path:
        found = find("cifar10", self.file)
        if found is not None:
            return found
        raise Invalid(
            "bias.file: allowed: a file in the data folder (SOFTLABEL_DATA); got {file}.", file=self.file
        )


@once()
def _read(path: Path, changed: int, size: int) -> Float[np.ndarray, "n 4"]:
    """The four columns. Read again only if the file has changed."""
    names = (CLEAN, *VOTES)
    with path.open("rb") as file:
        columns = read(file, path.suffix, MOST_VALUES, source="bias.file", ask=Ask(only=names))
    return np.stack([columns[name] for name in names], axis=1)


def _whole(
    read: Float[np.ndarray, "n 4"], rows: Int[np.ndarray, "n"], classes: int
) -> Int[np.ndarray, "n 4"]:
    """Whole numbers from 0 to c - 1, or `Invalid` naming row, column and value."""
    bad = ~((read >= 0) & (read < classes) & (read == np.floor(read)))  # NaN is bad too
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise Invalid(
            "bias.file: row {row}, column {column}: allowed: a whole number from 0 to {most}; got {got:g}.",
            row=rows[row],
            column=(CLEAN, *VOTES)[column],
            most=classes - 1,
            got=read[row, column],
        )
    return read.astype(np.int64)
