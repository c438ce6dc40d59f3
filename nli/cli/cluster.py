"""`nli score --engine ray`."""

from __future__ import annotations

import re
from typing import Any

import click

from nli.cli.common import progress


def workers(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """`4` or `2-16`: fewest and most workers."""
    if value is None:
        return None
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", value)
    least, most = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= least <= most:
        raise click.BadParameter(f"{value!r}: expected a number from 1 on, or two as in 2-16")
    return least, most


def score_on_ray(
    source: str,
    target: str,
    columns: tuple[str, str],
    skip_invalid: bool,
    workers: tuple[int, int | None] | None,
    rows: int | None,
    options: dict[str, Any],
) -> None:
    from nli import cluster
    from nli.survey import Columns

    with progress("pairs") as advance:
        counts = cluster.score_on_ray(
            source,
            target,
            model=options["model"],
            cascade=options["cascade"].split(",") if options["cascade"] else None,
            sure=options["sure"],
            labels=options["labels"].split(",") if options["labels"] else None,
            precision=options["precision"],
            runtime=options["runtime"],
            both_ways=options["both_ways"],
            columns=Columns(*columns),
            workers=workers or (1, None),
            threads=options["threads"] or 1,
            rows_per_shard=rows or cluster.ROWS,
            skip_invalid=skip_invalid,
            progress=advance,
        )
    more = f", listed in {target}/_rejected" if counts.skipped else ""
    click.echo(
        f"nli: {counts.scored} pairs scored, {counts.skipped} skipped{more}, {counts.truncated} truncated", err=True
    )
