"""`nli bench` and `nli export`."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import click

from nli.cli.common import Command, check_output, load, model_options, progress, write
from nli.errors import InputError

OWN = "eval/data/news_pairs.jsonl"  # in a checkout; a wheel brings no pairs


@click.command(cls=Command)
@click.argument("pairs", metavar="[PAIRS]", required=False)
@click.option("--rows", type=click.IntRange(1), default=2000, show_default=True, help="Only the first so many pairs.")
@click.option(
    "--peer-rows", type=click.IntRange(1), default=640, show_default=True, help="Of these, for the slow peers."
)
@click.option(
    "--peers", metavar="A,B", help="Only these: cross-encoder, pipeline, cross-encoder-onnx, onnx-like, openvino."
)
@click.option(
    "--float", "float_model", metavar="FOLDER", help="float32 weights for the peers (default: the model's own)."
)
@click.option("--json", "json_path", metavar="PATH", help="Write all numbers here as JSON; -: instead of the table.")
@click.option("--premise", metavar="COL", help="Column of the premise, if its name is unusual.")
@click.option("--hypothesis", metavar="COL", help="Column of the hypothesis, if its name is unusual.")
@model_options()
def bench(
    pairs: str | None,
    rows: int,
    peer_rows: int,
    peers: str | None,
    float_model: str | None,
    json_path: str | None,
    premise: str | None,
    hypothesis: str | None,
    **options: Any,
) -> None:
    """How fast the engine is next to sentence-transformers and transformers, which run the same checkpoint on the same pairs.

    PAIRS is any file of pairs, with or without labels. Leave the machine alone meanwhile. Needs `pip install 'claim-nli[bench]'`.
    """
    from nli.bench import compare
    from nli.labelled import read_pairs
    from nli.peers import PEERS

    check_output(json_path)
    texts = list(itertools.islice(read_pairs(pairs or _own_pairs(), (premise, hypothesis)), rows))
    scorer = load(options).scorer
    chosen = peers.split(",") if peers else list(PEERS)
    with progress("pairs") as advance:
        measured = compare(
            scorer,
            texts,
            data=pairs or OWN,
            float_model=float_model,
            peers=chosen,
            peer_rows=peer_rows,
            threads=options["threads"],
            progress=advance.of,
        )
    if json_path:
        write(json.dumps(measured.to_dict(), indent=1) + "\n", json_path)
    if json_path != "-":
        write(measured.markdown(), None)


def _own_pairs() -> str:
    import nli

    path = Path(nli.__file__).parent.parent / OWN
    if not path.exists():
        raise InputError("name a file of pairs (jsonl, csv, tsv, parquet): nli bench PAIRS")
    return str(path)


@click.command(cls=Command)
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--model", metavar="M", help="An ONNX checkpoint in int8, such as the shipped one (the default).")
def export(folder: Path, model: str | None) -> None:
    """Write a model's int8 weights in float32, as a transformers folder for GPUs, fine-tuning and other libraries.

    The weights are exactly those of the int8 model; only its rounding of activations is gone. Needs `pip install 'claim-nli[bench]'`.
    """
    from nli import checkpoints
    from nli.dequantise import dequantise
    from nli.scoring import Scorer

    checkpoint = checkpoints.load(model)
    dequantise(checkpoint, folder)
    written = checkpoints.load(str(folder.resolve()))
    Scorer(written)  # loads with nothing missing, and has the labels in the declared order
    size = (folder / "model.safetensors").stat().st_size / 1e6
    click.echo(f"nli: {checkpoint.name} in float32, {size:.0f} MB, written to {folder}", err=True)
