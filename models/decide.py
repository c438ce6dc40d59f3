"""Chooses the decision of an exported checkpoint on development data: `python models/decide.py models/default --screen models/fast`.

Every pair of claims of the development articles (near their natural base rate) is scored. Both directions are joined by their mean; with
it goes what else tells of a conflict (`nli.evidence`), by a logistic regression. The threshold and the rules against telling one dispute many
times are what serves best when whole documents go through `nli.decision`, each scored with weights that were fitted without it. With
`--screen`, a smaller checkpoint looks first, as in `nli detect`. Temperature is fitted on development pairs. Writes decision.json with the
hashes of the rows it used.
"""

import argparse
import dataclasses
import functools
import hashlib
import itertools
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from nli import checkpoints
from nli.calibration import fit_temperature
from nli.cases import Case, CaseCounts, read_cases
from nli.checkpoints import weights_hash
from nli.claims import extract_all
from nli.decision import Decision, decide
from nli.evidence import BIAS, FEATURES, features, logit
from nli.labelled import load_pairs
from nli.records import LABELS, Claim, Findings, ScoredPair, Scores
from nli.rules import verdict
from nli.scoring import Scorer
from nli.screen import Screen

ROOT = Path(__file__).parent.parent
ARTICLES = [
    *(ROOT / "eval/cases" / name for name in ("dev", "dev_reports", "dev_features")),
    ROOT / "../shared/articles",
]
PAIRS = [
    (ROOT / "eval/data/news_pairs.jsonl", {"split": "dev"}),
    (ROOT / "../shared/data/news_pairs.jsonl", {"split": "dev"}),
]
RULE = "mean"
FOLDS = 10  # the evidence is weighed on nine of them and tried on the tenth, by case
THRESHOLDS = [round(0.3 + 0.025 * step, 3) for step in range(27)]
SAME_SPEAKER = (0.0, 0.9, 0.95, 0.97)
RIVAL_SHARE = (0.0, 0.9, 0.95, 0.98)
CLOSE = 0.01  # F1 that is given for precision: its own standard error is larger
SEEN = 0.07  # P(contradiction) by the checkpoint that looks first, below which a pair is not read; see models/screen.py
PRECISE, SENSITIVE = 0.85, 0.5  # precision of flags asked of the outer operating points


class Setting(NamedTuple):
    """What is chosen together, and how whole documents come out with it."""

    threshold: float
    same_speaker: float
    rival_share: float
    recall: float
    precision: float

    @property
    def f1(self) -> float:
        return 2 * self.recall * self.precision / max(1e-9, self.recall + self.precision)


def temperature(scorer: Scorer) -> tuple[float, dict[str, str]]:
    """The divisor of the logits with the least log loss on the development pairs (Guo et al. 2017)."""
    logits, gold, hashes = [], [], {}
    for path, where in PAIRS:
        labelled = load_pairs(str(path), where=where)
        table = scorer.score([(p.premise, p.hypothesis) for p in labelled.pairs])
        logits.append(np.log(table.probabilities) * scorer.checkpoint.decision.temperature)
        gold += [LABELS.index(p.label) for p in labelled.pairs]
        hashes[os.path.relpath(path, ROOT)] = labelled.data_hash
    return fit_temperature(np.concatenate(logits), np.array(gold)), hashes


