import itertools

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
