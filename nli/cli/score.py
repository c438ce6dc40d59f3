"""`nli score`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from nli.cli.cluster import score_on_ray, workers
from nli.cli.common import (
    Command,
    both_ways,
    cascade_options,
    check_models,
    check_output,
    load,
    model_options,
    progress,
)
from nli.errors import InputError


@click.command(cls=Command)
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--premise", default="premise", show_default=True, metavar="COL")
@click.option("--hypothesis", default="hypothesis", show_default=True, metavar="COL")
@click.option("--skip-invalid", is_flag=True, help="Leave out rows that cannot be scored, and list them beside OUT.")
@click.option("--restart", is_flag=True, help="Begin anew instead of continuing an unfinished run.")
@click.option(
    "--window",
    type=click.IntRange(1),
    default=8192,
    show_default=True,
    metavar="ROWS",
    help="Rows scored and saved together: a kill costs at most so many. With --engine ray: of a shard, by default 50000.",
)
@click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "bfloat16"]),
    default="auto",
    show_default=True,
    help="Of a torch checkpoint on a CPU; auto: bfloat16 where it is faster. The shipped model is int8.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="ray: on a Ray cluster; IN is a file or folder, also s3://... or gs://..., OUT a folder of parquet shards.",
)
@click.option("--workers", metavar="N|MIN-MAX", callback=workers, help="With --engine ray: models at a time.")
@both_ways
@cascade_options
@model_options()
@click.pass_context
def score(
    ctx: click.Context,
    /,
    source: str,
    target: str,
    premise: str,
    hypothesis: str,
    skip_invalid: bool,
    restart: bool,
    window: int,
    engine: str,
    workers: tuple[int, int | None] | None,
    **options: Any,
) -> None:
    """Score a file of claim pairs: jsonl, csv, tsv (.gz and .zst too) or parquet by file ending; `-` reads or writes jsonl.

    Every input column is kept; entailment, neutral, contradiction (probabilities) and label are added. A run that was stopped
    continues where it was when the same command is given again; OUT appears when it is complete.
    """
    if premise == hypothesis:
        raise click.UsageError(f"--premise and --hypothesis both name the column {premise}; name two")
    if engine == "ray":
        check_models(options)
        if restart:
            raise click.UsageError("--restart is for the local engine; with --engine ray, name a new folder")
        rows = None if ctx.get_parameter_source("window") is ParameterSource.DEFAULT else window
        score_on_ray(source, target, (premise, hypothesis), skip_invalid, workers, rows, options)
        return
    if workers:
        raise click.UsageError("--workers needs --engine ray; locally, --threads says how many CPUs to use")
    from nli.batch import score_file
    from nli.readers import Rejected, file_format
    from nli.survey import Columns

    for path in (source, target):
        file_format(path)
    check_output(target, inputs=[source])
    if source != "-" and not Path(source).is_file():
        raise InputError(
            f"{source}: {'is a directory' if Path(source).is_dir() else 'no such file'}; expected a file of pairs"
        )
    scorer = load(options).scorer

    def skip(rejected: Rejected) -> None:
        click.echo(f"nli: skipped {source}:{rejected.line}: {rejected.reason}", err=True)

    with progress("rows looked through") as looked, progress("pairs") as scored:
        mark = score_file(
            source,
            target,
            scorer,
            columns=Columns(premise, hypothesis),
            skip_invalid=skip if skip_invalid else None,
            restart=restart,
            window=window,
            checking=looked,
            progress=scored.of,
        )
    more = f", listed in {target}.rejected.jsonl" if mark.skipped and target != "-" else ""
    click.echo(f"nli: {mark.scored} pairs scored, {mark.skipped} skipped{more}, {mark.truncated} truncated", err=True)
