"""The command line: parse, call, print. Data on stdout, progress and counts on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from nli import __version__
from nli.errors import InputError, NliError


class Command(click.Command):
    """A command whose expected failures are one line on stderr and exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NliError as error:
            click.echo(f"nli: {error}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("nli: interrupted; the output is not complete", err=True)
            ctx.exit(130)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)


class Group(click.Group):
    command_class = Command


def model_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which every command finds its model."""
    for option in (
        click.option("--threads", type=click.IntRange(1), help="CPU threads (default: all cores)."),
        click.option(
            "--labels", metavar="A,B,C", help="Names of the model's outputs in order, if its config has none."
        ),
        click.option(
            "--model",
            metavar="M",
            help="Checkpoint: a folder, or org/name@revision on the hub (downloads). Default: the shipped one.",
        ),
    ):
        function = option(function)
    return function


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="nli")
def main() -> None:
    """Find the claims that contradict each other.

    \b
    nli detect article.txt            contradictions of one or several documents
    nli score pairs.csv scored.csv    probabilities for a file of claim pairs
    nli eval labelled.jsonl           how right a model is on labelled pairs
    """


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["table", "jsonl", "json", "csv", "markdown", "html"]),
    default="table",
    show_default=True,
)
@click.option("--output", metavar="PATH", help="Write here instead of standard output.")
@click.option(
    "--threshold", type=click.FloatRange(0, 1), help="Report pairs from this score on (default: the checkpoint's own)."
)
@click.option("--all", "every", is_flag=True, help="Also pairs that a stronger conflict of the same claim outdoes.")
@click.option(
    "--across",
    type=click.Choice(["all", "documents", "speakers"]),
    default="all",
    show_default=True,
    help="Compare only claims of different documents, or of different speakers.",
)
@click.option(
    "--kinds",
    metavar="KIND,...",
    default="contradiction,tension",
    show_default=True,
    help="Verdicts to report: contradiction, tension (both may hold, under a condition or for now), update (later news).",
)
@click.option("--explain", is_flag=True, help="Follow each conflict through every stage, from the text to the dispute.")
@click.option(
    "--max-pairs", type=click.IntRange(1), help="Above so many pairs of claims, only nearest neighbours are scored."
)
@click.option("--neighbours", type=click.IntRange(1), help="Candidates a claim when there are too many pairs.")
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of the files.")
@click.option("--language", metavar="PIPELINE", help="spaCy pipeline, by name or folder.")
@click.option("--skip-invalid", is_flag=True, help="Leave out files that cannot be read, and count them.")
@click.option("--fail-on-contradiction", is_flag=True, help="Exit with 3 when a contradiction was found.")
@model_options
@click.pass_context
def detect(
    ctx: click.Context,
    /,
    files: tuple[str, ...],
    kind: str,
    output: str | None,
    encoding: str,
    skip_invalid: bool,
    fail_on_contradiction: bool,
    explain: bool,
    **options: Any,
) -> None:
    """Contradictions within and between documents, best first. FILE `-` reads standard input."""
    from nli.explain import explain as explained
    from nli.readers import read_document
    from nli.report import render, summary

    documents = []
    for file in dict.fromkeys(files):
        try:
            documents.append(read_document(file, encoding=encoding))
        except InputError as error:
            if not skip_invalid:
                raise
            click.echo(f"nli: skipped {error}", err=True)
    if not documents:
        raise InputError("none of the files could be read")
    detector = _load(options, language=options.pop("language"))
    limits = {k: options[k] for k in ("max_pairs", "neighbours") if options[k]}
    with _progress("pairs") as advance:
        findings = detector.detect(
            documents,
            threshold=options["threshold"],
            across=options["across"],
            kinds=options["kinds"].split(","),
            every=options["every"],
            progress=advance.of,
            **limits,
        )
    decision = detector.scorer.checkpoint.decision
    limit = decision.threshold if options["threshold"] is None else options["threshold"]
    _write(explained(findings, decision, limit) if explain else render(findings, kind), output)
    click.echo(f"nli: {summary(findings)}", err=True)
    if findings and fail_on_contradiction:
        ctx.exit(3)


@main.command()
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--premise", default="premise", show_default=True, metavar="COL")
@click.option("--hypothesis", default="hypothesis", show_default=True, metavar="COL")
@click.option("--skip-invalid", is_flag=True, help="Leave out rows that cannot be scored, and count them.")
@model_options
def score(source: str, target: str, premise: str, hypothesis: str, skip_invalid: bool, **options: Any) -> None:
    """Score a file of claim pairs: jsonl, csv, tsv or parquet by file ending; `-` reads or writes jsonl.

    Every input column is kept; entailment, neutral, contradiction (probabilities) and label are added.
    """
    from nli.batch import score_file
    from nli.readers import Rejected, file_format

    for path in (source, target):
        file_format(path)
    if source != "-" and not Path(source).is_file():
        raise InputError(
            f"{source}: {'is a directory' if Path(source).is_dir() else 'no such file'}; expected a file of pairs"
        )
    scorer = _load(options).scorer

    def skip(rejected: Rejected) -> None:
        click.echo(f"nli: skipped {source}:{rejected.line}: {rejected.reason}", err=True)

    with _progress("pairs") as advance:
        counts = score_file(
            source,
            target,
            scorer,
            premise=premise,
            hypothesis=hypothesis,
            skip_invalid=skip if skip_invalid else None,
            progress=advance,
        )
    click.echo(f"nli: {counts.scored} pairs scored, {counts.skipped} skipped, {counts.truncated} truncated", err=True)


@main.command("eval")
@click.argument("pairs", metavar="PAIRS")
@click.option("--json", "json_path", metavar="PATH", help="Write all numbers here as JSON.")
@click.option("--where", multiple=True, metavar="COL=VALUE", help="Only rows with this value; may be repeated.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many rows.")
@click.option("--skip-invalid", is_flag=True, help="Leave out broken rows, and count them.")
@model_options
def evaluate(
    pairs: str, json_path: str | None, where: tuple[str, ...], limit: int | None, skip_invalid: bool, **options: Any
) -> None:
    """How right a model is on labelled pairs: a file, a saved `datasets` folder, or a hub name such as stanfordnlp/snli:test."""
    import json

    from nli.evaluation import evaluate_set, load_pairs

    if bad := [item for item in where if "=" not in item]:
        raise click.UsageError(f"--where {bad[0]}: expected COL=VALUE")
    labelled = load_pairs(
        pairs, where=dict(item.split("=", 1) for item in where), limit=limit, skip_invalid=skip_invalid
    )
    scorer = _load(options).scorer
    with _progress("pairs", total=len(labelled.pairs)) as advance:
        result = evaluate_set(labelled, scorer, progress=advance)
    if json_path:
        _write(json.dumps(result.to_dict(), indent=1) + "\n", json_path)
    n = result.to_dict()
    click.echo(
        f"{n['n']} pairs of {n['data']} (sha256 {n['data_hash'][:12]}), model {n['model']}\n\n{result.markdown()}",
        nl=False,
    )
    click.echo(
        f"nli: {n['unlabelled']} rows without gold label, {n['skipped']} skipped, {n['truncated']} truncated", err=True
    )


def _load(options: dict[str, Any], *, language: str | None = None) -> Any:
    from nli.detector import Detector

    labels = options["labels"].split(",") if options["labels"] else None
    return Detector.load(options["model"], labels=labels, language=language, threads=options["threads"])


def _write(text: str, path: str | None) -> None:
    if path is None or path == "-":
        click.echo(text, nl=False)
        return
    try:
        Path(path).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error


class _Bar:
    """A progress bar on stderr, silent when stderr is not a terminal; the total may come with the first news."""

    def __init__(self, bar: Any) -> None:
        self.bar = bar

    def __call__(self, finished: int) -> None:
        self.bar.update(finished)

    def of(self, finished: int, total: int) -> None:
        self.bar.total = total
        self.bar.update(finished)


@contextmanager
def _progress(unit: str, total: int | None = None) -> Iterator[_Bar]:
    from tqdm import tqdm

    with tqdm(
        total=total, unit=f" {unit}", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False, delay=1
    ) as bar:
        yield _Bar(bar)
