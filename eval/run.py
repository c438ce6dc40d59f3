"""All results of a shipped checkpoint: `make eval`. Writes eval/results/*.json (of others than the default, into a folder of their
name) and the tables of its model card.

Development sets chose thresholds; test sets are only reported. What is not here is left out. Every result carries the hash of
the weights and of its rows, and the card is not written from results of different weights.
"""

import argparse
import functools
import hashlib
import itertools
import json
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from card import fill, model_index, tables
from sklearn.metrics import average_precision_score

from nli.cases import read_cases, score_each, summary
from nli.checkpoints import weights_hash
from nli.detector import Detector
from nli.evaluation import evaluate_set, joined_score
from nli.labelled import load_pairs

ROOT = Path(__file__).parent.parent
SHARED = ROOT / "../shared"
OWN = ROOT / "eval"
RESULTS = OWN / "results"
DIGESTS, STORIES = 2, 6
PUBLIC_ROWS = 2_000  # of each public set, from its start: minutes instead of an hour on two cores
Result = dict[str, Any]


def pairs(detector: Detector, path: Path, where: dict[str, str]) -> Result:
    """Labelled pairs as `nli eval` measures them, by type where they have one."""
    labelled = load_pairs(str(path), where=where, limit=PUBLIC_ROWS)
    by = ["type"] if "type" in labelled.rows[0] else []
    result = evaluate_set(labelled, detector.scorer, by=by).to_dict() | {"data": path.name}
    return result | {"same_verdict_swapped": (result["swap"] or {}).get("same_verdict")}


def documents(detector: Detector, folder: Path) -> Result:
    """Document cases through the whole of `nli detect` at the shipped threshold."""
    found = list(read_cases(folder))
    counted = list(score_each(found, lambda texts: detector.detect(texts)))
    return summary(folder, found, counted, detector) | {"data": folder.name}


def shared_dossiers() -> list[Result]:
    """The shared dossiers that no training saw."""
    held_out = json.loads((SHARED / "models/mpnet-nli-reference/unseen_dossiers.json").read_text(encoding="utf-8"))
    lines = itertools.chain.from_iterable(
        path.open(encoding="utf-8") for path in sorted((SHARED / "data").glob("dossiers_*.jsonl"))
    )
    return [row for row in map(json.loads, lines) if row["id"] in held_out]


def own_dossiers() -> list[Result]:
    with (OWN / "data/dossiers.jsonl").open(encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["split"] == "test"]


def both_directions(detector: Detector, texts: list[tuple[str, str]]) -> np.ndarray:
    forward = detector.scorer.score(texts).probabilities
    backward = detector.scorer.score([(b, a) for a, b in texts]).probabilities
    return joined_score(forward, backward, detector.scorer.checkpoint.decision)


def within_dossiers(detector: Detector, read: Callable[[], list[Result]]) -> Result:
    """All pairs of each dossier but the arguable ones: contradiction AP at the natural base rate, with an interval by dossier."""
    dossiers = read()
    texts, truth, group = [], [], []
    for number, dossier in enumerate(dossiers):
        text = {c["id"]: c["text"] for c in dossier["claims"]}
        label = {frozenset((r["a"], r["b"])): r["label"] for r in dossier["relations"]}
        for a, b in itertools.combinations(text, 2):
            known = label.get(frozenset((a, b)), "neutral")
            if known != "arguable":
                texts.append((text[a], text[b]))
                truth.append(known == "contradiction")
                group.append(number)
    score, y, groups = both_directions(detector, texts), np.array(truth), np.array(group)
    rng = np.random.default_rng(0)
    members = [np.flatnonzero(groups == g) for g in range(len(dossiers))]
    drawn = (np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))]) for _ in range(1000))
    draws = [average_precision_score(y[rows], score[rows]) for rows in drawn]
    order = np.argsort(-score, kind="stable")
    precision, recall = np.cumsum(y[order]) / np.arange(1, len(y) + 1), np.cumsum(y[order]) / y.sum()
    return {
        "dossiers": len(dossiers),
        "n": len(y),
        "base_rate": float(y.mean()),
        "contradiction_average_precision": float(average_precision_score(y, score)),
        "interval": [float(v) for v in np.percentile(draws, [2.5, 97.5])],
        "recall_at_precision_90": float(recall[precision >= 0.9].max(initial=0.0)),
        "data_hash": hashlib.sha256(json.dumps([texts, truth]).encode()).hexdigest(),
    }


def across_dossiers(detector: Detector) -> Result:
    """Claims of different events, each pair once: how many plain scores (both directions joined, without the evidence that `detect`
    adds) reach the shipped threshold, which was chosen for scores with it."""
    events = [[claim["text"] for claim in dossier["claims"]] for dossier in own_dossiers()]
    texts = [pair for one, other in itertools.combinations(events, 2) for pair in itertools.product(one, other)]
    decision = detector.scorer.checkpoint.decision
    forward = detector.scorer.score(texts).probabilities[:, 2]
    left = [pair for pair, p in zip(texts, forward.tolist(), strict=True) if decision.can_reach(p, decision.threshold)]
    flagged = int((both_directions(detector, left) >= decision.threshold).sum()) if left else 0
    digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    return {"n": len(texts), "flagged": flagged, "share_flagged": flagged / len(texts), "data_hash": digest}


