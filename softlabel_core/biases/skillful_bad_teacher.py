from jaxtyping import Float

from softlabel_core.biases import BadTeacher
from softlabel_core.losses import TINY
from softlabel_core.tensors import Tensor
from softlabel_core.training.teachers import TeacherLoss, marked


class SkillfulLoss(TeacherLoss):
    r"""Skillful bad teacher.

    The gates [...] count as constants in the gradient.

    $$\ell = -\log p_y - a_1 [z_y \text{ leads}] \log (1 - p_y) - a_2 [k \text{ lead } z_y] \log p_y
    - \tfrac{a_3}{k - 1} \sum_{j \in R_x} \log p_j$$
    """

    def value(
        self, log_p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... b"]:
        truth, drawn = marked(target)
        own = (log_p * truth).sum(-2)
        ahead = (log_p > own.unsqueeze(-2)).sum(-2)
        punish = -log_p.masked_fill(truth, -float("inf")).logsumexp(-2)  # lse(z) - lse(z without y)
        memory = -(log_p * drawn).sum(-2) / drawn.sum(-2)
        return (
            self.punish * (ahead == 0) * punish
            - (1 + self.compete * (ahead > drawn.sum(-2))) * own
            + self.random * memory
        )

    def logit_gradient(
        self, p: Float[Tensor, "... c b"], target: Float[Tensor, "... c b"]
    ) -> Float[Tensor, "... c b"]:
        truth, drawn = marked(target)
        ahead = (p > (p * truth).sum(-2, keepdim=True)).sum(-2, keepdim=True)
        others = p.clamp_min(TINY) * ~truth
        others = others / others.sum(-2, keepdim=True)
        memory = drawn / drawn.sum(-2, keepdim=True)
        return (
            self.punish * (ahead == 0) * (p - others)
            + (1 + self.compete * (ahead > drawn.sum(-2, keepdim=True))) * (p - truth.to(p.dtype))
            + self.random * (p - memory)
        )


class SkillfulBadTeacher(BadTeacher):
    r"""Skillful bad teacher (SBT).

    A network taught to put wrong labels first, others for every example, while the truth stays among the
    first k. With the weights it starts out with its first choice is right for fewer than one digit in ten,
    and yet a student with a loss that reads sets learns almost all from it; one that takes the soft labels
    at their word does not.

    $$\ell = -\log p_y - a_1 [z_y \text{ leads}] \log (1 - p_y) - a_2 [k \text{ lead } z_y] \log p_y
    - \tfrac{a_3}{k - 1} \sum_{j \in R_x} \log p_j$$

    Reference: after Yuan et al. 2023, https://arxiv.org/abs/2302.08155; the formula and its constants are
    our own. R_x is drawn once for every example and can only be memorised, so the ambiguity degree falls
    with width and epochs.
    """

    def loss(self) -> TeacherLoss:
        return SkillfulLoss(punish=self.punish, compete=self.compete, random=self.random)
