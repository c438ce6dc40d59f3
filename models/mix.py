"""Training data: one function a source, each yields `Example`s; `build` mixes them as a recipe stage says.

A label is the *set* of classes that the row allows. Two-way rows ("not_entailment") and reversed entailments ("not a
contradiction") therefore train with the probability mass of the joined classes instead of a guess.
"""

import glob
import gzip
import itertools
import json
import random
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from nli import checkpoints
from nli.blockers import by_meaning, embed
from nli.cases import among, read_case
from nli.claims import extract_all
from nli.records import LABELS
from nli.scoring import Scorer

ALLOWED = {
    "entailment": (1, 0, 0),
    "neutral": (0, 1, 0),
    "contradiction": (0, 0, 1),
    "not_entailment": (0, 1, 1),
    "not_contradiction": (1, 1, 0),
    "unlabelled": (1, 1, 1),  # only a teacher says anything of it
}
NEAR_STRANGERS = 20  # nearest other claims among which one of another event is drawn


class Example(NamedTuple):
    premise: str
    hypothesis: str
    label: str  # a key of ALLOWED
    source: str

    def swapped(self) -> "Example":
        """The pair the other way round: contradiction and neutral hold, an entailment only excludes contradiction."""
        label = {"entailment": "not_contradiction", "not_entailment": "not_entailment"}.get(self.label, self.label)
        return Example(self.hypothesis, self.premise, label, self.source)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def public(path: Path, *, skip: int = 0, limit: int | None = None, exclude: Iterable[str] = ()) -> Iterator[Example]:
    """Public NLI pairs in file order, from row `skip`; sources whose name starts with one of `exclude` are left out."""
    rows = (r for r in itertools.islice(read_rows(path), skip, None) if not r["source"].startswith(tuple(exclude)))
    for row in itertools.islice(rows, limit):
        yield Example(row["premise"], row["hypothesis"], row["label"], "public")


def news(paths: list[Path], *, split: str = "train", swap: bool = True) -> Iterator[Example]:
    """News pairs; with `swap`, contradictions and neutrals also reversed (a reversed entailment teaches little)."""
    for path in paths:
        for row in read_rows(path):
            if row["split"] != split:
                continue
            example = Example(row["premise"], row["hypothesis"], row["label"], "news")
            yield example
            if swap and example.label != "entailment":
                yield example.swapped()


def read_dossiers(paths: list[Path], held_out: set[str], split: str) -> list[dict[str, Any]]:
    """Dossiers of one split: their own `split`, or for those without one, dev when named in `held_out`."""
    everything = [row for path in paths for row in read_rows(path)]
    return [d for d in everything if d.get("split", "dev" if d["id"] in held_out else "train") == split]


def dossier_pairs(dossier: dict[str, Any]) -> Iterator[Example]:
    """Every unordered pair of one dossier once: listed relations with their label, arguable ones left out, the rest neutral."""
    text = {c["id"]: c["text"] for c in dossier["claims"]}
    listed = {}
    for relation in dossier["relations"]:
        a, b = relation["a"], relation["b"]
        if relation["label"] == "entailment" and relation.get("direction") == "b->a":
            a, b = b, a
        listed[frozenset((a, b))] = (a, b, relation["label"])
    for a, b in itertools.combinations(text, 2):
        first, second, label = listed.get(frozenset((a, b)), (a, b, "neutral"))
        if label != "arguable":
            yield Example(text[first], text[second], label, "dossier")


def both_directions(pairs: Iterable[Example], rng: random.Random, neutral_share: float) -> Iterator[Example]:
    """Conflicts and entailments in both directions; a random share of the neutral pairs, each in one random direction."""
    for pair in pairs:
        if pair.label != "neutral":
            yield pair
            yield pair.swapped()
        elif rng.random() < neutral_share:
            yield rng.choice((pair, pair.swapped()))


