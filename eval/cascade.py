"""What the cascade gains and costs: `python eval/cascade.py`, on a machine that does nothing else. Writes eval/results/cascade.json and
the block of the README. Small model, large model and both as a cascade score the same pairs in turn: the claims of the test
articles as `nli detect` pairs them, and the test pairs.
"""

import argparse
import itertools
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from card import fill, head, row
from sklearn.metrics import average_precision_score

from nli import checkpoints
from nli.cascade import Cascade
from nli.cases import read_cases
from nli.checkpoints import weights_hash
from nli.claims import extract_all
from nli.labelled import load_pairs
from nli.records import CONTRADICTION_COLUMN
from nli.scoring import Scorer

ROOT = Path(__file__).parent.parent
ROUNDS = 2
MOST = 2000  # pairs of articles, drawn at random: minutes instead of an hour
Texts = list[tuple[str, str]]


def article_pairs(context: bool) -> tuple[Texts, np.ndarray]:
    """Claims of the test articles, with context if the large model is given it, less the pairs that readers do not agree on; and
    which are conflicts."""
    texts, conflicts = [], []
    for case in read_cases(ROOT / "eval/cases/test"):
        claims, _ = extract_all(case.documents, context=context)
        for a, b in itertools.combinations(claims, 2):
            if (conflict := case.truth(a, b)) is not None:
                texts.append((a.text, b.text))
                conflicts.append(conflict)
    drawn = np.sort(np.random.default_rng(0).permutation(len(texts))[:MOST])
    return [texts[i] for i in drawn], np.array(conflicts)[drawn]


def test_pairs() -> tuple[Texts, np.ndarray]:
    pairs = load_pairs(str(ROOT / "eval/data/news_pairs.jsonl"), where={"split": "test"}).pairs
    return [(p.premise, p.hypothesis) for p in pairs], np.array([p.label == "contradiction" for p in pairs])


def compared(scorers: dict[str, Scorer], texts: Texts, conflicts: np.ndarray) -> dict[str, Any]:
    """Pairs a second (the best of the rounds), contradiction AP, and labels shared with the large model, of each."""
    seconds: dict[str, list[float]] = {name: [] for name in scorers}
    tables = {}
    cascade = scorers["cascade"]
    assert isinstance(cascade, Cascade)
    for _ in range(ROUNDS):
        for name, scorer in scorers.items():
            given = cascade.for_small(texts) if scorer is cascade.small else texts
            started = time.perf_counter()
            tables[name] = scorer.score(given).probabilities
            seconds[name].append(time.perf_counter() - started)
    labels = {name: table.argmax(1) for name, table in tables.items()}
    return {
        "pairs": len(texts),
        "conflicts": int(conflicts.sum()),
        "asked": float(cascade.unsure(tables["fast"]).mean()),
        **{
            name: {
                "pairs_per_second": len(texts) / min(seconds[name]),
                "average_precision": float(average_precision_score(conflicts, tables[name][:, CONTRADICTION_COLUMN])),
                "labels_as_the_large_one": float((labels[name] == labels["default"]).mean()),
            }
            for name in scorers
        },
    }


def markdown(results: dict[str, Any]) -> str:
    lines = []
    for kind in ("article pairs", "test pairs"):
        found = results[kind]
        lines.append(
            head(
                f"{found['pairs']} {kind}, {found['conflicts']} conflicts",
                "speed",
                "contradiction AP",
                "labels as default",
            )
        )
        slow = found["default"]["pairs_per_second"]
        for name in ("default", "fast", "cascade"):
            facts = found[name]
            shown = f"cascade, {100 * found['asked']:.0f} % asked again" if name == "cascade" else name
            speed, labels = facts["pairs_per_second"] / slow, 100 * facts["labels_as_the_large_one"]
            lines.append(row(shown, f"{speed:.1f} x", f"{facts['average_precision']:.3f}", f"{labels:.1f} %"))
    return "\n".join(lines).lstrip("\n") + "\n"


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    small, large = (Scorer(checkpoints.load(name)) for name in ("fast", "default"))
    decision = small.checkpoint.decision
    sure, chosen_with = decision.sure, decision.data.get("cascade", {}).get("large")
    if sure is None or chosen_with != large.weights:
        raise SystemExit(
            "`sure` of models/fast was not chosen with these weights of models/default; run models/cascade.py first"
        )
    scorers = {"default": large, "fast": small, "cascade": Cascade(small, large, sure)}
    results: dict[str, Any] = {
        "sure": sure,
        "weights": {name: weights_hash(scorers[name].checkpoint.path) for name in ("fast", "default")},
        "article pairs": compared(scorers, *article_pairs(large.checkpoint.decision.context)),
        "test pairs": compared(scorers, *test_pairs()),
    }
    (ROOT / "eval/results/cascade.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    fill(ROOT / "README.md", "cascade", markdown(results))
    print(markdown(results))


if __name__ == "__main__":
    main()
