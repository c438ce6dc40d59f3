"""What tells documents on one event from documents on two, and the score that a conflict across two events needs.

`python models/events.py fit`: the weights of `nli/events.py`, a logistic regression on training articles: documents of one case
against documents of different ones. `python models/events.py choose models/default`: writes `other_event` into decision.json, the lowest
score that leaves next to nothing of what is flagged across development articles on different events, all of which is wrong.
"""

import argparse
import dataclasses
import itertools
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from nli import checkpoints
from nli.cases import Case, CaseCounts, read_cases
from nli.claims import extract_all
from nli.detector import Detector
from nli.events import Events
from nli.records import Claim, Document, Findings
from nli.scoring import Scorer

ROOT = Path(__file__).parent.parent
TRAIN = ROOT / "eval/cases/train"
DEVELOPMENT = [ROOT / "eval/cases" / name for name in ("dev", "dev_features", "dev_reports")]
MIXED = ("ng", "oe")  # series whose cases hold several events
CASES, OTHERS = 260, 15  # cases for fitting, and documents of others that each document is compared with
KEPT = 0.98  # of the pairs of documents on one event, in fitting
DIGESTS, STORIES = 4, 6  # articles on different events given together
LEFT = 0.1  # of the flags across events; documents that are taken for one event leave so many whatever the score
SCORES = [*(round(0.65 + 0.05 * step, 2) for step in range(6)), 0.95, 0.96, 0.97, 0.98, 0.99, 1.0]


class Pairs(NamedTuple):
    """`Events.alike` of pairs of documents, shape (pairs, 2), and whether they are on one event."""

    alike: np.ndarray
    one_event: np.ndarray


def pairs(cases: Iterable[Case], seed: int = 0) -> Pairs:
    """Every two documents of a case, and each document with some of other cases."""
    documents: list[Document] = []
    claims: list[Claim] = []
    for case in cases:
        own = [dataclasses.replace(d, name=f"{case.id}/{d.name}") for d in case.documents]
        documents += own
        claims += extract_all(own, context=True)[0]
    events, draw = Events(documents, claims), random.Random(seed)
    names = list(dict.fromkeys(claim.document for claim in claims))
    case_of = {name: name.split("/")[0] for name in names}
    within = [(a, b) for a, b in itertools.combinations(names, 2) if case_of[a] == case_of[b]]
    drawn = [(a, b) for a in names for b in draw.sample(names, min(OTHERS, len(names))) if case_of[a] != case_of[b]]
    alike = np.array([events.alike(*pair) for pair in (*within, *drawn)])
    return Pairs(alike, np.arange(len(alike)) < len(within))


def fit(known: Pairs) -> tuple[float, float, float]:
    """Weights of shared names and of nearness, and the bias with which `KEPT` of the pairs on one event have P above .5."""
    model = LogisticRegression(C=100.0, class_weight="balanced").fit(known.alike, known.one_event)
    names, nearness = model.coef_[0].tolist()
    logits = known.alike[known.one_event] @ model.coef_[0]
    return names, nearness, -float(np.quantile(logits, 1 - KEPT))


def training() -> list[Case]:
    several = [case for case in read_cases(TRAIN) if len(case.documents) > 1]
    random.Random(3).shuffle(several)
    return [case for case in several if not case.id.startswith(MIXED)][:CASES]


def held(findings: Findings, events: Events, score: float) -> Findings:
    """The findings without those of two events that score less."""
    kept = [found for found in findings if found.score >= score or not events.differ(found.a, found.b)]
    return dataclasses.replace(findings, contradictions=kept)


def digests(detector: Detector, cases: list[Case]) -> list[Findings]:
    """What is flagged across articles on different events."""
    mixed = list(cases)
    random.Random(5).shuffle(mixed)
    found = []
    for start in range(0, DIGESTS * STORIES, STORIES):
        stories = [dataclasses.replace(case.documents[0], name=case.id) for case in mixed[start : start + STORIES]]
        found.append(detector.detect(stories, across="documents"))
    return found


def choose(detector: Detector, cases: list[Case]) -> dict[str, Any]:
    """The score, the flags across different events without and with it, and the conflicts found in cases of several documents."""
    mixed = [(findings, Events(findings.documents, findings.claims)) for findings in digests(detector, cases)]
    wrong = {score: sum(len(held(*given, score)) for given in mixed) for score in (0.0, *SCORES)}
    print("flags across events by score:", wrong, flush=True)
    score = next((s for s in SCORES if wrong[s] <= LEFT * wrong[0.0]), SCORES[-1])
    without, with_it = CaseCounts(), CaseCounts()
    for case in cases:
        if len(case.documents) > 1:
            findings = detector.detect(case.documents)
            without.add(case, findings)
            with_it.add(case, held(findings, Events(findings.documents, findings.claims), score))
    keys = ("conflicts", "found", "flagged", "right")
    of_one = {
        name: {key: counts.to_dict()[key] for key in keys} for name, counts in (("without", without), ("with", with_it))
    }
    return {"score": score, "flags": wrong[0.0], "left": wrong[score], "one_event": of_one}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("fit", "choose"))
    parser.add_argument("checkpoint", type=Path, nargs="?", default=ROOT / "models/default")
    args = parser.parse_args()
    cases = [case for folder in DEVELOPMENT for case in read_cases(folder)]
    if args.what == "fit":
        known, apart = pairs(training()), pairs(cases)
        names, nearness, bias = fit(known)
        print(f"NAMES, NEARNESS, BIAS = {names:.2f}, {nearness:.2f}, {bias:.2f}")
        for name, some in (("training", known), ("development", apart)):
            said = some.alike @ (names, nearness) + bias >= 0
            for what, these in (("one event", some.one_event), ("different events", ~some.one_event)):
                print(f"{name}, {what}: {said[these].mean():.3f} of {these.sum()} pairs taken for one event")
        return
    path = args.checkpoint / "decision.json"
    checkpoint = checkpoints.load(str(args.checkpoint))
    without = dataclasses.replace(checkpoint.decision, other_event=0.0)
    scorer = Scorer(dataclasses.replace(checkpoint, decision=without))
    chosen = choose(Detector(scorer), cases)
    decision = json.loads(path.read_text(encoding="utf-8"))
    decision["other_event"] = chosen.pop("score")
    decision["data"]["other_event"] = {"weights": scorer.weights, **chosen}
    path.write_text(json.dumps(decision, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(chosen, indent=1))


if __name__ == "__main__":
    main()
