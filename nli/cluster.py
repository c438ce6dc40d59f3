"""Any folder of pairs in, a folder of scored parquet shards out, on a Ray cluster (`pip install 'claim-nli[ray]'`).

The Ray Data pipeline carries descriptions of shards, not rows: Ray's blocks depend on the cluster's size, a shard does not. So each
worker reads, scores and saves a shard by itself under the shard's own name: every retry is harmless, and a second run of the same
command does only what is missing. `shards.py` has the input, `storage.py` the output, `worker.py` what is in between.
"""

from __future__ import annotations

import base64
import itertools
import logging
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import pyarrow as pa

from nli.batch import Interrupted
from nli.detector import Detector
from nli.errors import DependencyError, InputError, NliError, first_line
from nli.shards import Source, output
from nli.storage import Counts, Parts, filesystem
from nli.survey import Columns
from nli.windows import Shard
from nli.worker import Job, Worker

try:
    import ray
    import ray.data
except ImportError as missing:
    raise DependencyError("the ray engine needs Ray: pip install 'claim-nli[ray]'") from missing

ROWS = 50_000  # of a shard: minutes of work, so that little is lost with a worker


def score_on_ray(
    source: str,
    target: str,
    *,
    model: str | None = None,
    cascade: Sequence[str] | None = None,
    sure: float | None = None,
    labels: Sequence[str] | None = None,
    precision: str = "float32",
    runtime: str = "onnxruntime",
    both_ways: bool = False,
    columns: Columns = Columns(),  # noqa: B008 (immutable)
    workers: tuple[int, int | None] = (1, None),
    threads: int = 1,
    rows_per_shard: int = ROWS,
    skip_invalid: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Counts:
    """Scores the pairs in `source`, a file or folder of parquet, csv, tsv or jsonl, local or s3://, gs://, ..., into folder `target`.

    `workers`: fewest and most at a time (None: what the cluster holds), each with a model (or a `cascade` of two, as `Detector.load`
    takes it) and `threads` CPUs. Runs on the cluster that Ray is connected to, else the one at RAY_ADDRESS, else on this machine.
    `progress` receives counts of finished rows; like the result, they include those of earlier runs. Raises InputError for a
    `target` that holds another run, and for a row that cannot be used unless `skip_invalid`; what was finished stays.
    """
    options: dict[str, Any] = {
        "sure": sure,
        "labels": labels,
        "threads": threads,
        "runtime": runtime,
        "both_ways": both_ways,
    }
    scorer = Detector.load(model, cascade=cascade, precision=precision, **options).scorer  # fails here if at all
    precision = scorer.engine.precision  # of every worker, what suits this machine
    parts = Parts(*filesystem(target))
    pairs, listing = Source.find(source, columns, apart=parts.path)
    run: dict[str, Any] = {"input": listing, "columns": list(columns), "rows a shard": rows_per_shard}
    run |= {name: value for name, value in scorer.identity.items() if not name.endswith("arithmetic")}
    run |= {"precision": precision}
    plan, done = parts.begun(run), parts.done()
    if not skip_invalid and any(counts.skipped for counts in done.values()):
        raise InputError(f"{target}: an earlier run left out rows; go on with --skip-invalid, or in another folder")
    total = Counts()
    with nullcontext() if plan and len(done) == len(plan["shards"]) else _cluster():
        if not plan:
            plan = _plan(pairs, list(listing), rows_per_shard, strict=not skip_invalid)
            parts.begin(run, plan)
        schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(plan["schema"])))
        options |= {"model": model and _place(model), "cascade": cascade and [_place(name) for name in cascade]}
        job = Job(pairs, parts, schema, options | {"precision": precision}, scorer.weights, skip_invalid)
        shards = [Shard(*fields) for fields in plan["shards"]]
        todo = [{"number": n, **asdict(shard)} for n, shard in enumerate(shards) if n not in done]
        with closing(_scored(job, todo, workers)) as results:
            for counts in itertools.chain(done.values(), results):
                total += counts
                if progress:
                    progress(counts.scored + counts.skipped)
    if total.scored + total.skipped != (rows := sum(shard.rows for shard in shards)):
        raise NliError(f"{target}: {total.scored + total.skipped} rows came out of {rows}")
    parts.finish(total)
    return total


def _place(model: str) -> str:
    """A folder by its whole path: workers start elsewhere."""
    return str(Path(model).resolve()) if Path(model).is_dir() else model


@contextmanager
def _cluster() -> Iterator[None]:
    """The cluster that Ray is connected to, or one for the time of the run; nothing is reported to Ray's makers."""
    if ray.is_initialized():
        yield
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level="error")
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        where = os.environ.get("RAY_ADDRESS")
        advice = f"is the cluster at RAY_ADDRESS ({where}) up?" if where else "set RAY_ADDRESS to a cluster that runs"
        raise NliError(f"Ray cannot be started or reached ({first_line(error)}); {advice}") from error
    try:
        yield
    finally:
        ray.shutdown()


def _plan(pairs: Source, names: list[str], rows: int, *, strict: bool) -> dict[str, Any]:
    """The shards of all files, and the columns of the output but for ours; a task a file."""
    cut = ray.remote(Source.cut)
    try:
        cuts = ray.get([cut.remote(pairs, name, rows, strict=strict) for name in names])
    except ray.exceptions.RayError as error:
        raise _plain(error) from None
    schemas = [schema for shards, schema in cuts if shards and schema is not None]
    if not schemas:
        raise InputError(f"{pairs.root}: no pairs to score")
    packed = base64.b64encode(output(schemas, pairs.columns).serialize()).decode()
    return {"shards": [astuple(shard) for shards, _ in cuts for shard in shards], "schema": packed}


def _scored(job: Job, todo: list[dict[str, Any]], workers: tuple[int, int | None]) -> Generator[Counts, None, None]:
    """The counts of each shard as it is finished. Ray restarts workers that die, without end, and gives out their shards again."""
    if not todo:
        return
    for handler in logging.getLogger("ray.data").handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setLevel(logging.WARNING)  # Ray's log files keep the rest
    logging.getLogger("ray.data._internal.progress").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current().copy()
    context.enable_progress_bars = context.print_on_execution_start = False
    with ray.data.DataContext.current(context):
        results = ray.data.from_items(todo, override_num_blocks=len(todo)).map(
            Worker,
            fn_constructor_args=[job],
            compute=ray.data.ActorPoolStrategy(min_size=min(workers[0], len(todo)), max_size=workers[1]),
            num_cpus=job.model["threads"],
        )
    try:
        for result in results.iter_rows():
            if failure := result.pop("failure"):
                raise InputError(failure)
            yield Counts(**result)
    except ray.exceptions.RayError as error:
        raise _plain(error) from None
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the same command goes on behind the finished shards") from None


def _plain(error: Exception) -> NliError:
    """What went wrong on the cluster, without Ray's wrapping."""
    cause = getattr(error, "cause", None) or error
    return cause if isinstance(cause, NliError) else NliError(f"Ray: {first_line(cause)}; its log files say more")
