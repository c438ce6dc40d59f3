"""What every command shares: errors as one line, the options that find a model, progress, writing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import click

from nli.disk import check_file
from nli.errors import InputError, NliError, first_line


class Command(click.Command):
    """A command whose expected failures are one line on stderr and exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NliError as error:
            click.echo(f"nli: {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt as stop:
            click.echo(f"nli: {str(stop) or 'interrupted; the output is not complete'}", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            _forget_output()
            ctx.exit(1)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"nli: {where}{(error.strerror or first_line(error)).lower()}", err=True)
            _forget_output()
            ctx.exit(1)


def _forget_output() -> None:
    """What standard output did not take would be tried, and fail, once more at the exit."""
    with suppress(OSError):  # of tests, it is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Group(click.Group):
    command_class = Command


def model_options(*, several: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options by which every command finds its model, or its `several` models."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        more = " Twice: compare two." if several else ""
        for option in (
            click.option(
                "--runtime",
                type=click.Choice(["onnxruntime", "openvino"]),
                default="onnxruntime",
                show_default=True,
                help="Of an ONNX model, such as the shipped ones. openvino is an extra, starts later and is often faster.",
            ),
            click.option("--threads", type=click.IntRange(1), help="CPU threads (default: all cores)."),
            click.option(
                "--labels", metavar="A,B,C", help="Names of the model's outputs in order, if its config has none."
            ),
            click.option(
                "--model",
                metavar="M",
                multiple=several,
                help=f"Checkpoint: a folder, or org/name@revision on the hub (downloads). Default: the shipped one.{more}",
            ),
        ):
            function = option(function)
        return function

    return decorate


def cascade_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """A small model in front of the large one."""
    for option in (
        click.option(
            "--sure", type=click.FloatRange(0, 1), help="With --cascade: from which probability on SMALL is sure."
        ),
        click.option(
            "--cascade",
            metavar="SMALL,LARGE",
            help="Two checkpoints instead of --model: the large one scores only what the small one is unsure of.",
        ),
    ):
        function = option(function)
    return function


both_ways = click.option(
    "--both-ways",
    is_flag=True,
    help="Score every pair in both directions, as contradiction does not depend on the order; without the evidence that detect adds. "
    "Twice the time.",
)


def days(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> dict[str, date]:
    """`FILE=2014-06-16`, or a day alone, which is that of every file not named (key "")."""
    found = {}
    for given in value:
        file, _, day = given.rpartition("=")
        try:
            found[file] = date.fromisoformat(day)
        except ValueError as error:
            raise click.BadParameter(f"{given!r}: expected a day as in 2014-06-16, or FILE=2014-06-16") from error
    return found


def check_models(options: dict[str, Any]) -> None:
    """Raises UsageError for options that do not go together."""
    if options.get("cascade") and (options["model"] or options["labels"]):
        raise click.UsageError("--cascade names its models itself; leave out --model and --labels")
    if options.get("sure") is not None and not options["cascade"]:
        raise click.UsageError("--sure needs --cascade SMALL,LARGE")


def load(options: dict[str, Any], *, language: str | None = None) -> Any:
    from nli.detector import Detector

    labels = options["labels"].split(",") if options["labels"] else None
    more: dict[str, Any] = {name: options[name] for name in ("precision", "runtime", "both_ways") if name in options}
    check_models(options)
    if names := options.get("cascade"):
        more |= {"cascade": names.split(","), "sure": options["sure"]}
    return Detector.load(options["model"], labels=labels, language=language, threads=options["threads"], **more)


def once(files: Sequence[str]) -> list[str]:
    """The files, each under the first name it was given; the other names are told."""
    # realpath takes links that lead in a circle, of which Path.resolve raises RuntimeError up to Python 3.12; reading tells of them.
    named: dict[str, str] = {}
    for file in dict.fromkeys(files):
        if (first := named.setdefault(os.path.realpath(file), file)) != file:
            click.echo(f"nli: {file}: the same file as {first}; read once", err=True)
    return list(named.values())


def check_output(path: str | None, inputs: Sequence[str] = ()) -> None:
    """Before the work: raises InputError for an output that cannot be written, or is one of the inputs."""
    if path is None or path == "-":
        if sys.stdout is None:
            raise InputError("standard output is closed; name a file to write, or leave it open")
        return
    check_file(path)
    if os.path.realpath(path) in {os.path.realpath(file) for file in inputs if file != "-"}:
        raise InputError(f"{path}: is the input file too; name another output")


def write(text: str, path: str | None) -> None:
    """In UTF-8, whatever the locale is. Halves of surrogate pairs, as names of files may hold, are escaped."""
    data = text.encode("utf-8", "backslashreplace")
    if path is None or path == "-":
        click.echo(data, nl=False)
        return
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error


class Bar:
    """A progress bar on stderr, silent when stderr is not a terminal; the total may come with the first news."""

    def __init__(self, bar: Any) -> None:
        self.bar = bar

    def __call__(self, finished: int) -> None:
        self.bar.update(finished)

    def of(self, finished: int, total: int) -> None:
        self.bar.total = total
        self.bar.update(finished)


@contextmanager
def progress(unit: str, total: int | None = None) -> Iterator[Bar]:
    from tqdm import tqdm

    shown = sys.stderr is not None and sys.stderr.isatty()  # None: closed by who started the command
    with tqdm(total=total, unit=f" {unit}", file=sys.stderr, disable=not shown, leave=False, delay=1) as bar:
        yield Bar(bar)
