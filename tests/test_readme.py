"""What the README promises is run."""

import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "eval"))

from card import fill  # noqa: E402

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_snippet_runs(code, tmp_path, monkeypatch):
    shutil.copy(ROOT / "eval/sample/article.txt", tmp_path / "article.txt")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})


def test_an_empty_table_is_filled_and_the_rest_left_alone(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- a -->\n<!-- end -->\n## Next\n<!-- b -->\nold\n<!-- end -->\n")
    fill(page, "a", "new\n")
    assert page.read_text() == "<!-- a -->\nnew\n<!-- end -->\n## Next\n<!-- b -->\nold\n<!-- end -->\n"


def test_there_are_snippets():
    assert len(BLOCKS) >= 3
