"""How fast the shipped checkpoint is: `make bench`, on a machine that does nothing else. Writes eval/results/bench.json and the
block of the README. As `nli bench` does it, with all rows for all peers.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from card import fill
from tqdm import tqdm

from nli.bench import compare
from nli.detector import Detector
from nli.labelled import read_pairs

ROOT = Path(__file__).parent.parent
PAIRS = ROOT / "eval/data/news_pairs.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=Path, default=PAIRS, help="a file of pairs")
    parser.add_argument("--rows", type=int, help="only the first so many; by default all")
    parser.add_argument("--peer-rows", type=int, help="of these, for the slow peers; by default all")
    parser.add_argument("--float", type=Path, help="the checkpoint in float32 that the shipped one was made from")
    args = parser.parse_args()
    pairs = list(read_pairs(str(args.pairs)))[: args.rows]
    with tqdm(unit=" pairs") as bar:

        def advance(finished: int, total: int) -> None:
            bar.total = total
            bar.update(finished)

        weights = str(args.float) if args.float else None
        measured = compare(
            Detector.load().scorer,
            pairs,
            data=args.pairs.name,
            float_model=weights,
            peer_rows=args.peer_rows,
            progress=advance,
        )
    if weights:
        measured = replace(measured, about={**measured.about, "float": "the checkpoint before it was quantised"})
    (ROOT / "eval/results/bench.json").write_text(json.dumps(measured.to_dict(), indent=1) + "\n", encoding="utf-8")
    fill(ROOT / "README.md", "bench", measured.markdown())


if __name__ == "__main__":
    main()
