"""What each part of the pipeline brings on whole documents: `python eval/ablation.py` -> eval/results/ablation.json and the
tables of eval/README.md.

Each row of a table is the row above and one part more, made of the stages of nli/ by their parameters. Recall, precision and
flags are those of the shipped threshold, which was chosen for the whole; average precision ranks every pair and needs none.
Texts that rows share are scored once.
"""

import argparse
import dataclasses
import itertools
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from card import fill, head, number, row

from nli.candidates import candidates
from nli.cases import Case, CaseCounts, data_hash, intervals, read_cases
from nli.checkpoints import weights_hash
from nli.claims import extract_all, pipeline
from nli.decision import Decision, decide
from nli.detector import Detector
from nli.events import Events
from nli.records import Claim, Document, Findings, ScoredPair, Scores
from nli.rules import RULES
from nli.scoring import Scorer
from nli.screen import Screen
from nli.text import paragraphs

ROOT = Path(__file__).parent.parent
FOLDERS = {
    "own_articles_dev": ROOT / "eval/cases/dev",
    "own_articles_test": ROOT / "eval/cases/test",
    "articles": ROOT / "../shared/articles",
}
CASES = 6  # of each folder, unless asked otherwise: all of them take several times as long
FEW = 10  # neighbours: to 30 claims what the shipped number is to a hundred
SURELY_NOT = 0.15  # where one direction says less, and the pair cannot be reported, the other is taken to say the same
Texts = tuple[str, str]
Table = dict[Texts, tuple[Scores, Scores]]
ALL_PAIRS, AS_SHIPPED = {"max_pairs": sys.maxsize}, dict[str, int]()


@dataclasses.dataclass(frozen=True)
class Variant:
    """One row: which of the `readings` it judges, which of their pairs (parameters of `candidates`), and by which rules."""

    name: str
    reading: str
    pairs: Mapping[str, int]
    evidence: bool = False
    verdicts: bool = False
    one_dispute: bool = False
    screened: bool = False


def variants(decision: Decision) -> list[Variant]:
    """The rows; claims have their context in all that follow, if the checkpoint was trained for that."""
    whole = "context" if decision.context else "attribution"
    untrained = "" if decision.context else " (not trained for it; left out below)"
    few = {"max_pairs": 0, "neighbours": FEW}
    rules = {"evidence": True, "verdicts": True, "one_dispute": True}
    return [
        Variant("every sentence as it stands, all pairs", "sentences", ALL_PAIRS),
        Variant("+ only sentences of the article that assert something", "claims", ALL_PAIRS),
        Variant("+ attribution", "attribution", ALL_PAIRS),
        Variant(f"+ context in brackets{untrained}", "context", ALL_PAIRS),
        Variant(f"+ blockers, {FEW} neighbours", whole, few),
        Variant("+ evidence", whole, few, evidence=True),
        Variant("+ verdicts with reasons", whole, few, evidence=True, verdicts=True),
        Variant("+ one dispute told once", whole, few, **rules),
        Variant("the same, all pairs while they are few", whole, AS_SHIPPED, **rules),
        Variant("as shipped: + a first look", whole, AS_SHIPPED, **rules, screened=True),
    ]


def readings(documents: Sequence[Document]) -> dict[str, list[Claim]]:
    """The claims of documents, from the plainest to the fullest."""
    full, _ = extract_all(documents, context=True)
    named = [dataclasses.replace(claim, text=claim.statement, context="") for claim in full]
    return {
        "sentences": [sentence for document in documents for sentence in sentences(document)],
        "claims": [dataclasses.replace(claim, text=_plain(claim), speaker=None) for claim in named],
        "attribution": named,
        "context": full,
    }