@cache
def article_pairs(path: Path, context: bool) -> list[tuple[Example, bool]]:
    """Of one article case, every pair of its claims as the library extracts them; and whether the pair is a hard negative.

    Conflicts are pairs of claims on two sides of one gold group; pairs of claims on the same side, and pairs that readers
    found arguable, are unlabelled; all others are neutral.
    """
    case = read_case(path)
    claims, _ = extract_all(case.documents, context=context)
    examples = []
    for a, b in itertools.combinations(claims, 2):
        label = {True: "contradiction", False: "neutral", None: "unlabelled"}[case.truth(a, b)]
        examples.append((Example(a.text, b.text, label, "article"), among(case.hard_negatives, a, b)))
    return examples


def near_topic(examples: list[Example], share: float, rng: random.Random) -> list[Example]:
    """A share of the examples: half of it those whose two texts are most alike by embedding, half drawn from the rest."""
    texts = sorted({text for e in examples for text in (e.premise, e.hypothesis)})
    row = dict(zip(texts, embed(texts), strict=True))
    ranked = sorted(examples, key=lambda e: -float(row[e.premise] @ row[e.hypothesis]))
    half = int(len(ranked) * share / 2)
    return ranked[:half] + rng.sample(ranked[half:], half)


def hardest(examples: list[Example], share: float, checkpoint: str, rng: random.Random) -> list[Example]:
    """A share of the neutral examples: half of it those that the checkpoint calls contradictory most surely (sought among the
    nearer ones by embedding, eight times as many), half drawn from the rest."""
    likely = near_topic(examples, min(1.0, share * 8), rng)
    likely = likely[: len(likely) // 2]
    said = Scorer(checkpoints.load(checkpoint)).score([(e.premise, e.hypothesis) for e in likely]).probabilities
    order = sorted(range(len(likely)), key=lambda i: -said[i, LABELS.index("contradiction")])
    half = int(len(examples) * share / 2)
    hard = [likely[i] for i in order[:half]]
    chosen = set(hard)
    return hard + rng.sample([e for e in examples if e not in chosen], half)


def unrelated(groups: list[list[str]], count: int, rng: random.Random) -> Iterator[Example]:
    """Claims of two different events, drawn at random: neutral, whatever a model trained on captions believes."""
    for _ in range(count):
        first, second = rng.sample(groups, 2)
        yield Example(rng.choice(first), rng.choice(second), "neutral", "unrelated")


def alike(groups: list[list[str]], count: int, rng: random.Random) -> Iterator[Example]:
    """Claims of two different events that are near each other by embedding: what a digest of several stories is full of."""
    everything = [(text, number) for number, group in enumerate(groups) for text in dict.fromkeys(group)]
    texts, event = zip(*rng.sample(everything, min(len(everything), 2 * count)), strict=True)
    near = by_meaning(embed(texts), NEAR_STRANGERS)
    for row in rng.sample(range(len(texts)), min(count, len(texts))):
        strangers = [other for other in near[row].tolist() if event[other] != event[row]]
        if strangers:
            yield Example(texts[row], texts[rng.choice(strangers)], "neutral", "unrelated")


def claim_texts(dossiers: list[dict[str, Any]], news_paths: list[Path]) -> Iterator[tuple[str, str]]:
    """(event, text) of the claims of dossiers and of the news pairs for training."""
    for dossier in dossiers:
        yield from ((dossier["id"], claim["text"]) for claim in dossier["claims"])
    for pair in news(news_paths, swap=False):
        yield from ((pair.premise, pair.premise), (pair.premise, pair.hypothesis))


class Sources:
    """The recipe's data files by source name: `sources("news", split="train")` yields its examples."""

    def __init__(self, root: Path, data: dict[str, Any], seed: int) -> None:
        self.paths = {
            name: [Path(path) for pattern in patterns for path in sorted(glob.glob(str(root / pattern)))]
            for name, patterns in data["files"].items()
        }
        for name, found in self.paths.items():
            if not found:
                raise FileNotFoundError(f"{name}: nothing matches {data['files'][name]} below {root}")
        self.held_out = set(json.loads((root / data["held_out_dossiers"]).read_text(encoding="utf-8")))
        self.root = root
        self.rng = random.Random(seed)
        self.context = data.get("context", False)

    def files(self, stage: dict[str, Any]) -> list[Path]:
        """What the entries of one stage read, in order, each once; a case's documents with it, and the weights of a miner."""
        found = []
        for entry in stage["mix"]:
            found += [self.root / entry["miner"] / "model.onnx"] if "miner" in entry else []
            for name in (entry.get("files", entry["source"]), entry.get("articles"), entry.get("news")):
                for path in self.paths.get(name, []):
                    found += sorted(path.parent.glob(f"{path.stem}*.*")) if path.suffix == ".json" else [path]
        return list(dict.fromkeys(found))

    def __call__(self, source: str, **options: Any) -> Iterator[Example]:
        return getattr(self, source)(**options)

    def public(self, *, swap: float = 0.0, **options: Any) -> Iterator[Example]:
        """With `swap`, that share of the rows the other way round: of captions, a neutral reversed may be entailed."""
        for example in public(self.paths["public"][0], **options):
            if self.rng.random() >= swap:
                yield example
            elif example.label in {"contradiction", "not_contradiction"}:
                yield example.swapped()
            elif example.label != "not_entailment":
                yield example.swapped()._replace(label="not_contradiction")

    def news(self, *, files: str, **options: Any) -> Iterator[Example]:
        return news(self.paths[files], **options)

    def dossiers(self, *, files: str, split: str = "train", neutral_share: float = 1.0) -> Iterator[Example]:
        for dossier in read_dossiers(self.paths[files], self.held_out, split):
            yield from both_directions(dossier_pairs(dossier), self.rng, neutral_share)

    def articles(
        self, *, files: str, neutral_share: float, directions: int = 2, unlabelled: bool = False, miner: str = ""
    ) -> Iterator[Example]:
        """`directions`: in how many a conflict or near miss is given. `miner`: a checkpoint that says which neutral pairs are hard;
        without one, the embeddings do."""
        neutral = []
        for path in self.paths[files]:
            for example, hard in article_pairs(path, self.context):
                if example.label == "unlabelled":
                    yield from [self.rng.choice((example, example.swapped()))] * unlabelled
                elif example.label == "contradiction" or hard:
                    both = example, example.swapped()
                    yield from both if directions == 2 else self.rng.sample(both, directions)
                else:
                    neutral.append(self.rng.choice((example, example.swapped())))
        if miner:
            yield from hardest(neutral, neutral_share, str(self.root / miner), self.rng)
        else:
            yield from near_topic(neutral, neutral_share, self.rng)

    def unrelated(self, *, files: str, count: int, articles: str = "", near: bool = False) -> Iterator[Example]:
        """`near`: pairs that are alike instead of any."""
        dossiers = read_dossiers(self.paths[files], self.held_out, "train")
        groups = [[c["text"] for c in d["claims"]] for d in dossiers]
        groups += [[e.premise for e, _ in article_pairs(path, self.context)] for path in self.paths.get(articles, [])]
        return (alike if near else unrelated)(groups, count, self.rng)

    def augmented(self, *, files: str, count: int, news: str = "") -> Iterator[Example]:
        """Our own edits of the claims of dossiers and news pairs, in all three labels alike; see `augment.py`."""
        from augment import augmented  # which itself takes Example from here

        texts = claim_texts(read_dossiers(self.paths[files], self.held_out, "train"), self.paths.get(news, []))
        seed = self.rng.randrange(2**32)
        yield from (example for _, _, example in augmented(texts, count, seed))


def build(stage: dict[str, Any], sources: Sources, seed: int) -> list[Example]:
    """All examples of one recipe stage, shuffled. Each entry of `stage["mix"]` names a source, its options and `times`."""
    examples: list[Example] = []
    for entry in stage["mix"]:
        options = {k: v for k, v in entry.items() if k not in {"source", "times"}}
        examples += list(sources(entry["source"], **options)) * entry.get("times", 1)
    random.Random(seed).shuffle(examples)
    return examples
