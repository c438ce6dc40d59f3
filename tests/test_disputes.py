from hypothesis import given
from hypothesis import strategies as st

from nli.disputes import disputes, number
from nli.records import Claim, Contradiction


def claim(start, document="x.txt"):
    return Claim(document, start, start + 1, "t", "t", None, 1)


def found(*pairs):
    return [Contradiction(1 - n / 100, claim(a), claim(b), "other") for n, (a, b) in enumerate(pairs)]


def test_pairs_that_share_a_claim_are_one_dispute_with_two_sides():
    numbered = number(found((0, 10), (0, 12), (4, 12), (20, 21)))
    assert [c.dispute for c in numbered] == [1, 1, 1, 2]
    first, second = disputes(numbered)
    assert [c.start for c in first.a] == [0, 4] and [c.start for c in first.b] == [10, 12]
    assert [c.start for c in second.a] == [20] and len(second.contradictions) == 1


def test_a_pair_of_one_side_is_a_quarrel_of_its_own():
    numbered = number(found((0, 10), (1, 10), (0, 1)))
    assert [c.dispute for c in numbered] == [1, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda p: p[0] < p[1]), unique=True))
def test_every_contradiction_stands_between_the_two_sides_of_its_dispute(pairs):
    contradictions = number(found(*pairs))
    grouped = disputes(contradictions)
    assert sum(len(d.contradictions) for d in grouped) == len(pairs)
    assert [d.number for d in grouped] == list(range(1, len(grouped) + 1))
    for dispute in grouped:
        assert not set(dispute.a) & set(dispute.b)
        for c in dispute.contradictions:
            assert (c.a in dispute.a and c.b in dispute.b) or (c.a in dispute.b and c.b in dispute.a)
