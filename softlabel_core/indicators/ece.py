import numpy as np

from softlabel_core.indicators import Indicator, Sample
from softlabel_core.simplex import membership

BINS = 15


class ECE(Indicator):
    r"""Expected calibration error.

    Gap between the confidence of the soft labels and their accuracy, averaged over 15 equal-width bins of
    confidence.

    $$\sum_b \tfrac{n_b}{n} \left|\operatorname{acc}(b) - \operatorname{conf}(b)\right|$$

    Reference: Naeini et al. 2015, https://doi.org/10.1609/aaai.v29i1.9602; Guo et al. 2017,
    https://arxiv.org/abs/1706.04599.
    """

    science = 2  # edges of bins

    symbol = r"\mathrm{ECE}"

    def value(self, sample: Sample) -> float:
        confidence = sample.soft_labels.max(1)
        first = membership(sample.soft_labels, 1)
        correct = np.take_along_axis(first, sample.targets[:, None], axis=1)[:, 0]
        place = np.round(confidence * BINS, 9)  # confidences that rounding leaves apart share a bin
        bin_of = np.minimum(place.astype(int), BINS - 1)
        gap = np.bincount(bin_of, weights=correct - confidence, minlength=BINS)
        return float(np.abs(gap).sum() / len(confidence))
