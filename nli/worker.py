"""A model that scores shards: what runs on the machines of a cluster."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from nli.detector import Detector
from nli.errors import CheckpointError, NliError, first_line
from nli.shards import Source
from nli.storage import Counts, Parts
from nli.survey import ADDED
from nli.windows import Shard

ATTEMPTS = 3  # at a shard whose storage fails


@dataclass(frozen=True)
class Job:
    """What a worker needs to know. `model`: what `Detector.load` is given."""

    source: Source
    parts: Parts
    schema: pa.Schema
    model: Mapping[str, Any]
    weights: str
    skip_invalid: bool


class Worker:
    """A model for all the shards that come to it. Failures are part of the result: Ray would log and wrap them."""

    def __init__(self, job: Job) -> None:
        self.job, self.failure = job, ""
        try:
            self.scorer = Detector.load(**job.model).scorer
            if self.scorer.weights != job.weights:
                name = self.scorer.checkpoint.name
                raise CheckpointError(f"{name}: has other weights on {platform.node()} than where the run began")
        except NliError as error:
            self.failure = str(error)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        number, shard, failure = row.pop("number"), Shard(**row), self.failure
        for attempt in range(0 if failure else ATTEMPTS):
            time.sleep(attempt and 5**attempt)
            try:
                return {**asdict(self.score(number, shard)), "failure": ""}
            except OSError as error:
                failure = f"{shard.path}: {first_line(error)}"
            except (NliError, pa.ArrowException) as error:
                failure = str(error)
                break
        return {"failure": failure}

    def score(self, number: int, shard: Shard) -> Counts:
        job = self.job
        table, pairs, rejected = job.source.read(shard, job.schema)
        if rejected and not job.skip_invalid:
            raise job.source.invalid(shard.path, rejected[0])
        scores = self.scorer.score(pairs)
        rows = [[*(round(p, 6) for p in row), row.label] for row in scores]
        for n, name in enumerate(ADDED):
            field = job.schema.field(name)
            table = table.append_column(field, pa.array([row[n] for row in rows], field.type))
        counts = Counts(len(rows), len(rejected), scores.truncated)
        job.parts.save(number, table, counts, [{"file": shard.path, **asdict(row)} for row in rejected])
        return counts