def sentences(document: Document) -> list[Claim]:
    """Every sentence as spaCy finds it, nobody's."""
    views = list(paragraphs(document.text))
    found = []
    for view, doc in zip(views, pipeline().pipe(view.text for view in views), strict=True):
        for start, end in ((s.start_char, s.end_char) for s in doc.sents if s.text.strip()):
            first, last = view.span(start, end)
            source, text = document.text[first:last], view.text[start:end].strip()
            found.append(Claim(document.name, first, last, source, text, None, document.line(first)))
    return found


def _plain(claim: Claim) -> str:
    return " ".join(view.text for view in paragraphs(claim.source))


def score(scorer: Scorer, wanted: Iterable[Texts]) -> tuple[Table, int]:
    """Probabilities of pairs of texts in both directions (see `SURELY_NOT`), and how many were scored, either way round."""
    decision, texts = scorer.checkpoint.decision, list(dict.fromkeys(wanted))
    forward = list(scorer.score(texts))
    open_ = [
        k
        for k, scores in enumerate(forward)
        if scores.contradiction >= SURELY_NOT or decision.can_reach(scores.contradiction, decision.threshold)
    ]
    backward = dict(zip(open_, scorer.score([texts[k][::-1] for k in open_]), strict=True))
    table = {
        pair: (scores, backward.get(k, scores)) for k, (pair, scores) in enumerate(zip(texts, forward, strict=True))
    }
    return table, len(texts) + len(open_)


@dataclasses.dataclass(frozen=True)
class Compared:
    """The claims of one case as one variant reads them, and which of them it compares."""

    case: Case
    claims: list[Claim]
    pairs: list[tuple[int, int]]

    def texts(self) -> list[Texts]:
        return [(self.claims[i].text, self.claims[j].text) for i, j in self.pairs]

    def scored(self, table: Table) -> list[ScoredPair]:
        sides = ((self.claims[i], self.claims[j]) for i, j in self.pairs)
        return [ScoredPair(a, b, *table[a.text, b.text]) for a, b in sides]


def compared(cases: Sequence[Case], rows: Sequence[Variant], screen: Screen | None) -> list[list[Compared]]:
    """For each variant its cases."""
    read = [readings(case.documents) for case in cases]
    return [
        [_compare(case, claims, variant, screen) for case, claims in zip(cases, read, strict=True)] for variant in rows
    ]


def _compare(case: Case, read: Mapping[str, list[Claim]], variant: Variant, screen: Screen | None) -> Compared:
    claims = read[variant.reading]
    pairs = candidates(claims, **variant.pairs).pairs
    if screen and variant.screened:
        looks = screen.look([(claims[i], claims[j]) for i, j in pairs])
        pairs = [pair for pair, look in zip(pairs, looks.tolist(), strict=True) if look >= screen.below]
    return Compared(case, claims, pairs)


def judge(variant: Variant, cases: Sequence[Compared], table: Table, decision: Decision) -> dict[str, Any]:
    """The numbers of one row. `reachable`: the share of conflicts with a pair that is compared and that no rule takes away."""
    if not variant.evidence:
        decision = dataclasses.replace(decision, evidence={}, ask_back=0.0)
    every = dataclasses.replace(decision, same_speaker=0.0, other_event=0.0, rival_share=0.0)
    told = decision if variant.one_dispute else every
    every = dataclasses.replace(every, ask_back=0.0)
    flagged, ranked, possible = [], [], []
    for one in cases:
        scored, events = one.scored(table), Events(one.case.documents, one.claims)
        # A perfect model's conflicts are outdone by nothing, so what is possible is asked without those rules.
        for counted, rules, threshold in ((flagged, told, told.threshold), (ranked, told, 0.0), (possible, every, 0.0)):
            decided = decide(scored, rules, threshold, reasons=RULES if variant.verdicts else (), events=events)
            counted.append(CaseCounts())
            counted[-1].add(one.case, Findings(decided.found, one.claims))
    numbers, ranking, reach = (sum(counted, CaseCounts()).to_dict() for counted in (flagged, ranked, possible))
    return {
        "variant": variant.name,
        "claims": sum(len(one.claims) for one in cases),
        "pairs": sum(len(one.pairs) for one in cases),
        **numbers,
        "average_precision": ranking["average_precision"],
        "reachable": reach["recall"],
        "intervals": intervals(flagged) | {k: v for k, v in intervals(ranked).items() if k == "average_precision"},
    }


