"""What a model says of two claims -> their score, with what else tells how likely they conflict.

The model reads two texts and knows nothing of where they stand. Claims that share words are more often about one matter, long ones hold
more to contradict, and a speaker or a document seldom contradicts itself. Each weighs on the logit of the model's score, by a
logistic regression on development articles (`models/decide.py`); a checkpoint without weights is taken at its word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache

from nli.records import Claim, same_voice

FEATURES = ("shared_words", "length", "one_speaker", "one_document")
BIAS = "bias"
_WORD = re.compile(r"\w{3,}")
STEM = 5  # letters by which reject and rejected are one word
SURE = 1e-6  # no probability is nearer to 0 or 1, so that every logit is finite


@lru_cache(maxsize=65536)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower()[:STEM] for word in _WORD.findall(text))


def features(a: Claim, b: Claim) -> tuple[float, ...]:
    """In the order of `FEATURES`: the cosine of the two claims' sets of words, context included, in [0, 1]; the sum of the logarithms of their
    lengths in characters; 1 when one speaker says both; 1 when they stand in one document."""
    first, second = _words(a.text), _words(b.text)
    shared = len(first & second) / math.sqrt(max(1, len(first) * len(second)))
    length = math.log(max(1, len(a.text))) + math.log(max(1, len(b.text)))
    return shared, length, float(same_voice(a, b)), float(a.document == b.document)


def parts(a: Claim, b: Claim, weights: Mapping[str, float]) -> dict[str, float]:
    """What each feature of two claims adds to the logit; the bias goes with the length, which is never 0."""
    added = {name: weights.get(name, 0.0) * value for name, value in zip(FEATURES, features(a, b), strict=True)}
    return added | {"length": added["length"] + weights.get(BIAS, 0.0)}


def weighed(score: float, a: Claim, b: Claim, weights: Mapping[str, float]) -> float:
    """The model's score of two claims, moved by their features; both in [0, 1]. Without weights, the score as it is."""
    if not weights:
        return score
    return 1 / (1 + math.exp(-logit(score) - sum(parts(a, b, weights).values())))


def logit(probability: float) -> float:
    """Of a probability in [0, 1], none nearer to either end than `SURE`."""
    kept = min(max(probability, SURE), 1 - SURE)
    return math.log(kept / (1 - kept))
