"""What a billion pairs cost on a cluster, from the rate in eval/results/bench.json: `python eval/cluster.py`. Writes the block of the
README. Each worker of the Ray engine has a core and runs alone, so that the rate of a core times the cores is that of the cluster.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from card import fill

ROOT = Path(__file__).parent.parent
PAIRS = 1_000_000_000
CORES = (2, 64, 512, 4096)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--bench", type=Path, default=ROOT / "eval/results/bench.json", help="numbers of `nli bench --json`"
    )
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md", help="the file with the block")
    args = parser.parse_args()
    fill(args.readme, "cluster", markdown(json.loads(args.bench.read_text(encoding="utf-8"))))


def markdown(bench: dict[str, Any]) -> str:
    rate, threads = bench["ours"]["pairs_per_second"], bench["threads"]
    hours = PAIRS * threads / rate / 3600
    lines = [
        f"{rate:,.0f} pairs/s on {threads} cores ({bench['processor']}, {bench['tokens'] / bench['rows']:.0f} tokens a pair) make a "
        f"billion pairs **{hours:,.0f} core-hours**: {hours / 100:,.0f} dollars for each cent that a core costs an hour.\n",
        "| cores | hours |",
        "|---|---|",
        *(f"| {cores:,} | {hours / cores:,.1f} |" for cores in CORES),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
