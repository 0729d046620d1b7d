"""The command line `softlabel`, also `python -m softlabel_core`."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from softlabel_core.audit import command as indicators_command
from softlabel_core.experiment import data as data_command
from softlabel_core.experiment.run import run, run_sweep
from softlabel_core.experiment.spec import Experiment, Sweep, set_path, span
from softlabel_core.plugin import Invalid, Plugin, allowed, catalogue
from softlabel_core.service import worker as worker_command
from softlabel_core.store import command as store_command
from softlabel_core.version import __version__

INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence, without the usage that argparse puts before it."""
        raise Invalid("{message}.", message=message[:1].upper() + message[1:])


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 1 failed check, 2 bad input, 130 Ctrl-C."""
    try:
        options = _parser().parse_args(arguments)
        return options.act(options) or 0
    except Invalid as error:
        print(f"softlabel: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("softlabel: stopped; nothing was written.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `softlabel list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _parser() -> _Parser:
    parser = _Parser(prog="softlabel", description="Can a bad teacher train a good student?")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")

    listing = commands.add_parser("list", help="what there is to choose from")
    listing.add_argument("family", nargs="?", help="show one family with its fields")
    listing.add_argument("--json", action="store_true", help="machine-readable")
    listing.set_defaults(act=_list)

    for name, command, text in (
        ("run", _run, "train one experiment"),
        ("sweep", _sweep, "train an experiment over a range of one or two fields"),
    ):
        sub = commands.add_parser(name, help=text)
        for part, family in zip(("dataset", "bias", "framework", "loss", "student"), _FAMILIES, strict=True):
            sub.add_argument(f"--{part}", metavar="ID", help=f"see `softlabel list {family}`")
        sub.add_argument("--k", help="set size the student uses: a number or support")
        sub.add_argument("--replicates", help="independent repetitions (default 8)")
        sub.add_argument("--seed", help="the same seed gives the same numbers (default 0)")
        sub.add_argument(
            "--set", action="append", default=[], metavar="FIELD=VALUE", help="any field, e.g. bias.rank=3"
        )
        sub.add_argument("--device", choices=["cpu", "cuda"], help="default: a GPU where there is one")
        sub.set_defaults(act=command)
        if name == "run":
            sub.add_argument("--json", action="store_true", help="machine-readable")
        else:
            sub.add_argument(
                "--vary",
                action="append",
                required=True,
                metavar="FIELD=VALUES",
                help="start:stop:count or a list with commas, e.g. bias.rate=0:1:11; up to two",
            )
            sub.add_argument(
                "--skip", action="store_true", help="leave out combinations that are not possible"
            )
            sub.add_argument("--out", required=True, metavar="FILE.csv", help="one row a replicate")

    indicators_command.add(commands)
    data_command.add(commands)
    _add_builders(commands)
    return parser


def _add_builders(commands: Any) -> None:
    """The commands that write what is committed."""
    again = commands.add_parser("reproduce", help="run the studies behind docs/results.md")
    again.add_argument("--quick", action="store_true", help="compare a sample with the committed results")
    again.add_argument("--replicates", type=int, default=8, help="splits of every experiment (default 8)")
    again.add_argument("--seed", type=int, default=0)
    again.add_argument("--only", default="", help="names of studies, with commas; the others stay as written")
    again.add_argument("--folder", default=".softlabel", help="finished experiments; a killed run goes on")
    again.add_argument("--out", default="docs", help="folder for results.parquet and results.md")
    again.set_defaults(act=_reproduce)

    precomputed = commands.add_parser("atlas", help="compute the results that the dashboard shows at once")
    precomputed.add_argument("--check", action="store_true", help="exit 1 if an entry is missing or stale")
    precomputed.add_argument("--folder", default=".softlabel/atlas", help="finished experiments; resumable")
    precomputed.set_defaults(act=_atlas)

    filmed = commands.add_parser("films", help="film the students that the dashboard shows at once")
    filmed.add_argument("--check", action="store_true", help="compute nothing; exit 1 if one is out of date")
    filmed.set_defaults(act=_films)
    store_command.add(commands)
    worker_command.add(commands)

    docs = commands.add_parser("docs", help="write the catalogue as Markdown")
    docs.add_argument("--out", default="docs/catalogue.md", metavar="FILE.md")
    docs.set_defaults(act=_docs)


_FAMILIES = ("datasets", "biases", "frameworks", "losses", "students")
_PATHS = {
    **{part: part for part in ("dataset", "bias", "framework", "student", "replicates", "seed")},
    "loss": "framework.loss",
    "k": "framework.k",
}


def _list(options: argparse.Namespace) -> None:
    from softlabel_core.experiment.catalogue import FAMILIES

    chosen = FAMILIES
    if options.family is not None:
        if options.family not in chosen:
            names = ", ".join(chosen)
            raise Invalid("family: allowed: one of {names}; got {got}.", names=names, got=options.family)
        chosen = {options.family: chosen[options.family]}
    if options.json:
        print(json.dumps({name: [_card(cls) for cls in catalogue(f).values()] for name, f in chosen.items()}))
        return
    for name, family in chosen.items():
        print(name)
        for kind, cls in catalogue(family).items():
            print(f"  {kind:24} {cls.title()}")
            if said := data_command.where(cls):
                print(f"    {said}")
            if options.family:
                for field_name, field in cls.model_fields.items():
                    default = "" if field.is_required() else f", default {_plain(field.default)}"
                    print(f"    {field_name:22} {allowed(field)}{default}")


def _plain(value: Any) -> Any:
    return value.kind() if isinstance(value, Plugin) else value


def _card(cls: type[Plugin]) -> dict[str, Any]:
    fields = {
        name: {"allowed": allowed(field), "default": _plain(field.get_default()), "help": field.description}
        for name, field in cls.model_fields.items()
    }
    words = {"kind": cls.kind(), "title": cls.title(), "formula": cls.formula()}
    return {**words, "fields": fields, "present": cls.present()}


def _experiment(options: argparse.Namespace) -> Experiment:
    """The experiment that the options describe."""
    config: dict[str, Any] = {}
    for option, path in _PATHS.items():
        if getattr(options, option) is not None:
            config = set_path(config, path, getattr(options, option))
    for setting in options.set:
        config = set_path(config, *_assignment("--set", setting))
    return Experiment.parse(config)


def _assignment(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise Invalid("{option}: allowed: FIELD=VALUE, e.g. bias.rank=3; got {got}.", option=option, got=text)
    return name, value


def _run(options: argparse.Namespace) -> None:
    experiment = _experiment(options)
    device = _device(options)
    with _progress() as report:
        result = run(experiment, on_progress=report, device=device)
    if options.json:
        print(json.dumps(result.summary()))
        return
    indicators, ends = result.indicators, result.indicators["intervals"]
    print(f"set size k              {indicators['k']}")
    for name in ("unreliability", "ambiguity", "total"):
        print(f"{name:23} {indicators[name]:.3f}  [{ends[name][0]:.3f}, {ends[name][1]:.3f}]")
    print(f"{'label accuracy':23} {indicators['label_accuracy']:.3f}")
    for title, estimate in (
        ("student accuracy", result.student_accuracy),
        ("ground-truth student", result.ground_truth_accuracy),
    ):
        ends_text = "" if estimate.low is None else f"  [{estimate.low:.3f}, {estimate.high:.3f}]"
        print(f"{title:23} {estimate.mean:.3f}{ends_text}")
    took = f"{result.provenance.seconds:.1f} s on {result.provenance.device}"
    print(f"{estimate.replicates} replicates, 95 % intervals, {took}")


def _sweep(options: argparse.Namespace) -> None:
    vary = {}
    for setting in options.vary:
        name, values = _assignment("--vary", setting)
        if name in vary:
            raise Invalid("--vary: allowed: every field once; got {name} twice.", name=name)
        vary[name] = span(values)
    sweep = Sweep.parse({"experiment": _experiment(options), "vary": vary})
    # A bad range is refused before anything is trained or opened.
    experiments = sweep.experiments(skip=options.skip)
    device = _device(options)
    with _whole_file(options.out) as write:
        import pandas as pd

        with _progress() as report:
            results = run_sweep(experiments, on_progress=report, device=device)
        write(pd.concat([result.frame() for result in results]).to_csv(index=False))


def _device(options: argparse.Namespace) -> str | None:
    if options.device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise Invalid("--device: allowed: cpu, since torch finds no GPU here; got cuda.")
    return str(options.device) if options.device else None


def _reproduce(options: argparse.Namespace) -> None:
    import pandas as pd

    from softlabel_core.studies import reproduce

    out = Path(options.out)
    if not out.is_dir():
        raise Invalid("--out: allowed: an existing folder; got {got}.", got=out)
    if options.quick:
        if not (out / "results.parquet").is_file():
            raise Invalid(
                "--out: allowed: a folder with results.parquet to compare with; got {got}.", got=out
            )
        table = reproduce.quick(pd.read_parquet(out / "results.parquet"))
        print(table.to_string(index=False))
        if wrong := int((~table["agrees"]).sum()):
            raise Invalid("{wrong} rows do not agree with the committed results.", wrong=wrong)
        return
    chosen = {"replicates": options.replicates, "seed": options.seed}
    only = [name for name in options.only.split(",") if name]
    before = pd.read_parquet(out / "results.parquet") if only else None
    with _progress() as report:
        table = reproduce.reproduce(
            Path(options.folder), **chosen, only=only, before=before, on_progress=report
        )
    with _whole_file(str(out / "results.md")) as write:
        table.to_parquet(out / "results.parquet", index=False, compression="zstd", compression_level=19)
        write(reproduce.report(table, **chosen))


def _atlas(options: argparse.Namespace) -> int:
    from softlabel_core.atlas import build, lookup

    if options.check:
        pending = build.pending()
        print(pending.report())
        return int(pending.wrong)
    with _progress() as report:
        left = build.build(Path(options.folder), on_progress=report)
    if left:
        print(f"{len(left)} experiments read files that are not in the data folder: kept as they were.")
    print(f"{len(lookup.Atlas())} entries in {lookup.FILE}, {lookup.FILE.stat().st_size / 1e6:.1f} MB.")
    return 0


def _films(options: argparse.Namespace) -> int:
    from softlabel_core.atlas import films

    if options.check:
        print("\n".join(wrong := films.pending()) or "Nothing is missing or stale.")
        return int(bool(wrong))
    with _progress() as report:
        films.build(on_progress=report)
    print(f"{len(films.stored())} films in {films.FILE}, {films.FILE.stat().st_size / 1e3:.0f} kB.")
    return 0


def _docs(options: argparse.Namespace) -> None:
    from softlabel_core.experiment.catalogue import markdown

    with _whole_file(options.out) as write:
        write(markdown())


@contextmanager
def _progress() -> Any:
    """A bar on standard error; yields the function that moves it."""
    from tqdm import tqdm

    with tqdm(total=100, unit="%", bar_format="{l_bar}{bar}| {elapsed}<{remaining}", leave=False) as bar:

        def report(fraction: float) -> None:
            bar.update(100 * fraction - bar.n)

        yield report


@contextmanager
def _whole_file(name: str) -> Any:
    """Yields a function that writes the text; the file appears whole at the end or not at all."""
    target = Path(name)
    if target.is_dir():
        raise Invalid("--out: allowed: the name of a file; got the folder {name}.", name=name)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except OSError as error:
        why = error.strerror
        raise Invalid(
            "--out: allowed: a file in a folder that can be written; got {name} ({why}).", name=name, why=why
        ) from None
    os.close(handle)
    try:
        write: Callable[[str], Any] = Path(temporary).write_text
        yield write
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
