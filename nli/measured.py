"""What a benchmark measured: records, and the table of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nli.machine import SHAPE
from nli.tables import number, percent, table

START_PAIRS = 10
AGREEMENT = 0.99  # target: rows with float32's label, at least
START = 0.25  # target: seconds to our first row as a share of CrossEncoder's, at most


@dataclass(frozen=True)
class Result:
    """One way to run the checkpoint. `ratio`: our speed over its, the median of the rounds, with their extremes; `agreement`: the
    share of rows with float32's label; `difference`: the largest of a probability from float32's. `not_run`: why there is none."""

    title: str
    pairs_per_second: float | None = None
    ratio: float | None = None
    ratio_min: float | None = None
    ratio_max: float | None = None
    target: float | None = None
    agreement: float | None = None
    difference: float | None = None
    not_run: str | None = None


@dataclass(frozen=True)
class Rate:
    """int8 operations a second: in our engine's products on the pairs, and in one product of `SHAPE`, the best of many."""

    ours: float
    machine: float
    share: float


@dataclass(frozen=True)
class Start:
    """Seconds of a whole process from its start to its first scored row, medians. `not_run`: why there are none."""

    ours: float | None = None
    peer: float | None = None
    ratio: float | None = None
    target: float = START
    not_run: str | None = None


@dataclass(frozen=True)
class Benchmark:
    """What was measured, and of what (`about`). `int8` is None for an engine without int8 products."""

    about: Mapping[str, Any]
    ours: Result
    peers: Mapping[str, Result]
    int8: Rate | None
    start: Start

    def to_dict(self) -> dict[str, Any]:
        """JSON types only, null for what was not measured."""
        numbers = asdict(self)
        return {**numbers.pop("about"), **numbers}

    def markdown(self) -> str:
        about = self.about
        versions = ", ".join(" ".join(item) for item in about["versions"].items())
        head = ["", "pairs/s", "ours is faster", "target", "labels as float32", "largest difference"]
        parts = [
            f"{about['rows']} pairs of {about['data']} ({about['peer_rows']} of them with the peers), model {about['model']}, float32 "
            f"from {about['float']}. {about['processor']}, {about['threads']} threads; {versions}.\n",
            table(head, [_row(result) for result in (self.ours, *self.peers.values())]),
            f"Target for the labels: {100 * AGREEMENT:.0f} % as float32.\n",
        ]
        if self.int8:
            rows, inner, columns = SHAPE
            parts.append(
                f"The encoder's int8 products: {self.int8.ours / 1e9:.0f} G operations/s, {percent(self.int8.share)} of the "
                f"{self.int8.machine / 1e9:.0f} of ONNX Runtime's product of {rows} x {inner} by {inner} x {columns} here.\n"
            )
        if self.start.ratio is not None:
            parts.append(
                f"From the start of a process to the first of {START_PAIRS} scored rows: {self.start.ours:.1f} s; CrossEncoder in "
                f"float32 {self.start.peer:.1f} s. Share: {self.start.ratio:.2f} (target: at most {self.start.target}).\n"
            )
        else:
            parts.append(f"Start not measured: {self.start.not_run}.\n")
        parts += [f"Not run: {r.title}: {r.not_run}.\n" for r in self.peers.values() if r.not_run]
        return "\n".join(parts)


def _row(result: Result) -> list[str]:
    ratio = ""
    if result.ratio is not None:
        ratio = f"{result.ratio:.1f} times ({result.ratio_min:.1f} to {result.ratio_max:.1f})"
    target = f"{result.target:g} times" if result.target else ""
    return [
        result.title,
        number(result.pairs_per_second, 1),
        ratio,
        target,
        percent(result.agreement),
        number(result.difference),
    ]
