from softlabel_core.losses import Identifying


class RC(Identifying):
    r"""Risk-consistent (RC).

    Cross-entropy weighted by how probable each member is to be the truth, were the set drawn uniformly
    among those that hold it: the importance weight of Feng et al. is estimated by the student's own
    probabilities within the set and is a constant to the gradient. Here the weights are those of the
    student at the end of the last epoch, of all examples at once; PRODEN takes each example's from its last
    visit, up to an epoch older. (Weights of the moment would make the gradient p - p restricted to the set,
    which is CC's.) Weights start uniform. The factor 1/2 of the paper is left out. In the
    population it settles where CC does and asks of labels what CC asks.

    $$\ell = -\sum_{i \in \Omega} w_i \log p_i,\qquad \partial\ell/\partial z = p - w,
    \qquad w = p^{\text{last epoch}}|_\Omega$$

    Reference: Feng et al. 2020, https://arxiv.org/abs/2007.08929.
    """

    moves_target = "epoch"