def digests(detector: Detector) -> Result:
    """Test articles on different events given together, `STORIES` at a time: what is flagged across them is wrong."""
    folders = [OWN / "cases" / name for name in ("test", "test_reports", "test_features")]
    cases = [case for folder in folders for case in read_cases(folder)]
    drawn = random.Random(0).sample(cases, DIGESTS * STORIES)
    flagged = pairs = 0
    for start in range(0, len(drawn), STORIES):
        stories = [replace(case.documents[0], name=case.id) for case in drawn[start : start + STORIES]]
        findings = detector.detect(stories, across="documents")
        flagged += len(findings.contradictions)
        pairs += findings.counts["pairs"]
    screen = detector.screen
    return {
        "n": DIGESTS,
        "stories": STORIES,
        "pairs": pairs,
        "flagged": flagged,
        "screen_hash": screen.scorer.weights if screen else None,
        "data_hash": hashlib.sha256(json.dumps([case.id for case in drawn]).encode()).hexdigest(),
    }


DOCUMENTS = (
    ("sample", "example", OWN / "sample"),
    ("seed", "example", SHARED / "seed"),
    ("articles", "development", SHARED / "articles"),
    ("own_articles_dev", "development", OWN / "cases/dev"),
    ("own_articles_test", "test", OWN / "cases/test"),
    ("own_reports_dev", "development", OWN / "cases/dev_reports"),
    ("own_reports_test", "test", OWN / "cases/test_reports"),
    ("own_features_dev", "development", OWN / "cases/dev_features"),
    ("own_features_test", "test", OWN / "cases/test_features"),
)
# name -> (role, what it needs, how it is computed)
JOBS: dict[str, tuple[str, Path, Callable[[Detector], Result]]] = {
    **{name: (role, folder, functools.partial(documents, folder=folder)) for name, role, folder in DOCUMENTS},
    "dossiers_dev": ("development", SHARED / "data", functools.partial(within_dossiers, read=shared_dossiers)),
    "own_dossiers_test": ("test", OWN / "data", functools.partial(within_dossiers, read=own_dossiers)),
    "unrelated": ("test", OWN / "data", across_dossiers),
    "digests": ("test", OWN / "cases/test", digests),
    **{
        name: (role, path, functools.partial(pairs, path=path, where=where))
        for name, role, path, where in (
            ("news_pairs_dev", "development", SHARED / "data/news_pairs.jsonl", {"split": "dev"}),
            ("own_news_pairs_test", "test", OWN / "data/news_pairs.jsonl", {"split": "test"}),
            ("public_dev", "development", SHARED / "data/public/dev.jsonl.gz", {}),
            ("snli_test", "test", SHARED / "data/public/snli_test.jsonl.gz", {}),
            ("mnli_mismatched", "test", SHARED / "data/public/mnli_mismatched.jsonl.gz", {}),
        )
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="A,B", help=f"only these results; by default all: {', '.join(JOBS)}")
    parser.add_argument("--model", default="default", help="the name of a shipped checkpoint")
    args = parser.parse_args()
    chosen = args.only.split(",") if args.only else list(JOBS)
    if unknown := set(chosen) - set(JOBS):
        parser.error(f"no such result: {', '.join(sorted(unknown))}")
    folder = RESULTS if args.model == "default" else RESULTS / args.model
    folder.mkdir(parents=True, exist_ok=True)
    detector = Detector.load(args.model)
    weights = weights_hash(detector.scorer.checkpoint.path)
    for name, (role, needs, compute) in JOBS.items():
        if name in chosen and not needs.exists():
            print(f"{name}: {needs} is not here, left out", file=sys.stderr)
        elif name in chosen:
            result = {"role": role} | compute(detector) | {"role": role, "model": args.model, "model_hash": weights}
            (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            print(name, {k: v for k, v in result.items() if isinstance(v, (int, float)) or v is None}, flush=True)
    files = {name: folder / f"{name}.json" for name in JOBS}
    results = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in files.items() if path.exists()}
    screen = detector.screen.scorer.weights if detector.screen else None
    looked = {"digests", *(name for name, _, _ in DOCUMENTS)}  # what the screen has had a part in
    if stale := sorted(
        n for n, r in results.items() if r["model_hash"] != weights or (n in looked and r.get("screen_hash") != screen)
    ):
        raise SystemExit(f"results of other weights, so the card is left as it is; make them anew: {', '.join(stale)}")
    card = ROOT / "models" / args.model / "README.md"
    fill(card, "results", tables(results))
    fill(card, "index", model_index(args.model, results))


if __name__ == "__main__":
    main()
