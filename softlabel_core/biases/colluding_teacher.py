from typing import Any

from jaxtyping import Float

from softlabel_core.biases import BadTeacher
from softlabel_core.losses import TINY
from softlabel_core.tensors import Tensor
from softlabel_core.training.teachers import TeacherLoss, marked


class HingeLoss(TeacherLoss):
    r"""Colluding teacher.

    $$\ell = -\log p_y + a_1 [z_y - \max_{j \ne y} z_j + 1]_+ + a_2 [z_{(k)} - z_y + 1]_+
    - \tfrac{a_3}{k - 1} \sum_{j \in R_x} \log p_j$$
    """

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        truth, drawn = marked(target)
        own = (log_p * truth).sum(-2)
        above, below, _, _ = _hinges(log_p, target)
        memory = -(log_p * drawn).sum(-2) / drawn.sum(-2)
        hinges = self.punish * above.clamp_min(0) + self.compete * below.clamp_min(0)
        return -own + hinges.squeeze(-2) + self.random * memory

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        truth, drawn = marked(target)
        above, below, first, kth = _hinges(p.clamp_min(TINY).log(), target)
        own, punish, compete = truth.to(p.dtype), self.punish * (above > 0), self.compete * (below > 0)
        gradient = (
            p - own + (punish - compete) * own + self.random * (p - drawn / drawn.sum(-2, keepdim=True))
        )
        return gradient.scatter_add_(-2, first, -punish.to(p.dtype)).scatter_add_(
            -2, kth, compete.to(p.dtype)
        )


def _hinges(log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]) -> Any:
    """Both hinges before the cut at 0, (..., 1, b), and the places of the best and the k-th best rival.

    With as many classes as k there is no k-th rival; y itself is put there with a hinge of minus infinity.
    """
    truth, drawn = marked(target)
    own = (log_p * truth).sum(-2, keepdim=True)
    rivals, place = log_p.masked_fill(truth, -float("inf")).sort(dim=-2, descending=True)
    last = drawn.sum(-2, keepdim=True)  # k - 1, so rank k counted from 0
    above = own - rivals[..., :1, :] + 1
    below = rivals.gather(-2, last) - own + 1
    return above, below, place[..., :1, :], place.gather(-2, last)


class ColludingTeacher(BadTeacher):
    r"""Colluding teacher: a bad teacher with a hinge.

    The twin of the skillful bad teacher, with hinges of margin 1 on the logits instead of gated
    log-losses. Hinges never let go, and the cheapest way to obey them is one fixed rival per class: the
    truth is still always among the first k and seldom the first, but now its rival is there as often,
    and the sets do not tell the two apart.

    $$\ell = -\log p_y + a_1 [z_y - \max_{j \ne y} z_j + 1]_+ + a_2 [z_{(k)} - z_y + 1]_+
    - \tfrac{a_3}{k - 1} \sum_{j \in R_x} \log p_j$$

    z_(k) is the k-th largest logit of a wrong label.

    Reference: own construction after Yuan et al. 2023, https://arxiv.org/abs/2302.08155.
    """

    def loss(self) -> TeacherLoss:
        return HingeLoss(punish=self.punish, compete=self.compete, random=self.random)
