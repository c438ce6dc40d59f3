"""What int8 costs: `python eval/quantised.py models/runs/context/checkpoint` -> eval/results/quantised.json and the model card.

The shipped model next to the float32 checkpoint that it was made from, which only whoever has trained has, on labelled pairs.
"""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from card import fill, head, number, row

from nli import checkpoints
from nli.checkpoints import weights_hash
from nli.detector import Detector
from nli.evaluation import Evaluation, evaluate_set
from nli.labelled import load_pairs
from nli.scoring import Scorer

ROOT = Path(__file__).parent.parent
SETS = {
    "news_pairs_dev": (ROOT / "../shared/data/news_pairs.jsonl", {"split": "dev"}),
    "own_news_pairs_test": (ROOT / "eval/data/news_pairs.jsonl", {"split": "test"}),
    "mnli_mismatched": (ROOT / "../shared/data/public/mnli_mismatched.jsonl.gz", {}),
}
ROWS = 1_000


def compare(small: Evaluation, parent: Evaluation) -> dict[str, Any]:
    first, second = small.probabilities, parent.probabilities
    return {
        "n": len(first),
        "data_hash": small.numbers["data_hash"],
        "accuracy": [parent["accuracy"], small["accuracy"]],
        "contradiction_average_precision": [e["contradiction_average_precision"] for e in (parent, small)],
        "same_label": float((first.argmax(1) == second.argmax(1)).mean()),
        "largest_difference": float(np.abs(first - second).max()),
    }


def table(results: dict[str, dict[str, Any]]) -> str:
    lines = [head("pairs", "n", "accuracy float32, int8", "contradiction AP", "same label", "largest difference")]
    for name, r in results.items():
        both = (", ".join(map(number, r[key])) for key in ("accuracy", "contradiction_average_precision"))
        same, largest = f"{100 * r['same_label']:.1f} %", number(r["largest_difference"])
        lines.append(row(f"{name} ({r['data_hash'][:8]})", r["n"], *both, same, largest))
    return "\n".join(lines).lstrip("\n") + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parent", help="the float32 checkpoint's folder")
    args = parser.parse_args()
    small = Detector.load().scorer
    same_temperature = dataclasses.replace(checkpoints.load(args.parent), decision=small.checkpoint.decision)
    parent = Scorer(same_temperature)
    results = {}
    for name, (path, where) in SETS.items():
        if path.exists():
            labelled = load_pairs(str(path), where=where, limit=ROWS)
            results[name] = compare(
                *(evaluate_set(labelled, s, swap=False, with_baselines=False) for s in (small, parent))
            )
            print(name, results[name], flush=True)
    of = {"model_hash": weights_hash(small.checkpoint.path), "parent_hash": weights_hash(parent.checkpoint.path)}
    path = ROOT / "eval/results/quantised.json"
    path.write_text(json.dumps(of | {"sets": results}, indent=1) + "\n", encoding="utf-8")
    fill(ROOT / "models/default/README.md", "quantised", table(results))


if __name__ == "__main__":
    main()
