"""What the project's own labels give away: `python eval/probes.py` rewrites a table of eval/README.md.

Two classifiers that cannot know: one sees the hypothesis alone, one only how many words are shared. Both are fitted on some events and
asked about others (`nli.baselines`). Near chance is good: then no wording and no overlap stands for a label.
"""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from card import fill, head, number, row

from nli.baselines import measure
from nli.labelled import from_rows
from nli.records import LABELS

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "models"))
Row = tuple[str, str, str, str]  # premise, hypothesis, label, event
AUGMENTED = 3_000
NEUTRAL = 10  # of the neutral pairs of a dossier, one in so many


def read(name: str) -> list[dict]:
    return [json.loads(line) for line in (HERE / "data" / name).read_text(encoding="utf-8").splitlines()]


def news() -> Iterator[Row]:
    for pair in read("news_pairs.jsonl"):
        yield pair["premise"], pair["hypothesis"], pair["label"], pair["premise"]


def dossiers() -> Iterator[Row]:
    """Listed pairs as they are trained on, both ways where that keeps the label, and some of the neutral ones."""
    from mix import both_directions, dossier_pairs

    rng = random.Random(0)
    for dossier in [*read("dossiers.jsonl"), *read("dossiers_n.jsonl")]:
        for pair in both_directions(dossier_pairs(dossier), rng, 1 / NEUTRAL):
            if pair.label in LABELS:
                yield pair.premise, pair.hypothesis, pair.label, dossier["id"]


def articles() -> Iterator[Row]:
    """The quotations of conflicts and of hard negatives."""
    for path in sorted((HERE / "cases").glob("*/*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        for key, label in (("contradictions", "contradiction"), ("hard_negatives", "neutral")):
            for n, pair in enumerate(case.get(key, [])):
                first, second = ("a", "b") if n % 2 else ("b", "a")
                yield pair[first]["quote"], pair[second]["quote"], label, case["id"]


def augmented() -> Iterator[Row]:
    """Our own edits of the claims for training (`models/augment.py`), at most AUGMENTED."""
    from augment import augmented
    from mix import claim_texts, read_dossiers

    files = [HERE / "data" / name for name in ("dossiers.jsonl", "dossiers_n.jsonl")]
    texts = claim_texts(read_dossiers(files, set(), "train"), [HERE / "data/news_pairs.jsonl"])
    for _, event, example in augmented(texts, AUGMENTED, seed=0):
        yield example.premise, example.hypothesis, example.label, event


def table() -> str:
    lines = [head("pairs", "rows", "contradictions", "", "majority", "hypothesis alone", "overlap alone")]
    for name, rows in (
        ("news pairs", news()),
        ("dossiers", dossiers()),
        ("articles: conflicts and hard negatives", articles()),
        ("augmented pairs", augmented()),
    ):
        *texts, events = zip(*rows, strict=True)
        labelled = from_rows(zip(*texts, strict=True))
        share = float(np.mean(np.array(texts[2]) == "contradiction"))
        probes = measure(labelled, np.array(events))
        for key, title in (("accuracy", "accuracy"), ("contradiction_average_precision", "contradiction AP")):
            found = [
                number((probes[probe] or {}).get(key)) for probe in ("majority", "hypothesis_only", "word_overlap")
            ]
            lines.append(
                row(*((name, len(events), number(share)) if key == "accuracy" else ("", "", "")), title, *found)
            )
    return "\n".join(lines).lstrip("\n") + "\n"


if __name__ == "__main__":
    fill(HERE / "README.md", "probes", table())
