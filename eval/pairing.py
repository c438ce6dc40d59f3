"""What the blockers keep, and what they cost: `python eval/pairing.py` -> eval/results/pairing.json.

All dossiers pooled, each as one document, and all development and test articles pooled: the share of gold contradictions among
the candidates, by candidates a claim. With `--grow`, instead, the seconds from claims to candidates for more and more claims (the
pool repeated with other numbers and names, so that copies are no copies), drawn in eval/results/pairing.svg. Each of the two
replaces its own part of the results; the tables of eval/README.md are made of both.
"""

import argparse
import hashlib
import itertools
import json
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from card import fill, head, row
from matplotlib.axes import Axes

from nli import blockers
from nli.candidates import NEIGHBOURS, candidates
from nli.cases import read_cases
from nli.claims import extract_all
from nli.plots import FIRST, INK, LINE, QUIET, SECOND, new_axes, svg
from nli.records import Claim

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "eval/results"
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
    for dossier in (json.loads(line) for path in paths for line in path.open(encoding="utf-8")):
        place = {c["id"]: len(claims) + i for i, c in enumerate(dossier["claims"])}
        claims += [Claim(dossier["id"], 0, 1, c["text"], c["text"], c["speaker"], 1) for c in dossier["claims"]]
        listed = [r for r in dossier["relations"] if r["label"] == "contradiction"]
        gold |= {tuple(sorted((place[r["a"]], place[r["b"]]))) for r in listed}  # type: ignore[misc]
    return claims, {"contradictions": gold}


def articles() -> tuple[list[Claim], dict[str, Pairs]]:
    claims: list[Claim] = []
    gold: dict[str, Pairs] = {"within a document": set(), "across documents": set()}
    for case in itertools.chain(*(read_cases(ROOT / f"eval/cases/{split}") for split in ("dev", "test"))):
        found, _ = extract_all(case.documents)
        for i, j in itertools.combinations(range(len(found)), 2):
            if case.conflicts(found[i], found[j]):
                same = found[i].document == found[j].document
                gold["within a document" if same else "across documents"].add((len(claims) + i, len(claims) + j))
        claims += found
    return claims, gold


def kept(claims: list[Claim], gold: dict[str, Pairs]) -> dict[str, object]:
    by_budget, vectors = {}, blockers.embed([claim.text for claim in claims])
    for budget in BUDGETS:
        pairs = {(i, j) for i, j in blockers.nearest(claims, budget, vectors=vectors).tolist()}
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


def growth(pool: list[Claim], sizes: Sequence[int]) -> dict[str, Any]:
    """Seconds from claims to candidates at the shipped setting: embedding, and the search with all else. What one size has
    embedded the next one keeps, and its seconds with it."""
    claims, vectors, embedding = grown(pool, max(sizes)), np.zeros((0, 384), dtype=np.float32), 0.0
    candidates(pool[:200])  # loads what there is to load
    steps = []
    for size in sorted(sizes):
        started = time.perf_counter()
        vectors = np.concatenate([vectors, blockers.embed([claim.text for claim in claims[len(vectors) : size]])])
        embedded = time.perf_counter()
        found = candidates(claims[:size], vectors=vectors)
        embedding, search = embedding + embedded - started, time.perf_counter() - embedded
        steps.append(
            {"claims": size, "pairs": len(found.pairs), "embedding": round(embedding, 2), "search": round(search, 2)}
        )
        print(steps[-1], flush=True)
    exponents = {part: round(exponent(steps, part), 3) for part in ("embedding", "search", "total")}
    return {
        "neighbours": NEIGHBOURS,
        "cores": os.cpu_count(),
        "bfloat16": blockers.native_bf16(),
        "steps": steps,
        "exponents": exponents,
    }


def seconds(steps: list[dict[str, Any]], part: str) -> np.ndarray:
    """Of "embedding", of "search", or the "total" of both."""
    parts = ("embedding", "search") if part == "total" else (part,)
    return np.array([sum(step[name] for name in parts) for step in steps])


def exponent(steps: list[dict[str, Any]], part: str) -> float:
    """k of the power law seconds = c * claims^k with the least squares between logarithms."""
    claims = [step["claims"] for step in steps]
    return float(np.polyfit(np.log(claims), np.log(seconds(steps, part)), 1)[0])


def draw(grown: dict[str, Any]) -> Axes:
    """Seconds against claims, both logarithmic, with the fitted power of the total."""
    axes, steps = new_axes("growth"), grown["steps"]
    claims = np.array([step["claims"] for step in steps])
    for part, colour in (("total", INK), ("embedding", FIRST), ("search", SECOND)):
        label = f"{part}, claims^{grown['exponents'][part]:.2f}"
        axes.loglog(claims, seconds(steps, part), "o-", color=colour, linewidth=1.6, markersize=5, label=label)
    slope, level = np.polyfit(np.log(claims), np.log(seconds(steps, "total")), 1)
    axes.loglog(claims, np.exp(level) * claims**slope, "--", color=QUIET, linewidth=1, label="fitted to the total")
    axes.set_xlabel("claims")
    axes.set_ylabel("seconds")
    axes.grid(color=LINE, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return axes


def table(results: dict[str, Any]) -> str:
    """What is kept by budget, and the growth, of whatever has been measured."""
    lines = []
    if pools := [name for name in ("dossiers", "articles") if name in results]:
        lines.append(head("pooled", "claims", "contradictions", *(f"kept at {n}" for n in BUDGETS)))
        for pool in pools:
            r = results[pool]
            for kind, number in r["contradictions"].items():
                shares = (f"{r['kept'][str(budget)][kind]:.3f}" for budget in BUDGETS)
                lines.append(row(f"{pool}: {kind}", r["claims"], number, *shares))
    if grown := results.get("growth"):
        lines.append(head("claims", "pairs proposed", "seconds of embedding", "seconds of search"))
        lines += [row(*(step[key] for key in ("claims", "pairs", "embedding", "search"))) for step in grown["steps"]]
        powers = ", ".join(f"{part} claims^{power:.2f}" for part, power in grown["exponents"].items())
        lines.append(f"\nGrowth on {grown['cores']} cores, {grown['neighbours']} neighbours a claim: {powers}.")
    return "\n".join(lines).lstrip("\n") + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--grow", action="store_true", help="measure the growth up to 100 thousand claims instead (some minutes)"
    )
    args = parser.parse_args()
    pool, gold = dossiers()
    if args.grow:
        made: dict[str, Any] = {"growth": growth(pool, SIZES)}
        (RESULTS / "pairing.svg").write_text(svg(draw(made["growth"])), encoding="utf-8")
    else:
        made = {"dossiers": kept(pool, gold), "articles": kept(*articles())}
    print(json.dumps(made, indent=1))
    path = RESULTS / "pairing.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps(before | made, indent=1) + "\n", encoding="utf-8")
    fill(ROOT / "eval/README.md", "pairing", table(before | made))


if __name__ == "__main__":
    main()
