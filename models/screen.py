"""What the checkpoint that looks first must see in a pair for the other to read it: `python models/screen.py models/fast models/default`.

Chosen on the development articles: the highest P(contradiction) that costs next to no conflict, that is, of the annotated conflicts which
the large checkpoint reports at its own threshold, the small one lets through the share `KEPT`. Written into the large one's
decision.json, with the share of all pairs that is left to read and what is kept at the most sensitive operating point.
"""

import argparse
import itertools
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from decide import ARTICLES

from nli import checkpoints
from nli.cases import read_cases
from nli.claims import extract_all
from nli.records import Claim, ScoredPair
from nli.scoring import Scorer
from nli.screen import Screen

KEPT = 0.99
STEPS = [0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.12, 0.15, 0.2]


class Looks(NamedTuple):
    """P(contradiction) by the small checkpoint of all pairs, shape (pairs,), and of the conflicts that the large one reports, at its
    own threshold and at the lowest of its operating points."""

    everything: np.ndarray
    reported: np.ndarray
    sensitive: np.ndarray

    def at(self, below: float) -> dict[str, float]:
        return {
            "read": round(float((self.everything >= below).mean()), 4),
            "kept": round(float((self.reported >= below).mean()), 4),
            "kept_sensitive": round(float((self.sensitive >= below).mean()), 4),
            "pairs": len(self.everything),
            "conflicts": len(self.reported),
        }


def look(small: Scorer, large: Scorer, folders: list[Path]) -> Looks:
    """All pairs of claims of the cases in the folders, as `nli detect` forms them."""
    pairs: list[tuple[Claim, Claim]] = []
    conflicts: list[int] = []
    for case in itertools.chain.from_iterable(map(read_cases, folders)):
        claims, _ = extract_all(case.documents, context=large.checkpoint.decision.context)
        for a, b in itertools.combinations(claims, 2):
            if case.truth(a, b):
                conflicts.append(len(pairs))
            pairs.append((a, b))
    looks = Screen(small, below=0.0).look(pairs)
    decision = large.checkpoint.decision
    there, back = (large.score([(pairs[i][k].text, pairs[i][1 - k].text) for i in conflicts]) for k in (0, 1))
    scored = [ScoredPair(*pairs[i], f, b) for i, f, b in zip(conflicts, there, back, strict=True)]
    scores = np.array([decision.score(pair) * (pair.forward.contradiction >= decision.ask_back) for pair in scored])
    lowest = min([decision.threshold, *decision.operating_points.values()])
    seen = looks[conflicts]
    return Looks(looks, seen[scores >= decision.threshold], seen[scores >= lowest])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("small", type=Path)
    parser.add_argument("large", type=Path)
    args = parser.parse_args()
    small, large = (Scorer(checkpoints.load(str(folder))) for folder in (args.small, args.large))
    looks = look(small, large, ARTICLES)
    for below in STEPS:
        print(below, looks.at(below), flush=True)
    enough = [below for below in STEPS if looks.at(below)["kept"] >= KEPT]
    if not enough:
        raise SystemExit(
            f"{args.small}: keeps less than {KEPT} of what {args.large} reports, however little it must see"
        )
    path = args.large / "decision.json"
    decision = json.loads(path.read_text(encoding="utf-8"))
    decision |= {"screen": args.small.name, "screen_below": max(enough)}
    decision["data"]["screen"] = {"weights": small.weights, **looks.at(max(enough))}
    path.write_text(json.dumps(decision, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
