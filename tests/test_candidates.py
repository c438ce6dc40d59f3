import itertools

import numpy as np

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


def test_scopes_leave_out_pairs_within_one():
    claims = [
        Claim(d, i, i + 1, t, t, s, 1)
        for i, (d, s, t) in enumerate([("x", "Ann", "a b"), ("x", None, "c d"), ("y", "Ann", "e f")])
    ]
    assert candidates(claims, across="documents").pairs == [(0, 2), (1, 2)]
    assert candidates(claims, across="speakers").pairs == [(0, 1), (1, 2)]


def test_names_numbers_and_speakers_are_terms():
    found = blockers.terms(Claim("x", 0, 1, "", "Later Keller counted 17 centres.", "Anna Keller", 1))
    assert {"name keller", "count 17 centr", "speaker Anna Keller"} <= set(found)
