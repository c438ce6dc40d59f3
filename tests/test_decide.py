"""How the decision of a checkpoint is chosen on development cases."""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "models"))

import decide  # noqa: E402

from nli.cases import Case, Place  # noqa: E402
from nli.records import Claim, Document, ScoredPair, Scores  # noqa: E402
from nli.scoring import ScoreTable  # noqa: E402


class OneSided:
    """Says conflict only when the first text comes later in the alphabet; remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def score(self, texts):
        self.asked += texts
        return ScoreTable(np.array([[0, 0.99, 0.01] if a < b else [0, 0.1, 0.9] for a, b in texts]).reshape(-1, 3), 0)


def test_the_other_direction_is_asked_only_of_what_it_can_still_change():
    ann, bo = "Ann Lee opened the bridge on Monday.", "Bo Ray closed the bridge on Monday."
    for text, asked, forward, backward in ((f"{bo} {ann}", 2, 0.9, 0.01), (f"{ann} {bo}", 1, 0.01, 0.01)):
        scorer = OneSided()
        ((_, (pair,)),) = decide.score_cases(scorer, [Case("0", [Document("0", text)], {})], False)
        assert len(scorer.asked) == asked
        assert (pair.forward.contradiction, pair.backward.contradiction) == (forward, backward)


def claim(case, number, speaker=None):
    return Claim(case, number * 10, number * 10 + 9, "", f"claim {number} of {case}", speaker, 1)


def scored(a, b, score):
    both = Scores(0.0, 1 - score, score)
    return ScoredPair(a, b, both, both)


def case_of(name, *conflicts):
    sides = {
        group: {
            side: [Place(name, number * 10, number * 10 + 9, None)] for side, number in zip("ab", pair, strict=True)
        }
        for group, pair in enumerate(conflicts)
    }
    return Case(name, [Document(name, "x" * 100)], sides)


def cases(*rows):
    """One case a row: its conflicts, and (first, second, score, speaker) of every pair."""
    return [
        (
            case_of(str(n), *conflicts),
            [scored(claim(str(n), a, who), claim(str(n), b, who), score) for a, b, score, who in pairs],
        )
        for n, (conflicts, pairs) in enumerate(rows)
    ]


def plain(rows):
    """The rows without evidence: the score alone decides."""
    return [decide.Judged(case, pairs, {}) for case, pairs in rows]


def test_evidence_is_weighed_on_other_cases_than_it_is_tried_on():
    """Where claims of one speaker are wrong more often, they weigh less, as the other cases say."""
    row = ([(0, 1)], [(0, 1, 0.7, None), (2, 3, 0.7, "Ann"), (4, 5, 0.7, "Bo"), (6, 7, 0.69, None), (8, 9, 0.2, None)])
    rows = cases(*[row] * 20)
    asked = decide.judged(rows)
    assert all(len(case.pairs) == 4 for case in asked)  # of the fifth, the other direction was not asked
    assert all(case.evidence["one_speaker"] < 0 for case in asked)
    other = [
        (case_of("0", (6, 7)), rows[0][1]),
        *rows[1:],
    ]  # the first case says something else now: only to the others
    again = decide.judged(other)
    assert again[0].evidence == asked[0].evidence and again[1].evidence != asked[1].evidence
    facts = decide.single_pairs(rows, asked)
    assert facts["average_precision"] > facts["average_precision_without_evidence"]


def test_the_balanced_threshold_parts_conflicts_from_the_rest():
    rows = cases(([(0, 1), (2, 3)], [(0, 1, 0.9, None), (2, 3, 0.72, None), (4, 5, 0.66, None), (6, 7, 0.41, None)]))
    points = decide.choose(plain(rows))
    assert points["balanced"].threshold == 0.7
    assert (points["balanced"].recall, points["balanced"].precision) == (1.0, 1.0)


def test_claims_of_one_speaker_need_more_where_that_is_what_goes_wrong():
    rows = cases(([(0, 1)], [(0, 1, 0.7, None), (2, 3, 0.92, "Ann")]))
    balanced = decide.choose(plain(rows))["balanced"]
    assert balanced.same_speaker == 0.95 and balanced.precision == 1.0


def test_the_operating_points_stand_in_order():
    pairs = [(n, n + 1, 0.95 - 0.08 * n, None) for n in range(0, 8, 2)]
    rows = cases(([(0, 1), (4, 5)], pairs), ([(0, 1)], [(2, 3, 0.8, None), (0, 1, 0.6, None)]), ([], pairs[2:]))
    points = decide.choose(plain(rows))
    assert points["sensitive"].threshold <= points["balanced"].threshold <= points["precise"].threshold
    assert points["precise"].precision >= points["balanced"].precision


def test_pairs_that_readers_do_not_agree_on_choose_no_rule():
    ((case, _),) = rows = cases(([(0, 1)], [(0, 1, 0.8, None), (2, 3, 0.9, None), (4, 5, 0.1, None)]))
    case.arguable.append((Place("0", 20, 29, None), Place("0", 30, 39, None)))
    facts = decide.single_pairs(rows, plain(rows))
    assert (facts["pairs"], facts["conflicts"], facts["average_precision"]) == (2, 1, 1.0)


def test_both_directions_must_say_so():
    ((case, _),) = cases(([(0, 1)], []))
    sure, unsure = Scores(0.0, 0.1, 0.9), Scores(0.0, 0.9, 0.1)
    claims = [claim("0", n) for n in range(4)]
    pairs = [ScoredPair(claims[0], claims[1], sure, sure), ScoredPair(claims[2], claims[3], sure, unsure)]
    assert decide.choose(plain([(case, pairs)]))["balanced"].precision == 1.0
