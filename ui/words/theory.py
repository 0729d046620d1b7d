"""What is said of the identity and of the bounds of a result. No number stands in a text file."""

from softlabel_core import Result
from softlabel_core.experiment.needed import Needed, Unknown
from softlabel_core.experiment.promise import Silence, learned_from
from softlabel_core.experiment.untold import Untold
from softlabel_core.theory.needed import EQUAL_STEPS
from softlabel_core.theory.promises import Promise
from ui.words.i18n import joined, minus, say
from ui.words.sentences import percent, shares

EXACT = 1_000_000
"""Counts from here on are said with two digits and a power of ten."""

POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def count(n: int) -> str:
    """A number of examples, as `1,198` or `4.7 × 10⁸`."""
    if n < EXACT:
        return f"{n:,}"
    digits, power = f"{n:.1e}".split("e+")
    return f"{digits} × 10{str(int(power)).translate(POWERS)}"


def identity(language: str, result: Result) -> str:
    """Both sides of the excess-risk identity, counted on the result's own examples; "" without sets."""
    found = result.identity
    if found is None:
        return ""
    n = learned_from(result)
    wrong = round(n * found["error"])
    counts = {
        "missed": round(n * found["risk"]),
        "untrue": round(n * found["risk_of_truth"]),
        "wrong": wrong,
        "hidden": round(wrong * (found["hidden"] or 0)),
        "excused": round(wrong * (found["excused"] or 0)),
        "n": n,
    }
    counted = {name: f"{count:,}" for name, count in counts.items()}
    sides = {name: minus(f"{found[name]:.4f}") for name in ("excess", "product")}
    said = say(language, "theory.identity" if wrong else "theory.identity-flawless", **counted, **sides)
    return said if found["excess"] >= 0 else joined([said, say(language, "theory.identity-below")])


def silent(language: str, reason: Silence, result: Result) -> str:
    """Why there is no figure."""
    measured = result.indicators
    hidden, rival = measured["worst_unreliability"], measured["ambiguity"]
    bayes = "" if result.bayes_accuracy is None else percent(result.bayes_accuracy)
    values = {"hidden": hidden, "rival": rival, "total": hidden + rival, "bayes": bayes}
    return say(language, f"theory.silent-{reason}", **values)


def interval(language: str, promise: Promise) -> str:
    """The interval of the error in words."""
    return shares(language, promise.low, promise.high)


def asks(language: str, promise: Promise) -> str:
    """How many examples the bounds ask for the error measured, and how that compares. Markdown."""
    asked = promise.asked
    said = say(
        language,
        "theory.asks",
        error=percent(promise.error),
        interval=interval(language, promise),
        n=count(promise.examples),
        finite=count(asked["finite"]),
        natarajan=count(asked["natarajan"]),
    )
    if "sure" in asked:
        said = joined([said, say(language, "theory.asks-sure", sure=count(asked["sure"]))])
    least = min(asked.values()) / promise.examples
    if least <= 1:
        return joined([said, say(language, "theory.beaten")])
    times = count(round(least)) if least >= EXACT else f"{float(f'{least:.1e}'):,g}"
    return joined([said, say(language, "theory.verdict", times=times)])


def needs(language: str, found: Needed | Unknown, promised: Promise | Silence) -> str:
    """About how many examples are needed, how far off that may be, and what the bounds ask. Markdown."""
    if isinstance(found, str):
        return say(language, f"theory.needs-{found}")
    target = found.law.target
    said = say(
        language,
        "theory.needs",
        target=percent(target),
        examples=_about(found.examples),
        low=_about(found.low),
        high=_about(found.high),
        factor=found.law.factor,
        present=count(found.present),
        usual=count(EQUAL_STEPS),
    )
    if not isinstance(promised, Promise):
        return said
    asked = {name: count(bound(1 - target)) for name, bound in promised.bounds.items()}
    return joined([said, say(language, "theory.needs-bounds", target=percent(target), **asked)])


def needs_short(language: str, found: Needed | Unknown) -> str:
    """The same as a note below Δ + γ; "" where it is not known."""
    if isinstance(found, str):
        return ""
    values = {"examples": _about(found.examples), "target": percent(found.law.target)}
    return say(language, "theory.needs-short", **values)


def _about(n: int) -> str:
    """Two digits are more than it is good for."""
    return count(int(float(f"{n:.1e}")))


def without_truth(language: str, found: Untold, assumed: float, rival: float) -> str:
    """What the set risk says of accuracy if Delta were `assumed` and gamma `rival`; where that is false
    comfort."""
    values = {"risk": percent(found.risk), "n": count(found.n), "assumed": assumed, "rival": rival}
    read = found.read(assumed, rival)
    if read is None:
        said = [say(language, "theory.blind-near", **values)]
    else:
        told = {"told": percent(read.accuracy), "interval": shares(language, read.low, read.high)}
        said = [say(language, "theory.blind", **values, **told)]
    said.append(
        say(
            language,
            "theory.blind-truth",
            truth=percent(found.accuracy),
            hidden=found.unreliability,
            rival=found.ambiguity,
        )
    )
    if not found.class_conditional:
        said.append(say(language, "theory.blind-comfort"))
    return joined(said)


def rests(language: str, promise: Promise) -> str:
    """What the curves assume and where their numbers come from. Markdown."""
    kind = "linear" if promise.linear else "network"
    said = [
        say(
            language,
            "theory.rests",
            hidden=promise.unreliability,
            rival=promise.ambiguity,
            parameters=f"{promise.parameters:,}",
            bits=f"{promise.bits:,}",
        ),
        say(language, f"theory.dimension-{kind}", m=f"{promise.dimension:,}"),
    ]
    if promise.unreliability == 0:
        said.append(say(language, "theory.rests-sure"))
    return joined(said)
