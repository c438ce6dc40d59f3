import numpy as np
import pytest
from conftest import ORDERS, make_checkpoint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nli
from nli import checkpoints
from nli.errors import CheckpointError, InputError
from nli.scoring import PROBES, Scorer


@pytest.fixture(scope="module")
def detector(tiny):
    return nli.Detector.load(str(tiny))


def test_probabilities_by_name(detector):
    scores = detector.score([(p, h) for p, h, _ in PROBES])
    assert [s.label for s in scores] == [label for _, _, label in PROBES]
    assert all(sum(s) == pytest.approx(1) for s in scores)
    assert scores[0].entailment > 0.9 and scores[4].contradiction > 0.9


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_the_order_of_the_heads_changes_nothing(tmp_path, detector, order):
    pairs = [(p, h) for p, h, _ in PROBES] + [("The dam broke.", "The dam held.")]
    permuted = nli.Detector.load(str(make_checkpoint(tmp_path / "m", order)))
    np.testing.assert_allclose(permuted.score(pairs), detector.score(pairs), atol=1e-5)


def test_heads_declared_in_the_wrong_order_are_refused_with_the_right_order(tmp_path):
    folder = make_checkpoint(tmp_path / "m", ORDERS["reversed"], declared=ORDERS["usual"])
    with pytest.raises(CheckpointError, match=r"wrong order.*--labels contradiction,neutral,entailment"):
        nli.Detector.load(str(folder))
    assert nli.Detector.load(str(folder), labels=ORDERS["reversed"]).score([PROBES[4][:2]])[0].label == "contradiction"


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[st.text(min_size=1).filter(str.strip)] * 2), max_size=12), st.randoms())
def test_results_follow_their_pairs_in_any_order(detector, pairs, random):
    straight = detector.score(pairs)
    order = list(range(len(pairs)))
    random.shuffle(order)
    shuffled = detector.score([pairs[i] for i in order])
    np.testing.assert_allclose([shuffled[order.index(i)] for i in range(len(pairs))], straight, atol=1e-5)


def test_truncation_is_counted(tiny):
    scorer = Scorer(checkpoints.load(str(tiny)))
    table = scorer.score([("short", "text"), ("word " * 500, "text"), ("word " * 500, "text"), ("x" * 100_000, "y")])
    assert table.truncated == 3 and len(table) == 4


def test_equal_pairs_are_computed_once(tiny):
    class Counting:
        rows, workers, precision, arithmetic = 0, 1, "float32", "float32"

        def encode(self, pairs):
            return engine.encode(pairs)

        def logits(self, batch):
            self.rows += len(batch)
            return engine.logits(batch)

    checkpoint = checkpoints.load(str(tiny))
    engine, counting = Scorer(checkpoint).engine, Counting()
    scorer = Scorer(checkpoint, counting)
    counting.rows = 0
    seen = []
    assert len(scorer.score([("a b", "c")] * 50 + [("a", "d")], progress=seen.append)) == 51
    assert counting.rows == 2 and sum(seen) == 51


def test_no_pairs_give_no_scores(detector):
    assert detector.score([]) == []


@pytest.mark.parametrize("pair", [("", "text"), ("text", "  "), ("text", None), ("a", "b", "c")])
def test_what_is_not_two_texts_is_refused(detector, pair):
    with pytest.raises(InputError, match="pair 1"):
        detector.score([("fine", "fine"), pair])


def test_the_name_of_a_file_is_not_taken_for_its_text(tmp_path, detector):
    article = tmp_path / "article.txt"
    article.write_text("Nobody was hurt, Anna Keller said.", encoding="utf-8")
    with pytest.raises(InputError, match=r"read_text\(\)"):
        detector.detect(str(article))


def test_documents_of_one_name_are_refused(detector):
    with pytest.raises(InputError, match="a: the name of several documents"):
        detector.detect([nli.Document("a", "It rained."), nli.Document("a", "It snowed.")])


def test_options_that_do_not_exist_or_go_together_are_refused(tiny):
    with pytest.raises(InputError, match="expected one of float32, bfloat16, auto"):
        nli.Detector.load(str(tiny), precision="float16")
    with pytest.raises(InputError, match="leave out model"):
        nli.Detector.load(str(tiny), cascade=[str(tiny), str(tiny)])
