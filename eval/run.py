"""All results of the shipped checkpoint: `make eval`. Writes eval/results/*.json and the tables of models/default/README.md.

Development sets chose the checkpoint and its thresholds; the others are only reported. What is not here is left out.
"""

import argparse
import itertools
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from nli.cases import read_cases, score_cases
from nli.detector import Detector
from nli.evaluation import evaluate_set, load_pairs

ROOT = Path(__file__).parent.parent
SHARED = ROOT / "../shared"
RESULTS = ROOT / "eval/results"
UNRELATED = 20_000

# name -> file, rows, role
PAIR_SETS: dict[str, tuple[Path, dict[str, str], str]] = {
    "snli_test": (SHARED / "data/public/snli_test.jsonl.gz", {}, "test"),
    "mnli_mismatched": (SHARED / "data/public/mnli_mismatched.jsonl.gz", {}, "test"),
    "public_dev": (SHARED / "data/public/dev.jsonl.gz", {}, "development"),
    "news_pairs_dev": (SHARED / "data/news_pairs.jsonl", {"split": "dev"}, "development"),
    "own_news_pairs_test": (ROOT / "eval/data/news_pairs.jsonl", {"split": "test"}, "test"),
}
CASE_SETS: dict[str, tuple[Path, str]] = {
    "sample": (ROOT / "eval/sample", "example"),
    "seed": (SHARED / "seed", "test"),
    "articles": (SHARED / "articles", "development"),
    "own_articles_dev": (ROOT / "eval/cases/dev", "development"),
    "own_articles_test": (ROOT / "eval/cases/test", "test"),
}


def pair_results(detector: Detector) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, (path, where, role) in PAIR_SETS.items():
        if not path.exists():
            continue
        labelled = load_pairs(str(path), where=where)
        result = evaluate_set(labelled, detector.scorer).to_dict()
        if "news" in name:
            result["same_verdict_swapped"] = swap_consistency(
                detector, [(p.premise, p.hypothesis) for p in labelled.pairs]
            )
        inside = path.is_relative_to(ROOT / "eval")
        yield (
            name,
            {**result, "data": str(path.relative_to(ROOT)) if inside else path.name, "where": where, "role": role},
        )


def swap_consistency(detector: Detector, pairs: list[tuple[str, str]]) -> float:
    """The share of pairs on which "contradiction or not" (at .5) is the same with the claims swapped."""
    forward = detector.scorer.score(pairs).probabilities[:, 2]
    backward = detector.scorer.score([(b, a) for a, b in pairs]).probabilities[:, 2]
    return float(((forward >= 0.5) == (backward >= 0.5)).mean())


def case_results(detector: Detector) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, (folder, role) in CASE_SETS.items():
        if folder.exists():
            cases = list(read_cases(folder))
            counts = score_cases(cases, lambda documents: detector.detect(documents))
            yield (
                name,
                {
                    **counts.to_dict(),
                    "cases": len(cases),
                    "role": role,
                    "threshold": detector.scorer.checkpoint.decision.threshold,
                },
            )


def read_dossiers(paths: list[Path], keep: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    rows = (json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if keep(row)]


def both_directions(detector: Detector, pairs: list[tuple[str, str]]) -> np.ndarray:
    forward = detector.scorer.score(pairs).probabilities[:, 2]
    backward = detector.scorer.score([(b, a) for a, b in pairs]).probabilities[:, 2]
    decision = detector.scorer.checkpoint.decision
    return np.array([decision.combine(f, b) for f, b in zip(forward, backward, strict=True)])


def dossier_result(detector: Detector, dossiers: list[dict[str, Any]], role: str) -> dict[str, Any]:
    """All pairs within each dossier, arguable ones left out: contradiction AP at the natural base rate, with an interval by dossier."""
    pairs, truth, group = [], [], []
    for number, dossier in enumerate(dossiers):
        text = {c["id"]: c["text"] for c in dossier["claims"]}
        label = {frozenset((r["a"], r["b"])): r["label"] for r in dossier["relations"]}
        for a, b in itertools.combinations(text, 2):
            known = label.get(frozenset((a, b)), "neutral")
            if known != "arguable":
                pairs.append((text[a], text[b]))
                truth.append(known == "contradiction")
                group.append(number)
    score, y, groups = both_directions(detector, pairs), np.array(truth), np.array(group)
    rng = np.random.default_rng(0)
    members = [np.flatnonzero(groups == g) for g in range(len(dossiers))]
    draws = []
    for _ in range(1000):
        rows = np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))])
        draws.append(average_precision_score(y[rows], score[rows]))
    order = np.argsort(-score, kind="stable")
    precision, recall = np.cumsum(y[order]) / np.arange(1, len(y) + 1), np.cumsum(y[order]) / y.sum()
    return {
        "role": role,
        "dossiers": len(dossiers),
        "n": len(y),
        "base_rate": float(y.mean()),
        "contradiction_average_precision": float(average_precision_score(y, score)),
        "interval": [float(v) for v in np.percentile(draws, [2.5, 97.5])],
        "recall_at_precision_90": float(recall[precision >= 0.9].max(initial=0.0)),
        "flagged_at_threshold": int((score >= detector.scorer.checkpoint.decision.threshold).sum()),
    }


