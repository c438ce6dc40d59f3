"""Documents on one event and on two."""

import dataclasses
import itertools
import json
import sys

import numpy as np
import pytest
from conftest import ROOT, make_checkpoint

import nli
from nli.cases import read_cases
from nli.claims import extract_all
from nli.decision import Decision, decide
from nli.events import Events
from nli.records import Contradiction, Document, Findings, ScoredPair, Scores

sys.path.insert(0, str(ROOT / "models"))
import events as fitting

FLOOD = (
    "The dam at Barlow Creek burst on Monday. Mayor Ines Cordero said 14 people were missing in Tarrant. "
    "The river Esk had risen by four metres since Sunday, Cordero said."
)
SAME_FLOOD = (
    "Fourteen people are missing in Tarrant after the Barlow Creek dam burst. Engineers said the Esk had risen by two metres. "
    "Nobody is missing, a spokesman for Ines Cordero said."
)
OTHER_FLOOD = (
    "Forty families spent the night in a school near Lake Moreau, where a levee broke on Monday. Governor Paul Dell flew over "
    "Quill County and promised money for new roofs. Insurers expect 300 claims, and nobody is missing."
)


@pytest.fixture(scope="module")
def told():
    documents = [Document(name, text) for name, text in (("a", FLOOD), ("b", SAME_FLOOD), ("c", OTHER_FLOOD))]
    claims, _ = extract_all(documents, context=True)
    return Events(documents, claims), {d.name: [c for c in claims if c.document == d.name] for d in documents}


def test_two_reports_of_one_flood_are_one_event_and_another_flood_is_another(told):
    events, claims = told
    first = {name: own[0] for name, own in claims.items()}
    assert not events.differ(first["a"], first["b"]) and not events.differ(claims["a"][0], claims["a"][1])
    assert events.differ(first["a"], first["c"]) and events.differ(first["c"], first["b"])
    assert events.one("a", "b") and not events.one("a", "c") and events.alike("a", "c") == events.alike("c", "a")


def test_a_word_that_is_also_written_small_and_the_days_are_no_names(told):
    events, _ = told
    names, nearness = events.alike("a", "c")
    assert names == 0.0 and -1 <= nearness <= 1  # "Monday", "Sunday", "The" and "Mayor" tell nothing
    assert events.alike("a", "b")[0] > 0.4


def test_conflicts_across_two_events_need_more_and_are_counted(told):
    events, claims = told
    pairs = [
        ScoredPair(claims[a][i], claims[b][j], Scores(0, 1 - p, p), Scores(0, 1 - p, p))
        for a, i, b, j, p in (
            ("a", 1, "b", 0, 0.8),
            ("a", 1, "c", 1, 0.8),
            ("b", 0, "c", 1, 0.97),
            ("a", 0, "a", 1, 0.8),
        )
    ]
    decided = decide(pairs, Decision(other_event=0.95), 0.5, reasons=(), events=events)
    assert {(c.a.document, c.b.document) for c in decided.found} == {("a", "b"), ("b", "c"), ("a", "a")}
    assert (decided.other_event, decided.one_speaker, decided.outdone) == (1, 0, 0)
    assert len(decide(pairs, Decision(other_event=0.95), 0.5, reasons=()).found) == 4


def test_detect_holds_back_what_only_seems_to_conflict_and_shows_it_with_every(tmp_path):
    folder = make_checkpoint(tmp_path / "model")
    (folder / "decision.json").write_text(json.dumps({"threshold": 0.05, "rule": "min", "other_event": 1.0}))
    detector = nli.Detector.load(str(folder))
    documents = [Document("a", FLOOD), Document("c", OTHER_FLOOD)]
    findings, everything = (detector.detect(documents, every=every) for every in (False, True))
    assert all(c.a.document == c.b.document for c in findings)
    across = [c for c in everything if c.a.document != c.b.document]
    assert findings.counts["other_event"] == len(across) > 0 == everything.counts["other_event"]
    together = [Document("a", FLOOD), Document("b", SAME_FLOOD)]
    assert detector.detect(together).counts["other_event"] == 0


def test_most_development_documents_are_told_apart_by_their_events():
    cases = list(itertools.islice((c for c in read_cases(ROOT / "eval/cases/dev_features") if len(c.documents) > 1), 6))
    documents = [dataclasses.replace(d, name=f"{case.id}/{d.name}") for case in cases for d in case.documents]
    claims = [claim for document in documents for claim in extract_all([document], context=True)[0]]
    events = Events(documents, claims)
    said = {True: [], False: []}
    for a, b in itertools.combinations((d.name for d in documents), 2):
        said[a.split("/")[0] == b.split("/")[0]].append(events.one(a, b))
    assert sum(said[True]) >= 0.8 * len(said[True]) and sum(said[False]) <= 0.1 * len(said[False])


def test_fitting_keeps_nearly_all_pairs_on_one_event():
    rng = np.random.default_rng(0)
    alike = np.concatenate([rng.normal((0.5, 0.6), 0.1, (100, 2)), rng.normal((0.1, 0.3), 0.1, (900, 2))])
    known = fitting.Pairs(alike, np.arange(1000) < 100)
    names, nearness, bias = fitting.fit(known)
    taken = alike @ (names, nearness) + bias >= 0
    assert taken[:100].mean() >= 0.97 and taken[100:].mean() <= 0.05


def test_choosing_counts_what_a_score_would_hold_back(told):
    events, claims = told
    documents = [Document(name, text) for name, text in (("a", FLOOD), ("b", SAME_FLOOD), ("c", OTHER_FLOOD))]
    found = [Contradiction(0.8, claims["a"][1], claims[other][1], "other") for other in ("b", "c")]
    findings = Findings(found, [claim for own in claims.values() for claim in own], {}, documents)
    assert [c.b.document for c in fitting.held(findings, events, 0.9)] == ["b"] and len(
        fitting.held(findings, events, 0.7)
    ) == 2
