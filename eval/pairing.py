"""What the blockers keep: `python eval/pairing.py` -> eval/results/pairing.json.

All dossiers pooled, each as one document, and all development and training articles pooled: the share of gold contradictions
among the candidates, by candidates a claim. With `--grow`, also the seconds to candidates for more and more claims (the
pool repeated with other numbers and names, so that copies are no copies).
"""

import argparse
import hashlib
import itertools
import json
import math
import re
import time
from pathlib import Path

import numpy as np

from nli import blockers
from nli.cases import read_cases
from nli.claims import extract_all
from nli.records import Claim

ROOT = Path(__file__).parent.parent
BUDGETS = (10, 20, 40)
SIZES = (3_000, 10_000, 30_000, 100_000)
Pairs = set[tuple[int, int]]


def dossiers() -> tuple[list[Claim], dict[str, Pairs]]:
    claims: list[Claim] = []
    gold: Pairs = set()
    paths = [
        *sorted((ROOT / "../shared/data").glob("dossiers_*.jsonl")),
        *sorted((ROOT / "eval/data").glob("dossiers*.jsonl")),
    ]
    for row in (json.loads(line) for path in paths for line in path.open(encoding="utf-8")):
        place = {c["id"]: len(claims) + i for i, c in enumerate(row["claims"])}
        claims += [Claim(row["id"], 0, 1, c["text"], c["text"], c["speaker"], 1) for c in row["claims"]]
        listed = [r for r in row["relations"] if r["label"] == "contradiction"]
        gold |= {tuple(sorted((place[r["a"]], place[r["b"]]))) for r in listed}  # type: ignore[misc]
    return claims, {"contradictions": gold}


def articles() -> tuple[list[Claim], dict[str, Pairs]]:
    claims: list[Claim] = []
    gold: dict[str, Pairs] = {"within a document": set(), "across documents": set()}
    for case in itertools.chain(*(read_cases(ROOT / f"eval/cases/{split}") for split in ("train", "dev"))):
        found, _ = extract_all(case.documents)
        for i, j in itertools.combinations(range(len(found)), 2):
            if case.conflicts(found[i], found[j]):
                same = found[i].document == found[j].document
                gold["within a document" if same else "across documents"].add((len(claims) + i, len(claims) + j))
        claims += found
    return claims, gold


def kept(claims: list[Claim], gold: dict[str, Pairs]) -> dict[str, object]:
    by_budget = {}
    for budget in BUDGETS:
        pairs = {(i, j) for i, j in blockers.nearest(claims, budget).tolist()}
        by_budget[str(budget)] = {name: round(len(g & pairs) / len(g), 4) for name, g in gold.items()} | {
            "pairs": len(pairs)
        }
    digest = hashlib.sha256(json.dumps([c.text for c in claims]).encode()).hexdigest()
    return {
        "claims": len(claims),
        "sha256": digest,
        "contradictions": {n: len(g) for n, g in gold.items()},
        "kept": by_budget,
    }


def grown(claims: list[Claim], size: int) -> list[Claim]:
    """`size` claims: the pool again and again, each time with other numbers and other letters in its names."""
    rounds = itertools.count()
    result: list[Claim] = []
    while len(result) < size:
        n = next(rounds)
        shift = [re.sub(r"\d+", lambda m, n=n: str(int(m.group()[:9]) + 37 * n), c.text) for c in claims]  # type: ignore[misc]
        shift = [re.sub(r"(?<=[a-z] )([A-Z][a-z]+)", rf"\1{chr(97 + n % 26)}{chr(97 + n // 26)}", t) for t in shift]
        result += [Claim(f"{c.document} {n}", 0, 1, t, t, c.speaker, 1) for c, t in zip(claims, shift, strict=True)]
    return result[:size]


def growth(claims: list[Claim]) -> dict[str, object]:
    seconds = {}
    for size in SIZES:
        pool = grown(claims, size)
        started = time.perf_counter()
        blockers.nearest(pool, 20)
        seconds[size] = round(time.perf_counter() - started, 1)
        print(size, seconds[size], flush=True)
    exponent = np.polyfit([math.log(n) for n in seconds], [math.log(s) for s in seconds.values()], 1)[0]
    return {"seconds": seconds, "exponent": round(float(exponent), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--grow", action="store_true", help="also measure up to 100 thousand claims (some minutes)")
    args = parser.parse_args()
    pool, gold = dossiers()
    result = {"dossiers": kept(pool, gold), "articles": kept(*articles())}
    if args.grow:
        result["growth"] = growth(pool)
    print(json.dumps(result, indent=1))
    (ROOT / "eval/results/pairing.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
