"""What an address says, and what is written into one. No session here: `ui.state` keeps that.

An address holds everything that another visitor needs to see the same: the experiment (`share.query`), the
pinned ones (`a.`, `b.`), the language, what is hidden, what the page itself adds, and the keys of the runs
made; results themselves are looked up on the server by their key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from softlabel_core import Experiment
from softlabel_core.experiment import link as share
from softlabel_core.phrase import Phrase
from ui.words import i18n

RUNS = "runs"
"""Parameter with the keys of earlier runs, dot-separated, the latest last."""

RUN = "run"
"""Parameter with the id of a saved run, which is opened with its numbers, whatever its experiment."""

SWITCHES = {"lang": (*i18n.LANGUAGES,), "present": ("0", "1"), "controls": ("0", "1")}
"""Parameters of every page beside the experiment, and what each may say."""

GUESSES = "guesses"
"""Parameter of Learn with the predictions made, as `ui.words.guesses` packs them."""

EXTRAS: dict[str, tuple[str, ...]] = {
    "learn": ("step", GUESSES),
    "explore": ("x", "show", "auto", "vary", "trail"),
}
"""Page -> parameters of its own, which no other page's address has. Add yours here."""

EVERY_EXTRA = {name for names in EXTRAS.values() for name in names}
OWN = {*SWITCHES, RUNS, RUN, "a", "b", *EVERY_EXTRA}
"""Every parameter beside those of the experiment."""


@dataclass(frozen=True)
class Said:
    """What an address says; `problems` and `unknown` are what of it could not be used."""

    experiment: Experiment | None = None
    pins: dict[str, Experiment] = field(default_factory=dict)
    switches: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    run: str | None = None
    problems: list[Phrase] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def read(address: dict[str, str]) -> Said:
    """What the parameters of an address say; no experiment where they name nothing of one."""
    experiment, problems = share.parse(address)
    asked = any(name.split(".")[0] in Experiment.model_fields for name in address)
    pins = {}
    for side in ("a", "b"):
        if part := share.inside(address, side):
            pins[side], wrong = share.parse(part)
            problems += [Phrase("{path}.{problem}", path=side, problem=one) for one in wrong]
    switches = {}
    for name, allowed in SWITCHES.items():
        if address.get(name) in allowed:
            switches[name] = address[name]
        elif name in address:
            values, got = Phrase("one of {options}", options=", ".join(allowed)), address[name][:60]
            problems.append(
                Phrase("{name}: allowed: {allowed}; got {got}.", name=name, allowed=values, got=got)
            )
    return Said(
        experiment=experiment if asked else None,
        pins=pins,
        switches=switches,
        extras={name: address[name] for name in EVERY_EXTRA & address.keys()},
        runs=[key for key in address.get(RUNS, "").split(".") if key],
        run=address.get(RUN),
        problems=problems,
        unknown=share.unknown(address, OWN),
    )


def write(
    page: str,
    experiment: Experiment | None,
    pins: Mapping[str, Experiment],
    beside: Mapping[str, str],
    runs: Sequence[str] = (),
    *,
    brief: bool = False,
) -> dict[str, str]:
    """The parameters of an address of `page`. No experiment: the page's own to begin with.

    `beside`: switches and extras by name; extras of other pages and empty ones are left out. `brief` leaves
    out what is default.
    """
    address: dict[str, str] = {}
    if experiment is not None:
        address |= share.short(experiment) if brief else share.query(experiment)
    for side, pinned in pins.items():
        address |= {f"{side}.{name}": value for name, value in share.short(pinned).items()}
    others = EVERY_EXTRA - {*EXTRAS.get(page, ())}
    address |= {name: value for name, value in beside.items() if value and name not in others}
    return address | ({RUNS: ".".join(runs)} if runs else {})
