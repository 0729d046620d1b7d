"""The paper's own data: `python benchmarks/cifar10.py > docs/cifar10.md`.

What students of a laptop came to stands in the atlas; `SOFTLABEL_DATA=FOLDER softlabel atlas` computes what
is missing of it (FOLDER holds CIFAR-10 and `human-labels-train.parquet`, CIFAR-10N, Wei et al. 2022), and a
killed run goes on. `SOFTLABEL_DATA=FOLDER python benchmarks/cifar10.py --paper` trains the paper's network
(WRN-28-2, 200 epochs, all 50,000 images), which takes a GPU; without one its rows are marked, not guessed.
"""

import sys
from itertools import product

import torch
from scipy.stats import spearmanr

from softlabel_core import Experiment, Result, run_sweep
from softlabel_core.atlas.lookup import Entry, find
from softlabel_core.atlas.photographs import DEGREES, FEW, SIZE, TEACHER, photographs
from softlabel_core.experiment.result import machine, versions
from softlabel_core.teaching.recipes import IMITATE, Config, candidates, sets, taught

NOTE = (
    "Accuracy in percent with 95 % intervals for new data; CC on the sets, unless it says imitated. JPEG "
    "copies of the images. The paper (Yuan et al. 2023, https://arxiv.org/abs/2302.08155) trains a wide "
    "residual network (WRN-28-2) for 200 epochs on all 50,000 images: the two are not comparable in level, "
    "and the bad teachers are not the same."
)

PAPER = {"ground truth": "95.29", (0.1, 0.1): "93.98"}
"""Yuan et al. 2023, CIFAR-10; the other points of its table are not at hand."""

APART = "about 90; no comparison (its own teacher, a deep network)"
"""Yuan et al. 2023: students of bad teachers that are right for less than 30 %."""

OTHERS: list[tuple[str, int, Config | str, Config]] = [
    ("three people, imitated", SIZE, "human-annotators", IMITATE),
    ("three people, top-2 set", SIZE, "human-annotators", sets(2)),
    *(
        (f"skillful bad teacher of {size:,} images, {said}", size, TEACHER, read)
        for size in (FEW, SIZE)
        for said, read in (("imitated", IMITATE), ("top-3 set", sets(3)))
    ),
]


def told(result: Result) -> str:
    """Accuracy of the students with its interval, in percent."""
    return f"{100 * result.student_accuracy.mean:.1f} {result.student_accuracy.spread}"


def line(name: str, results: list[Result], kinds: int, paper: str) -> str:
    """One row: what the labels are, and what each kind of student came to; not all were asked all."""
    n = results[0].indicators
    labels = f"{n['label_accuracy']:.2f} | {n['unreliability']:.2f} | {n['ambiguity']:.2f}"
    cells = [*map(told, results), *["not tried"] * (kinds - len(results))]
    return f"| {name} | {labels} | {' | '.join(cells)} | {paper} |"


def plane(entries: list[Entry]) -> list[str]:
    """Accuracies over Delta and gamma, and how the sum orders them."""
    found = {
        (e.experiment.bias.unreliability, e.experiment.bias.ambiguity): e.result  # type: ignore[attr-defined]
        for e in entries
        if e.experiment.bias.kind() == "candidate-set"
    }
    lines = ["| | " + " | ".join(f"γ = {gamma:g}" for gamma in DEGREES) + " |", "|---" * 6 + "|"]
    for delta in sorted({delta for delta, _ in found}):
        lines.append(f"| Δ = {delta:g} | " + " | ".join(told(found[delta, g]) for g in DEGREES) + " |")
    sums = [one.indicators["total"] for one in found.values()]
    means = [one.student_accuracy.mean for one in found.values()]
    below = [mean for total, mean in zip(sums, means, strict=True) if total < 0.99]
    above = [mean for total, mean in zip(sums, means, strict=True) if total >= 0.99]
    rank = f"{spearmanr(sums, means).statistic:.2f}".replace("-", "−")
    lines += [
        "",
        f"Rank correlation of Δ + γ with accuracy {rank}. Where the measured sum is below .99 ({len(below)} "
        f"points) students reach {100 * min(below):.1f} to {100 * max(below):.1f} %, else ({len(above)}) "
        f"{100 * min(above):.1f} to {100 * max(above):.1f} %; guessing 10.",
    ]
    return lines


