"""Closed forms of one-hot labels under additive noise."""

from scipy.integrate import quad
from scipy.stats import binom, laplace, norm

DISTRIBUTIONS = {"gaussian": norm, "laplace": laplace}


def unreliability(noise: str, scale: float, k: int, c: int) -> float:
    """P(at least k of the c - 1 rivals exceed the truth's 1 + t), averaged over the truth's noise t."""
    one = DISTRIBUTIONS[noise](scale=scale)

    def integrand(t):
        return one.pdf(t) * binom.sf(k - 1, c - 1, one.sf(1 + t))

    return quad(integrand, -30 * scale, 0)[0] + quad(integrand, 0, 30 * scale)[0]
