"""`nli eval` and `nli calibrate`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from nli.cli.common import Command, both_ways, check_output, load, model_options, progress, write
from nli.disk import check_file, check_folder
from nli.errors import InputError

if TYPE_CHECKING:
    from nli.evaluation import Evaluation
    from nli.labelled import LabelledSet


# What `nli eval cases` has no use for.
PAIRS_ONLY = {
    "by",
    "group",
    "swap",
    "both_ways",
    "baselines",
    "where",
    "limit",
    "skip_invalid",
    "label_names",
    "label",
    "premise",
    "hypothesis",
}


def data_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which labelled pairs are read."""
    for option in (
        click.option("--skip-invalid", is_flag=True, help="Leave out broken rows, and count them."),
        click.option("--limit", type=click.IntRange(1), help="Only the first so many rows."),
        click.option("--where", multiple=True, metavar="COL=VALUE", help="Only rows with this value; may be repeated."),
        click.option(
            "--label-names", metavar="A,B,C", help="What the labels 0, 1, 2 mean, in order, where the data do not say."
        ),
        click.option("--label", metavar="COL", help="Column of the gold label, if its name is unusual."),
        click.option("--hypothesis", metavar="COL", help="Column of the hypothesis, if its name is unusual."),
        click.option("--premise", metavar="COL", help="Column of the premise, if its name is unusual."),
    ):
        function = option(function)
    return function


@click.command("eval", cls=Command)
@click.argument("pairs", metavar="PAIRS")
@click.argument("folder", metavar="[DIR]", required=False)
@click.option("--json", "json_path", metavar="PATH", help="Write all numbers here as JSON; -: instead of the tables.")
@click.option("--report", metavar="DIR", help="Write a page to look at (index.html) and its plots (PNG, SVG) here.")
@click.option("--slice", "by", multiple=True, metavar="COL", help="Also each value of this column; may be repeated.")
@click.option("--group", metavar="COL", help="Rows that belong together, for intervals (default: equal premises).")
@click.option("--swap/--no-swap", default=None, help="Also score the texts swapped (default: up to 2000 rows).")
@click.option(
    "--baselines/--no-baselines", default=True, help="Majority, word overlap, hypothesis only (default: yes)."
)
@both_ways
@data_options
@model_options(several=True)
def evaluate(
    pairs: str, folder: str | None, json_path: str | None, report: str | None, model: tuple[str, ...], **options: Any
) -> None:
    """How right a model is on labelled pairs: a file, a folder saved by `datasets` (FOLDER:SPLIT), or a hub name such as
    stanfordnlp/snli:test. With --model twice: which of the two is better.

    \b
    nli eval labelled.csv --report report
    nli eval labelled.csv --model A --model B
    nli eval cases DIR                document cases: articles with gold conflicts
    """
    if (pairs == "cases") != (folder is not None):
        raise click.UsageError("expected PAIRS, or `cases DIR`; a data file or folder called cases is ./cases")
    if len(model) > 2 or (folder and (len(model) > 1 or report)):
        raise click.UsageError(
            "cases take one model and no --report" if folder else "expected --model once, or twice to compare"
        )
    _check_outputs(pairs, json_path, report)
    if folder:
        ctx = click.get_current_context()
        given = (p for p in ctx.command.params if p.name in PAIRS_ONLY)
        if unused := [
            p.opts[0] for p in given if ctx.get_parameter_source(p.name or "") is ParameterSource.COMMANDLINE
        ]:
            raise click.UsageError(f"{unused[0]} is for labelled pairs; cases are scored as whole documents")
        _evaluate_cases(folder, json_path, {**options, "model": model[0] if model else None})
        return
    labelled = _read(pairs, options)
    results = [_evaluate(labelled, {**options, "model": name}) for name in model or (None,)]
    _print_pairs(results, json_path, report)


def _check_outputs(pairs: str, json_path: str | None, report: str | None) -> None:
    """Raises InputError for outputs that cannot be written; a folder that the report makes may be one that the JSON goes to."""
    check_output(None)
    if report:
        check_folder(report)
    if json_path and not (report and _makes(report, Path(json_path).absolute().parent)):
        check_output(json_path, inputs=[pairs])


def _makes(report: str, folder: Path) -> bool:
    """Whether a folder is not there yet, and will be with the report."""
    return not folder.exists() and Path(report).absolute().is_relative_to(folder)


def _read(pairs: str, options: dict[str, Any]) -> LabelledSet:
    from nli.labelled import load_pairs

    if bad := [item for item in options["where"] if "=" not in item]:
        raise click.UsageError(f"--where {bad[0]}: expected COL=VALUE")
    return load_pairs(
        pairs,
        where=dict(item.split("=", 1) for item in options["where"]),
        limit=options["limit"],
        skip_invalid=options["skip_invalid"],
        columns=(options["premise"], options["hypothesis"], options["label"]),
        label_names=options["label_names"].split(",") if options["label_names"] else None,
    )


