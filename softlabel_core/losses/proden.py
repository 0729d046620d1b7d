from softlabel_core.losses import Identifying


class PRODEN(Identifying):
    r"""Progressive identification (PRODEN).

    Cross-entropy on weights over the set; after each visit the weights become the student's own
    probabilities within the set, so that the labels sharpen while the student learns. Weights start
    uniform. In the population this is expectation-maximisation on the likelihood that CC maximises
    directly: what it settles on, p = E[p restricted to the set], is what CC settles on, and it asks of labels
    what CC asks.

    $$\ell = -\sum_{i \in \Omega} w_i \log p_i,\qquad \partial\ell/\partial z = p - w,
    \qquad w \leftarrow p|_\Omega$$

    Reference: Lv et al. 2020, https://arxiv.org/abs/2002.08053.
    """

    moves_target = "visit"
