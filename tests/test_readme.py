"""What the README promises is run."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_snippet_runs(code, tmp_path, monkeypatch):
    shutil.copy(ROOT / "eval/sample/article.txt", tmp_path / "article.txt")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})


def test_there_are_snippets():
    assert len(BLOCKS) >= 3