def _evaluate(labelled: LabelledSet, options: dict[str, Any]) -> Evaluation:
    from nli.evaluation import evaluate_set

    for name in (*options["by"], *filter(None, [options["group"]])):
        labelled.column(name)  # a wrong name is told before anything is scored
    scorer = load(options).scorer
    with progress("pairs", total=len(labelled.pairs)) as advance:
        return evaluate_set(
            labelled,
            scorer,
            swap=options["swap"],
            by=options["by"],
            group=options["group"],
            with_baselines=options["baselines"],
            progress=advance,
        )


def _print_pairs(results: list[Evaluation], json_path: str | None, report: str | None) -> None:
    """One model's tables, or two side by side."""
    from nli.comparison import compare
    from nli.html_report import write_report

    first = results[0].to_dict()
    comparison = compare(results[0], results[1]) if len(results) == 2 else None
    numbers = first
    if comparison:
        numbers = {"models": [result.to_dict() for result in results], "comparison": comparison.to_dict()}
    if report:
        write_report(comparison or results[0], Path(report))  # first, for the JSON may go to its folder
    model = "" if comparison else f", model {first['model']}"
    head = f"{first['n']} pairs of {first['data']} (sha256 {first['data_hash'][:12]}){model}"
    _print(numbers, json_path, f"{head}\n\n{(comparison or results[0]).markdown()}")
    left_out = f"{first['unlabelled']} rows without gold label, {first['skipped']} skipped"
    two_way = f", {first['two_way']} two-way rows left out" if first["two_way"] else ""
    truncated = " and ".join(str(result["truncated"]) for result in results)
    click.echo(f"nli: {left_out}{two_way}, {truncated} truncated", err=True)


def _print(numbers: dict[str, Any], json_path: str | None, tables: str) -> None:
    """The numbers to their file and the tables to standard output, which is the numbers' alone when they go there."""
    if json_path:
        write(json.dumps(numbers, indent=1) + "\n", json_path)
    if json_path != "-":
        write(tables, None)


def _evaluate_cases(folder: str, json_path: str | None, options: dict[str, Any]) -> None:
    from nli import cases
    from nli.tables import cases_markdown

    found = list(cases.read_cases(Path(folder)))
    if not found:
        what = "no *.json files" if Path(folder).is_dir() else "no such folder"
        raise InputError(f"{folder}: {what}; expected a folder of document cases, as eval/GUIDELINES.md describes them")
    detector = load(options)
    with progress("cases", total=len(found)) as advance:
        counted = []
        for counts in cases.score_each(found, lambda documents: detector.detect(documents)):
            counted.append(counts)
            advance(1)
    numbers = cases.summary(Path(folder), found, counted, detector)
    cases_word = "case" if len(found) == 1 else "cases"
    data = f"{len(found)} {cases_word} of {folder} (sha256 {numbers['data_hash'][:12]})"
    head = f"{data}, model {numbers['model']}, threshold {numbers['threshold']}"
    _print(numbers, json_path, f"{head}\n\n{cases_markdown(numbers)}")


@click.command(cls=Command)
@click.argument("pairs", metavar="PAIRS")
@click.option(
    "--output", metavar="PATH", help="Write the decision here (default: decision.json in the model's folder)."
)
@click.option(
    "--base-rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="P",
    help="Share of contradictions to expect in use (default: that of PAIRS).",
)
@click.option("--force", is_flag=True, help="Fit on a test set all the same; replace a decision that is there.")
@data_options
@model_options()
def calibrate(pairs: str, output: str | None, base_rate: float | None, force: bool, **options: Any) -> None:
    """Fit a model's temperature and thresholds to labelled development pairs, and write its decision.json.

    Precise, balanced and sensitive operating points are chosen; the balanced one becomes the threshold of `nli detect`. They are
    of the model's own scores: if its old decision adds evidence to them, the new one does without, and without what was chosen with it.
    """
    from nli import calibration

    if output:
        check_file(output)
    labelled = _read(pairs, options)
    calibration.refuse_test_set(labelled, force=force)
    scorer = load(options).scorer
    path = calibration.place(scorer.checkpoint, output, force=force)
    with progress("pairs", total=2 * len(labelled.pairs)) as advance:
        decision = calibration.calibrate(labelled, scorer, base_rate=base_rate, force=force, progress=advance)
    calibration.write(decision, path)
    points = ", ".join(f"{name} {value:.2f}" for name, value in decision.operating_points.items())
    click.echo(f"temperature {decision.temperature}, {decision.rule} of both directions, {points}")
    if gone := calibration.left_out(scorer.checkpoint.decision):
        told = f"without {', '.join(gone)} of the old decision, which were chosen for other scores, those of documents"
        click.echo(f"nli: {told}", err=True)
    click.echo(f"nli: fitted to {len(labelled.pairs)} pairs of {pairs}; written to {path}", err=True)