def measure(folder: Path, detector: Detector, most: int) -> dict[str, Any]:
    """All rows on the cases of a folder, or on `most` of them, drawn by a fixed seed (0: all)."""
    scorer, cases = detector.scorer, list(read_cases(folder))
    rows, there = variants(scorer.checkpoint.decision), len(cases)
    if 0 < most < there:
        cases = [cases[i] for i in sorted(random.Random(0).sample(range(there), most))]
    prepared = compared(cases, rows, detector.screen)
    everything = itertools.chain.from_iterable(prepared)
    table, scored = score(scorer, itertools.chain.from_iterable(one.texts() for one in everything))
    decision = scorer.checkpoint.decision
    return {
        "data_hash": data_hash(folder),
        "cases": [case.id for case in cases],
        "of": there,
        "scored": scored,
        "rows": [judge(*row, table, decision) for row in zip(rows, prepared, strict=True)],
    }


def tables(results: dict[str, Any]) -> str:
    parts = []
    for name, r in results["folders"].items():
        conflicts = r["rows"][0]["conflicts"]
        parts.append(f"\n{name} ({r['data_hash'][:8]}): {len(r['cases'])} of {r['of']} cases, {conflicts} conflicts")
        parts.append(
            head("", "claims", "pairs", "recall", "flags", "precision", "AP", "reachable", "hard negatives", "speakers")
        )
        parts += [_row(variant) for variant in r["rows"]]
    return "\n".join(parts).lstrip("\n") + "\n"


def _row(r: dict[str, Any]) -> str:
    low_high = r["intervals"].get("average_precision")
    return row(
        r["variant"],
        r["claims"],
        r["pairs"],
        number(r["recall"], 2),
        r["flagged"],
        number(r["precision"], 2),
        number(r["average_precision"], 2) + (" ({:.2f} to {:.2f})".format(*low_high) if low_high else ""),
        number(r["reachable"], 2),
        f"{r['hard_negatives_flagged']} of {r['hard_negatives']}",
        f"{r['speakers_right']} of {r['speakers']}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--cases", type=int, default=CASES, metavar="N", help=f"of each folder; 0: all (default {CASES})"
    )
    parser.add_argument("--only", metavar="A,B", help=f"only these folders; by default all: {', '.join(FOLDERS)}")
    args = parser.parse_args()
    chosen = args.only.split(",") if args.only else list(FOLDERS)
    if unknown := set(chosen) - set(FOLDERS):
        parser.error(f"no such folder: {', '.join(sorted(unknown))}")
    detector = Detector.load()
    scorer, decision, folders = detector.scorer, detector.scorer.checkpoint.decision, {}
    for name in chosen:
        if not FOLDERS[name].is_dir():
            print(f"{name}: not here, left out", file=sys.stderr)
            continue
        folders[name] = measure(FOLDERS[name], detector, args.cases)
        print(name, folders[name]["scored"], "pairs scored", flush=True)
    of = {
        "model": scorer.checkpoint.name,
        "model_hash": weights_hash(scorer.checkpoint.path),
        "screen_hash": detector.screen.scorer.weights if detector.screen else None,
        "threshold": decision.threshold,
        "context": decision.context,
    }
    path = ROOT / "eval/results/ablation.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if all(before.get(key) == value for key, value in of.items()):  # other folders, measured with the same model
        folders = before["folders"] | folders
    results = of | {"folders": folders}
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    fill(ROOT / "eval/README.md", "ablation", tables(results))


if __name__ == "__main__":
    main()