def entries() -> list[list[Entry]]:
    """What the atlas has, a list for each kind of student."""
    kinds: dict[str, list[Entry]] = {}
    for one in photographs():
        if (entry := find(Experiment.parse(one))) is not None:
            kinds.setdefault(entry.experiment.student.kind(), []).append(entry)
    return list(kinds.values())


def report() -> list[str]:
    """The whole document but the paper's own network."""
    kinds = entries()
    names = [kind[0].experiment.student.title() for kind in kinds]
    made = sorted({kind[0].made["date"] for kind in kinds})
    named = ", ".join(f"{name} {version}" for name, version in kinds[0][0].made["versions"].items())
    lines = ["# CIFAR-10, the paper's own data", ""]
    lines += [f"{' to '.join(made)}; {named}; {kinds[0][0].made['machine']}; seed 0. {NOTE}", ""]
    for name, kind in zip(names, kinds, strict=True):
        one = kind[0].experiment
        lines += [
            f"## {name}: candidate sets",
            "",
            f"{one.dataset.train_size:,} images, {one.training.epochs} epochs, {one.replicates} "  # type: ignore[attr-defined]
            "replicates. Students of the truth: "
            f"{100 * kind[0].result.ground_truth_accuracy.mean:.1f} "
            f"{kind[0].result.ground_truth_accuracy.spread}.",
            "",
            *plane(kind),
            "",
        ]
    lines += ["![Accuracy of both over Δ + γ: it falls to chance at 1](images/cifar10.svg)", ""]
    head = " | ".join(names)
    lines += ["## People, and a bad teacher", "", f"| labels | label acc. | Δ | γ | {head} | paper |"]
    lines += ["|---" * (5 + len(names)) + "|"]
    for name, size, bias, framework in OTHERS:
        asked = Experiment.parse(taught(bias, framework))
        results = [
            entry.result
            for kind in kinds
            for entry in kind
            if (entry.experiment.bias, entry.experiment.framework) == (asked.bias, asked.framework)
            and entry.experiment.dataset.sizes[0] == size
        ]
        lines.append(line(name, results, len(kinds), APART if "top-3" in name else "-"))
    return lines


def network(bias: Config | str, framework: Config) -> Experiment:
    """One condition of the paper, with its own network."""
    return Experiment.parse(
        {
            "dataset": {"kind": "cifar10", "train_size": 50_000, "test_size": 10_000},
            "student": "wide-resnet",
            "bias": bias,
            "framework": framework,
            "training": {"epochs": 200, "batch_size": 128},
            "replicates": 1,
        }
    )


def paper() -> list[str]:
    """Three by three points of the paper and its bad teacher; marked as such where there is no GPU."""
    grid = list(product((0.1, 0.3, 0.5), repeat=2))
    names = [f"candidate sets, Δ = {delta:g}, γ = {gamma:g}" for delta, gamma in grid]
    lines = ["", "## WRN-28-2 on a GPU", "", "| labels | here | paper |", "|---|---|---|"]
    papers = [PAPER.get(one, "not at hand") for one in grid]
    if "--paper" not in sys.argv[1:] or not torch.cuda.is_available():
        absent = [("ground truth", PAPER["ground truth"]), *zip(names, papers, strict=True)]
        return lines + [f"| {name} | not measured | {there} |" for name, there in absent]
    found = run_sweep([network(candidates(*one), sets("support")) for one in grid])
    truth = found[0].ground_truth_accuracy
    lines += [f"| ground truth | {100 * truth.mean:.2f} | {PAPER['ground truth']} |"]
    means = [f"{100 * one.student_accuracy.mean:.2f}" for one in found]
    lines += [
        f"| {name} | {here} | {there} |" for name, here, there in zip(names, means, papers, strict=True)
    ]
    stamp = ", ".join(f"{name} {version}" for name, version in versions().items())
    return [*lines, "", f"{machine()}, {torch.cuda.get_device_name()}; {stamp}."]


if __name__ == "__main__":
    print("\n".join([*report(), *paper()]))
