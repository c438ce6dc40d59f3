"""The growth of the blockers' time: measured on few claims, fitted and drawn."""

import sys

import pytest
from conftest import ROOT

from nli.plots import svg
from nli.records import Claim

sys.path.insert(0, str(ROOT / "eval"))
import pairing

STEPS = [{"claims": n, "pairs": n, "embedding": n / 100, "search": n**1.5 / 1e4} for n in (100, 1000, 10000)]


def test_exponents_are_those_of_the_powers():
    assert pairing.exponent(STEPS, "embedding") == pytest.approx(1) and pairing.exponent(
        STEPS, "search"
    ) == pytest.approx(1.5)
    assert pairing.seconds(STEPS, "total").tolist() == [s["embedding"] + s["search"] for s in STEPS]


def test_growth_is_measured_and_drawn_the_same_each_time():
    pool = [
        Claim(f"d{n}", 0, 1, "", f"Ann Keller counted {n} broken {w} in Halle.", None, 1)
        for n in range(30)
        for w in ("lifts", "trams")
    ]
    grown = pairing.growth(pool, (70, 140))
    assert [step["claims"] for step in grown["steps"]] == [70, 140]
    assert all(0 < step["pairs"] < step["claims"] * 40 for step in grown["steps"])
    drawn = svg(pairing.draw(grown | {"steps": STEPS}))
    assert drawn == svg(pairing.draw(grown | {"steps": STEPS})) and "seconds" in drawn


def test_copies_of_the_pool_are_no_copies():
    claims = [Claim("d", 0, 1, "", "In 2014 Keller spoke to Mr Brandt.", None, 1)]
    assert len({c.text for c in pairing.grown(claims, 500)}) == 500


def test_the_table_tells_what_has_been_measured_and_no_more():
    kept = {
        "10": {"contradictions": 0.9, "pairs": 5},
        "20": {"contradictions": 0.95, "pairs": 9},
        "40": {"contradictions": 1.0, "pairs": 9},
    }
    pools = {"dossiers": {"claims": 30, "contradictions": {"contradictions": 20}, "kept": kept}}
    growth = {"steps": STEPS, "exponents": {"total": 1.5}, "cores": 2, "neighbours": 40}
    assert "| dossiers: contradictions | 30 | 20 | 0.900 | 0.950 | 1.000 |" in pairing.table(pools)
    assert "seconds" not in pairing.table(pools) and "claims^1.50" in pairing.table({"growth": growth})
