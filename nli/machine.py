"""What the machine does: seconds of a call, seconds until a process says something, operations a second in int8."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from nli.onnx_engines import open_session

T = TypeVar("T")
SHAPE = (2048, 768, 3072)  # rows, inner and columns of the product that stands for what the machine can do in int8


def timed(function: Callable[[], T]) -> tuple[float, T]:
    """Seconds of a call, and what it returns."""
    started = time.perf_counter()
    value = function()
    return time.perf_counter() - started, value


def int8_product(threads: int | None) -> Callable[[], float]:
    """One int8 product of `SHAPE` in a session as the engine has it; each call returns its best operations a second of five."""
    from onnx import TensorProto, helper, numpy_helper

    rows, inner, columns = SHAPE
    draw = np.random.default_rng(0).integers
    weights = numpy_helper.from_array(draw(-64, 64, (inner, columns), dtype=np.int8), "weights")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["values", "weights"], ["sums"])],
        "product",
        [helper.make_tensor_value_info("values", TensorProto.UINT8, [rows, inner])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [rows, columns])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = open_session(model.SerializeToString(), threads)
    feed = {"values": draw(0, 256, (rows, inner), dtype=np.uint8)}

    def measure() -> float:
        session.run(None, feed)
        return 2.0 * rows * inner * columns / min(timed(lambda: session.run(None, feed))[0] for _ in range(5))

    return measure


def first_line_after(arguments: Sequence[str]) -> float:
    """Seconds until a new Python process writes its first line. Raises OSError with its last words when it fails."""
    paths = [str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", "HF_HUB_OFFLINE": "1"}
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, stderr=errors
        ) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            seconds = time.perf_counter() - started
            process.stdout.read()
        errors.seek(0)
        if not line or process.returncode:
            raise OSError((errors.read().decode(errors="replace").strip().splitlines() or ["it wrote nothing"])[-1])
    return seconds


def processor() -> str:
    """Its name, as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
