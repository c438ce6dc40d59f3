"""How sure the small checkpoint of a cascade must be: `python models/cascade.py models/fast models/default`.

Both score the pairs of claims of the development articles and the development pairs. Chosen is the lowest probability from which
the small one's word may be final without a loss: the cascade keeps nearly all labels of the large one, and its average
precision. Written into the small one's decision.json, with what was measured.
"""

import argparse
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
from decide import ARTICLES, PAIRS
from sklearn.metrics import average_precision_score

from nli import checkpoints
from nli.cascade import Cascade
from nli.cases import read_cases
from nli.checkpoints import weights_hash
from nli.claims import extract_all
from nli.labelled import load_pairs
from nli.records import CONTRADICTION_COLUMN
from nli.scoring import Scorer

MOST = 4_000  # pairs of articles, drawn at random: minutes instead of an hour
KEPT = 0.99  # of the large one's labels, and of its average precision, on each kind of pairs
STEPS = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.999]
Texts = list[tuple[str, str]]


def article_pairs(context: bool) -> tuple[Texts, np.ndarray]:
    """Pairs of claims of the development articles, with the context that the large model is given or without; which are conflicts."""
    texts, conflicts = [], []
    for case in itertools.chain.from_iterable(map(read_cases, ARTICLES)):
        claims, _ = extract_all(case.documents, context=context)
        for a, b in itertools.combinations(claims, 2):
            if (conflict := case.truth(a, b)) is not None:
                texts.append((a.text, b.text))
                conflicts.append(conflict)
    drawn = np.sort(np.random.default_rng(0).permutation(len(texts))[:MOST])
    return [texts[i] for i in drawn], np.array(conflicts)[drawn]


def written_pairs() -> tuple[Texts, np.ndarray]:
    pairs = [pair for path, where in PAIRS for pair in load_pairs(str(path), where=where).pairs]
    return [(p.premise, p.hypothesis) for p in pairs], np.array([p.label == "contradiction" for p in pairs])


def kept(small: np.ndarray, large: np.ndarray, conflicts: np.ndarray, asked: np.ndarray) -> dict[str, float]:
    """What the cascade keeps when the rows `asked` go to the large one. `small`, `large`: probabilities, shape (pairs, 3)."""
    joined = np.where(asked[:, None], large, small)
    precision = [average_precision_score(conflicts, p[:, CONTRADICTION_COLUMN]) for p in (joined, large)]
    return {
        "asked": round(float(asked.mean()), 4),
        "labels": round(float((joined.argmax(1) == large.argmax(1)).mean()), 4),
        "average_precision": round(float(precision[0] / precision[1]), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("small", type=Path)
    parser.add_argument("large", type=Path)
    args = parser.parse_args()
    scorers = [Scorer(checkpoints.load(str(folder))) for folder in (args.small, args.large)]
    sets = {}
    small, large = scorers
    for_small = Cascade(small, large, sure=1.0).for_small
    context = large.checkpoint.decision.context
    for name, (texts, conflicts) in {"articles": article_pairs(context), "pairs": written_pairs()}.items():
        sets[name] = small.score(for_small(texts)).probabilities, large.score(texts).probabilities, conflicts
    measured: dict[float, dict[str, Any]] = {}
    for sure in STEPS:
        unsure = Cascade(*scorers, sure=sure).unsure
        measured[sure] = {name: kept(*values, asked=unsure(values[0])) for name, values in sets.items()}
        print(sure, measured[sure], flush=True)
    enough = [
        s for s, m in measured.items() if min(min(k["labels"], k["average_precision"]) for k in m.values()) >= KEPT
    ]
    if not enough:
        raise SystemExit(f"{args.small}: is never sure enough to keep {KEPT} of what {args.large} says")
    path = args.small / "decision.json"
    decision = json.loads(path.read_text(encoding="utf-8"))
    decision["sure"] = enough[0]
    of = {"small": weights_hash(args.small), "large": weights_hash(args.large)}
    decision["data"]["cascade"] = {**of, **measured[enough[0]]}
    path.write_text(json.dumps(decision, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
