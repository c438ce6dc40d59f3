"""The peak memory of `nli score` by the size of its input: `python eval/memory.py` -> eval/results/memory.json
and a line of README.md.

Each size is scored by a process of its own, and the kernel says what it took at most. The first window holds pairs that are all
different, so that the model has all it can get; behind it the rows repeat twenty pairs, so that five million take minutes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from card import fill
from kills import ROOT, write_pairs

SIZES = (100_000, 5_000_000)
DIFFERENT = 8192


def write_rows(path: Path, rows: int) -> None:
    write_pairs(path, DIFFERENT)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)[:20]
    with path.open("a", encoding="utf-8") as file:
        for start in range(DIFFERENT, rows, len(lines)):
            file.writelines(lines[: rows - start])


def peak(source: Path, target: Path) -> dict[str, float]:
    """Megabytes at most and seconds of one `nli score`."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "nli", "score", str(source), str(target)])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"nli score ended with {status}")
    return {"megabytes": round(usage.ru_maxrss / 1024), "seconds": round(time.perf_counter() - started)}


def line(result: dict[str, dict[str, float]]) -> str:
    few, many = (f"{result[str(rows)]['megabytes']:.0f} MB" for rows in SIZES)
    return (
        f"- Memory does not grow with the file (`python eval/memory.py`: {few} at {SIZES[0] // 1000} thousand rows, {many} at "
        f"{SIZES[1] // 1_000_000} million).\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ending", default="parquet", help="of the output: jsonl, csv, parquet, csv.zst ...")
    args = parser.parse_args()
    result = {}
    with tempfile.TemporaryDirectory() as name:
        for rows in SIZES:
            source, target = Path(name) / "pairs.jsonl", Path(name) / f"scored.{args.ending}"
            write_rows(source, rows)
            result[str(rows)] = peak(source, target)
            print(rows, result[str(rows)], flush=True)
    (ROOT / "eval/results/memory.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    fill(ROOT / "README.md", "memory", line(result))


if __name__ == "__main__":
    main()