def score_cases(
    scorer: Scorer, cases: Iterable[Case], context: bool, screen: Screen | None = None
) -> list[tuple[Case, list[ScoredPair]]]:
    """All pairs of claims of each case in both directions; those that a screen stops are neutral. Of what the first direction gives less
    than the lowest threshold, the other is not asked: there the first stands for both."""
    scored: list[tuple[Case, list[ScoredPair]]] = [(case, []) for case in cases]
    pairs: list[tuple[Claim, Claim]] = []
    into: list[list[ScoredPair]] = []
    for case, kept in scored:
        claims, _ = extract_all(case.documents, context=context)
        pairs += itertools.combinations(claims, 2)
        into += [kept] * (len(pairs) - len(into))
    looks = screen.look(pairs) if screen else np.ones(len(pairs))
    read = np.flatnonzero(looks >= (screen.below if screen else 0.0))
    forward = np.tile(np.eye(len(LABELS))[LABELS.index("neutral")], (len(pairs), 1))
    forward[read] = scorer.score([(pairs[i][0].text, pairs[i][1].text) for i in read]).probabilities
    backward = forward.copy()
    open_ = np.flatnonzero(forward[:, LABELS.index("contradiction")] >= THRESHOLDS[0])
    backward[open_] = scorer.score([(pairs[i][1].text, pairs[i][0].text) for i in open_]).probabilities
    for kept, (a, b), there, back in zip(into, pairs, forward.tolist(), backward.tolist(), strict=True):
        kept.append(ScoredPair(a, b, Scores(*there), Scores(*back)))
    return scored


class Judged(NamedTuple):
    """The pairs of one case of which the other direction was asked, and the evidence as weighed without that case."""

    case: Case
    pairs: list[ScoredPair]
    evidence: dict[str, float]


def weigh(scored: list[tuple[Case, list[ScoredPair]]]) -> dict[str, float]:
    """The weights of `nli.evidence` in units of the model's logit, with the bias that moves these pairs by 0 in the mean."""
    rows, conflicts = [], []
    for case, pairs in scored:
        for pair in pairs:
            if (conflict := case.truth(pair.a, pair.b)) is not None:
                combined = Decision(rule=RULE).combine(pair.forward.contradiction, pair.backward.contradiction)
                rows.append((logit(combined), *features(pair.a, pair.b)))
                conflicts.append(conflict)
    table = np.array(rows)
    model, *others = LogisticRegression(C=100.0, max_iter=5000).fit(table, conflicts).coef_[0].tolist()
    weights = np.array(others) / model
    shift = -float((table[:, 1:] @ weights).mean())
    return {name: round(w, 3) for name, w in zip((*FEATURES, BIAS), (*weights.tolist(), shift), strict=True)}


def judged(scored: list[tuple[Case, list[ScoredPair]]]) -> list[Judged]:
    """Each case with the evidence of the folds that it is not in."""
    asked = [(case, [p for p in pairs if p.forward.contradiction >= THRESHOLDS[0]]) for case, pairs in scored]
    weights = [weigh([row for n, row in enumerate(asked) if n % FOLDS != fold]) for fold in range(FOLDS)]
    return [Judged(case, pairs, weights[n % FOLDS]) for n, (case, pairs) in enumerate(asked)]


def single_pairs(scored: list[tuple[Case, list[ScoredPair]]], asked: list[Judged]) -> dict[str, Any]:
    """How well single pairs are ranked, without the evidence and with it, and which pairs they are; those that readers do not agree on
    are left out. Pairs of which one direction was asked come last."""
    pairs = [(pair, case.truth(pair.a, pair.b)) for case, pairs in scored for pair in pairs]
    agreed = [(pair, conflict) for pair, conflict in pairs if conflict is not None]
    conflicts = [conflict for _, conflict in agreed]
    without = {id(p): Decision(rule=RULE).score(p) for row in asked for p in row.pairs}
    with_it = {id(p): Decision(rule=RULE, evidence=row.evidence).score(p) for row in asked for p in row.pairs}
    precision = [
        round(float(average_precision_score(conflicts, [scores.get(id(pair), 0.0) for pair, _ in agreed])), 4)
        for scores in (without, with_it)
    ]
    texts = [[pair.a.text, pair.b.text] for pair, _ in agreed]
    digest = hashlib.sha256(json.dumps([texts, conflicts]).encode()).hexdigest()
    return {
        "sha256": {"articles": digest},
        "pairs": len(conflicts),
        "conflicts": sum(conflicts),
        "average_precision": precision[1],
        "average_precision_without_evidence": precision[0],
    }