def unrelated_result(detector: Detector, dossiers: list[dict[str, Any]]) -> dict[str, Any]:
    """Claims of different dossiers, one direction first: the share that is flagged at the shipped threshold."""
    rng = random.Random(0)
    pairs = []
    for _ in range(UNRELATED):
        first, second = rng.sample(dossiers, 2)
        pairs.append((rng.choice(first["claims"])["text"], rng.choice(second["claims"])["text"]))
    decision = detector.scorer.checkpoint.decision
    forward = detector.scorer.score(pairs).probabilities[:, 2]
    left = [i for i, p in enumerate(forward) if decision.can_reach(float(p), decision.threshold)]
    flagged = int((both_directions(detector, [pairs[i] for i in left]) >= decision.threshold).sum()) if left else 0
    return {
        "role": "test",
        "n": len(pairs),
        "flagged": flagged,
        "share_flagged": flagged / len(pairs),
        "forward_above_half": float((forward >= 0.5).mean()),
    }


def dossier_results(detector: Detector) -> Iterator[tuple[str, dict[str, Any]]]:
    held_out = SHARED / "models/mpnet-nli-reference/unseen_dossiers.json"
    if held_out.exists():
        names = set(json.loads(held_out.read_text(encoding="utf-8")))
        dossiers = read_dossiers(sorted((SHARED / "data").glob("dossiers_*.jsonl")), lambda d: d["id"] in names)
        yield "dossiers_dev", dossier_result(detector, dossiers, "development")
    own = read_dossiers([ROOT / "eval/data/dossiers.jsonl"], lambda d: d["split"] == "test")
    yield "own_dossiers_test", dossier_result(detector, own, "test")
    yield "unrelated", unrelated_result(detector, own)


def number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def head(*names: str) -> list[str]:
    return ["", row(*names), "|" + "---|" * len(names)]


def span(low_high: list[float]) -> str:
    return f"({low_high[0]:.3f} to {low_high[1]:.3f})"


def tables(results: dict[str, dict[str, Any]]) -> str:
    """The model card's tables."""
    lines = head(
        "labelled pairs",
        "role",
        "n",
        "accuracy",
        "macro F1",
        "contradiction F1",
        "contradiction AP",
        "ECE",
        "Brier",
        "swap",
    )
    for name in PAIR_SETS:
        if r := results.get(name):
            around = {k: span(v) for k, v in r["intervals"].items()}
            lines.append(row(
                f"{name} ({r['data_hash'][:8]})", r["role"], r["n"], f"{r['accuracy']:.3f} {around['accuracy']}", f"{r['macro_f1']:.3f}",
                f"{number(r['per_class']['contradiction']['f1'])} {around['contradiction_f1']}",
                f"{number(r['contradiction_average_precision'])} {around['contradiction_average_precision']}",
                f"{r['ece']:.3f}", f"{r['brier']:.3f}", number(r.get("same_verdict_swapped")),
            ))  # fmt: skip
    lines += head(
        "all pairs within a dossier", "role", "pairs", "conflicts", "contradiction AP", "recall at precision .90"
    )
    for name in ("dossiers_dev", "own_dossiers_test"):
        if r := results.get(name):
            ap = f"{r['contradiction_average_precision']:.3f} {span(r['interval'])}"
            lines.append(
                row(name, r["role"], r["n"], f"{100 * r['base_rate']:.1f} %", ap, f"{r['recall_at_precision_90']:.2f}")
            )
    if r := results.get("unrelated"):
        share = f"{r['flagged']} ({100 * r['share_flagged']:.2f} %)"
        lines += [
            "",
            f"Of {r['n']} pairs of claims from different dossiers, {share} are flagged at the shipped threshold.",
        ]
    lines += head(
        "documents",
        "role",
        "cases",
        "conflicts",
        "recall",
        "flags",
        "precision",
        "AP",
        "hard negatives flagged",
        "speakers right",
    )
    for name in CASE_SETS:
        if r := results.get(name):
            lines.append(row(
                name, r["role"], r["cases"], r["conflicts"], number(r["recall"], 2), r["flagged"], number(r["precision"], 2),
                number(r["average_precision"], 2), f"{r['hard_negatives_flagged']} of {r['hard_negatives']}",
                f"{r['speakers_right']} of {r['speakers']}",
            ))  # fmt: skip
    return "\n".join(lines[1:]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="only results whose name holds this")
    parser.add_argument(
        "--tables", action="store_true", help="rewrite the card from the committed results, without scoring"
    )
    args = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    if not args.tables:
        detector = Detector.load()
        for name, result in itertools.chain(case_results(detector), dossier_results(detector), pair_results(detector)):
            if not args.only or args.only in name:
                (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
                print(
                    name,
                    {k: v for k, v in result.items() if isinstance(v, (int, float, str)) and "hash" not in k},
                    flush=True,
                )
    results = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted(RESULTS.glob("*.json"))}
    card = ROOT / "models/default/README.md"
    text = card.read_text(encoding="utf-8")
    card.write_text(
        re.sub(r"(?<=<!-- results -->\n).*?(?=<!-- end -->)", lambda _: tables(results), text, flags=re.S),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
