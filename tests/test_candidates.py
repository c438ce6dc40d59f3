import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nli import blockers
from nli.candidates import candidates
from nli.records import Claim


def claim(text, i=0):
    return Claim("x.txt", i, i + len(text), text, text, None, 1)


TOPICS = [
    "The harbour will be sold next year",
    "The nurses ended their strike",
    "Snow closed the northern railway",
    "The bank raised its interest rate",
]


def test_all_pairs_when_they_are_few():
    claims = [claim(text) for text in TOPICS]
    assert candidates(claims).pairs == list(itertools.combinations(range(4), 2))
    assert candidates(claims).pruned == 0


def test_the_same_words_are_never_paired():
    found = candidates([claim("The harbour was sold."), claim("“The harbour was sold”"), claim("The harbour stays.")])
    assert found.pairs == [(0, 2), (1, 2)] and found.pruned == 1


def test_none_and_one_claim_give_no_pairs():
    assert candidates([]) == ([], 0) and candidates([claim("Alone.")]) == ([], 0)


def test_neighbours_find_the_claims_about_the_same_thing_and_count_the_rest():
    claims = [claim(f"{topic} in town {n}.") for n in range(5) for topic in TOPICS]
    found = candidates(claims, max_pairs=50, neighbours=4)
    assert len(found.pairs) + found.pruned == 20 * 19 // 2 and found.pruned > 100
    assert all(i % 4 == j % 4 for i, j in found.pairs)
    assert found == candidates(claims, max_pairs=50, neighbours=4)


def test_cells_find_nearly_what_comparing_everything_finds_and_always_the_same():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(60, 32))
    vectors = (
        centres[rng.integers(0, 60, blockers.EXACT + 200)] + 0.3 * rng.normal(size=(blockers.EXACT + 200, 32))
    ).astype("float32")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = blockers.by_meaning(vectors, 5)
    rows = rng.choice(len(vectors), 100, replace=False)
    similar = vectors[rows] @ vectors.T
    similar[np.arange(100), rows] = -1
    exact = np.argsort(-similar, axis=1)[:, :5]
    assert np.mean([len(set(found[r]) & set(e)) / 5 for r, e in zip(rows, exact, strict=True)]) > 0.9
    assert not (found == np.arange(len(found))[:, None]).any()
    assert (blockers.by_meaning(vectors, 5) == found).all()


def test_asking_for_the_first_rows_only_finds_the_same():
    vectors = np.random.default_rng(1).normal(size=(40, 8)).astype("float32")
    assert (blockers.by_meaning(vectors, 5, asking=25) == blockers.by_meaning(vectors, 5)[:25]).all()


def test_embeddings_are_the_same_in_either_precision(monkeypatch):
    texts = [f"{topic} in town {n}." for n in range(3) for topic in TOPICS]
    fast = blockers.embed(texts)
    monkeypatch.setattr(blockers, "native_bf16", lambda: False)
    exact = blockers.embed(texts)
    assert fast.dtype == exact.dtype == np.float32 and ((fast * exact).sum(axis=1) > 0.999).all()


def test_embeddings_at_hand_are_used_and_copies_share_one():
    claims = [claim(f"{topic} in town {n}.") for n in range(5) for topic in (*TOPICS, TOPICS[0])]
    vectors = blockers.embed([c.text for c in claims])
    found = candidates(claims, max_pairs=50, neighbours=4, vectors=vectors)
    assert found == candidates(claims, max_pairs=50, neighbours=4)
    turned = candidates(claims, max_pairs=50, neighbours=4, vectors=np.roll(vectors, 1, axis=0))
    assert turned.pairs != found.pairs


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 6))
def test_votes_counted_in_blocks_are_the_votes_counted_at_once(seed, size, neighbours):
    rng = np.random.default_rng(seed)
    ranked = {name: np.full((size, 4), -1) for name in blockers.WEIGHTS}
    for found, row in itertools.product(ranked.values(), range(size)):
        others = rng.permutation([i for i in range(size) if i != row])[: rng.integers(0, 5)]
        found[row, : len(others)] = others
    votes = np.zeros((size, size))
    for name, found in ranked.items():
        for (row, rank), column in np.ndenumerate(found):
            if column >= 0:
                votes[row, column] += blockers.WEIGHTS[name] / (blockers.FUSION + rank)
    best = {
        (min(row, int(c)), max(row, int(c)))
        for row in range(size)
        for c in np.argsort(-votes[row], kind="stable")[:neighbours]
        if votes[row, c] > 0
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blockers, "ROWS", 3)
        in_blocks = blockers.fuse(ranked, neighbours)
    assert in_blocks.tolist() == blockers.fuse(ranked, neighbours).tolist() == [list(pair) for pair in sorted(best)]


def test_a_claim_is_never_its_own_neighbour_even_among_copies():
    claims = [claim("The harbour will be sold.", i) for i in range(6)] + [claim(t, 9) for t in TOPICS]
    pairs = blockers.nearest(claims, 3)
    assert (pairs[:, 0] < pairs[:, 1]).all() and len(np.unique(pairs, axis=0)) == len(pairs)


def test_scopes_leave_out_pairs_within_one():
    claims = [
        Claim(d, i, i + 1, t, t, s, 1)
        for i, (d, s, t) in enumerate([("x", "Ann", "a b"), ("x", None, "c d"), ("y", "Ann", "e f")])
    ]
    assert candidates(claims, across="documents").pairs == [(0, 2), (1, 2)]
    assert candidates(claims, across="speakers").pairs == [(0, 1), (1, 2)]
    unnamed = [replace(claim, speaker="witness") for claim in claims]
    apart = {(i, j) for i, j in itertools.combinations(range(3), 2) if claims[i].document != claims[j].document}
    assert set(candidates(unnamed, across="speakers").pairs) == apart


def test_candidates_are_sought_among_the_pairs_asked_for():
    """Each claim's nearest are all of its own document, and yet it has neighbours in the other one."""
    texts = [f"{topic} in town {n}." for topic in TOPICS for n in range(9)]
    claims = [replace(claim(text, i), document=name) for name in ("x", "y") for i, text in enumerate(texts)]
    other = [replace(c, text=c.text.replace("town", "city")) if c.document == "y" else c for c in claims]
    found = candidates(other, max_pairs=50, neighbours=4, across="documents")
    near = [sum(i in pair for pair in found.pairs) for i in range(len(other))]
    assert min(near) >= 4 and all(i < 36 <= j for i, j in found.pairs)
    assert np.mean([i // 9 == (j - 36) // 9 for i, j in found.pairs]) > 0.9


def test_names_numbers_and_speakers_are_terms():
    found = blockers.terms(Claim("x", 0, 1, "", "Later Keller counted 17 centres.", "Anna Keller", 1))
    assert {"name keller", "count 17 centr", "speaker Anna Keller"} <= set(found)
