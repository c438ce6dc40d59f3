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


def test_a_pair_that_says_little_one_way_is_asked_the_other_way_too():
    class OneSided:
        def score(self, texts):
            return ScoreTable(np.array([[0, 0.99, 0.01] if a < b else [0, 0.1, 0.9] for a, b in texts]), 0)

    text = "Ann Lee opened the bridge on Monday. Bo Ray closed the bridge on Monday.\n"
    ((_, (pair,)),) = decide.score_cases(OneSided(), [Case("0", [Document("0", text)], {})], False)
    assert (pair.forward.contradiction, pair.backward.contradiction) == (0.01, 0.9)


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


def test_the_balanced_threshold_parts_conflicts_from_the_rest():
    rows = cases(([(0, 1), (2, 3)], [(0, 1, 0.9, None), (2, 3, 0.72, None), (4, 5, 0.66, None), (6, 7, 0.41, None)]))
    points = decide.choose(rows)
    assert points["balanced"].threshold == 0.7
    assert (points["balanced"].recall, points["balanced"].precision) == (1.0, 1.0)


def test_claims_of_one_speaker_need_more_where_that_is_what_goes_wrong():
    rows = cases(([(0, 1)], [(0, 1, 0.7, None), (2, 3, 0.92, "Ann")]))
    balanced = decide.choose(rows)["balanced"]
    assert balanced.same_speaker == 0.95 and balanced.precision == 1.0


def test_the_operating_points_stand_in_order():
    pairs = [(n, n + 1, 0.95 - 0.08 * n, None) for n in range(0, 8, 2)]
    rows = cases(([(0, 1), (4, 5)], pairs), ([(0, 1)], [(2, 3, 0.8, None), (0, 1, 0.6, None)]), ([], pairs[2:]))
    points = decide.choose(rows)
    assert points["sensitive"].threshold <= points["balanced"].threshold <= points["precise"].threshold
    assert points["precise"].precision >= points["balanced"].precision


def test_pairs_that_readers_do_not_agree_on_choose_no_rule():
    ((case, _),) = rows = cases(([(0, 1)], [(0, 1, 0.8, None), (2, 3, 0.9, None), (4, 5, 0.1, None)]))
    case.arguable.append((Place("0", 20, 29, None), Place("0", 30, 39, None)))
    facts = decide.single_pairs(rows)
    assert (facts["pairs"], facts["conflicts"], facts["average_precision"]["mean"]) == (2, 1, 1.0)


def test_the_rule_is_the_one_that_serves_whole_documents():
    ((case, _),) = cases(([(0, 1)], []))
    sure, unsure = Scores(0.0, 0.1, 0.9), Scores(0.0, 0.9, 0.1)
    claims = [claim("0", n) for n in range(4)]
    pairs = [ScoredPair(claims[0], claims[1], sure, sure), ScoredPair(claims[2], claims[3], sure, unsure)]
    assert decide.choose([(case, pairs)])["balanced"].rule in {
        "mean",
        "min",
    }  # the larger of both would flag the second pair
