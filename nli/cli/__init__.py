"""The command line: parse, call, print. Data on stdout, progress and counts on stderr."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import click

from nli import __version__
from nli.cli.bench import bench, export
from nli.cli.common import Group, cascade_options, check_output, days, load, model_options, once, progress, write
from nli.cli.evaluate import calibrate, evaluate
from nli.cli.score import score
from nli.errors import InputError
from nli.report import FORMATS


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="nli")
def main() -> None:
    """Find the claims that contradict each other.

    \b
    nli detect article.txt            contradictions of one or several documents
    nli score pairs.csv scored.csv    probabilities for a file of claim pairs
    nli eval labelled.jsonl           how right a model is on labelled pairs, or which of two
    nli calibrate dev.jsonl           thresholds for a model of your own
    nli bench pairs.csv               how fast, next to other ways to run the same model
    nli export FOLDER                 the model in float32, for other libraries
    """


main.add_command(score)
main.add_command(evaluate)
main.add_command(calibrate)
main.add_command(bench)
main.add_command(export)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
)
@click.option("--output", metavar="PATH", help="Write here instead of standard output.")
@click.option(
    "--threshold", type=click.FloatRange(0, 1), help="Report pairs from this score on (default: the checkpoint's own)."
)
@click.option(
    "--operating-point",
    metavar="NAME",
    help="A threshold by name: precise (fewer, surer), balanced or sensitive (more, less sure).",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Also pairs that a stronger conflict of the same claim outdoes, and weaker ones of one speaker or of two events.",
)
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
@click.option(
    "--screen/--no-screen",
    default=True,
    show_default=True,
    help="A smaller model looks first, and the large one reads only pairs that may conflict. Without: every pair, in several times as long.",
)
@click.option(
    "--date",
    "dates",
    multiple=True,
    metavar="[FILE=]DAY",
    callback=days,
    help="When a text was written, as 2014-06-16 (default: what its dateline says); several times for several files.",
)
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of the files.")
@click.option("--language", metavar="PIPELINE", help="spaCy pipeline, by name or folder.")
@click.option("--skip-invalid", is_flag=True, help="Leave out files that cannot be read, and count them.")
@click.option("--fail-on-contradiction", is_flag=True, help="Exit with 3 when anything was reported (see --kinds).")
@cascade_options
@model_options()
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
    operating_point: str | None,
    dates: dict[str, datetime.date],
    **options: Any,
) -> None:
    """Contradictions within and between documents, best first. FILE `-` reads standard input."""
    from nli.explain import explain as explained
    from nli.readers import read_document
    from nli.report import render, summary

    if operating_point and options["threshold"] is not None:
        raise click.UsageError("--threshold and --operating-point say the same thing; give one of them")
    if explain and kind != "table":
        raise click.UsageError("--explain is a text of its own; leave out --format")
    if unknown := sorted(set(dates) - {"", *files}):
        raise click.UsageError(f"--date names {unknown[0]}, which is none of the files")
    check_output(output, inputs=files)
    documents = []
    for file in once(files):
        try:
            document = read_document(file, encoding=encoding)
            documents.append(replace(document, date=dates.get(file, dates.get(""))))
        except InputError as error:
            if not skip_invalid:
                raise
            click.echo(f"nli: skipped {error}", err=True)
    if not documents:
        raise InputError("none of the files could be read")
    detector = load(options, language=options.pop("language"))
    decision = detector.scorer.checkpoint.decision
    limit = decision.limit(operating_point or options["threshold"])
    limits = {k: options[k] for k in ("max_pairs", "neighbours") if options[k]}
    with progress("pairs") as advance:
        findings = detector.detect(
            documents,
            threshold=limit,
            across=options["across"],
            kinds=options["kinds"].split(","),
            every=options["every"],
            screen=options["screen"],
            progress=advance.of,
            **limits,
        )
    write(explained(findings, decision, limit) if explain else render(findings, kind), output)
    click.echo(f"nli: {summary(findings)}", err=True)
    if findings and fail_on_contradiction:
        ctx.exit(3)
