"""Model cards: tables and the hub's index, filled in from results."""

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent.parent / "eval"))

from card import by_type, fill, model_index


def test_an_empty_table_is_filled_and_the_rest_left_alone(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- a -->\n<!-- end -->\n## Next\n<!-- b -->\nold\n<!-- end -->\n")
    fill(page, "a", "new\n")
    assert page.read_text() == "<!-- a -->\nnew\n<!-- end -->\n## Next\n<!-- b -->\nold\n<!-- end -->\n"


def test_the_head_of_a_card_stays_yaml_with_the_results_in_it(tmp_path):
    result = {"data_hash": "ab" * 32, "accuracy": 0.5, "contradiction_average_precision": None}
    page = tmp_path / "README.md"
    page.write_text("---\nlicense: x\n# <!-- index -->\n# <!-- end -->\n---\nText\n")
    for _ in range(2):
        fill(page, "index", model_index("tiny", {"snli_test": result}))
    head = yaml.safe_load(page.read_text().split("---\n")[1])
    (entry,) = head["model-index"][0]["results"]
    assert head["license"] == "x" and head["model-index"][0]["name"] == "claim-nli-tiny"
    assert entry["metrics"] == [{"type": "accuracy", "name": "accuracy", "value": 0.5}]


def test_rare_types_of_conflicts_are_told_together():
    rows = by_type({"types": {"numeric": 6, "role": 1, "causal": 2}, "types_found": {"numeric": 3, "role": 1}})
    assert rows == ["| numeric | 6 | 0.50 |", "| others (causal, role) | 3 | 0.33 |"]