remembered = functools.cache(verdict)  # the rules say the same of two claims whatever the setting


def whole_documents(asked: list[Judged], decision: Decision) -> Setting:
    """Recall of disputes and precision of flags, all cases together, at the decision's threshold."""
    counts = CaseCounts()
    for case, pairs, evidence in asked:
        own = dataclasses.replace(decision, evidence=evidence)
        counts.add(case, Findings(decide(pairs, own, own.threshold, reasons=(remembered,)).found, []))
    numbers = counts.to_dict()
    return Setting(
        decision.threshold,
        decision.same_speaker,
        decision.rival_share,
        numbers["recall"] or 0.0,
        numbers["precision"] or 0.0,
    )


def choose(asked: list[Judged]) -> dict[str, Setting]:
    """The operating points. balanced: of the settings whose F1 of recall and precision is nearly the best, the most precise (as
    the one-standard-error rule prefers the simpler of equals; Breiman et al. 1984), then the one with the rules that hide least. precise
    and sensitive share its rules: the lowest threshold above it that has the precision `PRECISE`, the lowest below it that has
    `SENSITIVE`.
    """
    settings = [
        whole_documents(asked, Decision(threshold=t, rule=RULE, same_speaker=same, rival_share=share))
        for t, same, share in itertools.product(THRESHOLDS, SAME_SPEAKER, RIVAL_SHARE)
    ]
    enough = max(s.f1 for s in settings) - CLOSE
    near = [s for s in settings if s.f1 >= enough]
    balanced = max(near, key=lambda s: (s.precision, s.recall, s.threshold, -s.same_speaker, -s.rival_share))
    alike = [s for s in settings if s[1:3] == balanced[1:3]]
    above = [s for s in alike if s.threshold >= balanced.threshold]
    below = [s for s in alike if s.threshold <= balanced.threshold]
    return {
        "precise": min((s for s in above if s.precision >= PRECISE), default=max(above, key=lambda s: s.precision)),
        "balanced": balanced,
        "sensitive": min((s for s in below if s.precision >= SENSITIVE), default=balanced),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--screen", type=Path, help="the checkpoint that looks first")
    args = parser.parse_args()
    recipe = json.loads((args.checkpoint / "recipe.json").read_text(encoding="utf-8"))["recipe"]
    context = recipe["data"].get("context", False)
    (args.checkpoint / "decision.json").unlink(missing_ok=True)
    checkpoint = checkpoints.load(str(args.checkpoint))
    divisor, hashes = temperature(Scorer(checkpoint))
    scorer = Scorer(dataclasses.replace(checkpoint, decision=Decision(temperature=divisor)))
    screen = Screen(Scorer(checkpoints.load(str(args.screen))), SEEN) if args.screen else None
    scored = score_cases(scorer, itertools.chain.from_iterable(map(read_cases, ARTICLES)), context, screen)
    asked = judged(scored)
    data = single_pairs(scored, asked)
    points = choose(asked)
    data["sha256"] |= hashes
    data["weights"] = weights_hash(args.checkpoint)
    if screen:
        data["first_look"] = {"weights": screen.scorer.weights, "below": SEEN}
    data["at"] = {
        name: {"precision": round(s.precision, 3), "recall": round(s.recall, 3)} for name, s in points.items()
    }
    decision: dict[str, Any] = {
        "threshold": points["balanced"].threshold,
        "rule": RULE,
        "temperature": divisor,
        "ask_back": THRESHOLDS[0],
        "evidence": weigh([(row.case, row.pairs) for row in asked]),
        "same_speaker": points["balanced"].same_speaker,
        "rival_share": points["balanced"].rival_share,
        "context": context,
        "operating_points": {name: s.threshold for name, s in points.items()},
        "data": data,
    }
    (args.checkpoint / "decision.json").write_text(json.dumps(decision, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(decision, indent=1))


if __name__ == "__main__":
    main()
