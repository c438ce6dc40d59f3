"""What was measured is remembered, and losing it costs only time."""

import json
from pathlib import Path

import pytest

from nli import memory


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = tmp_path / "claim-nli" / "measured.json"
    file.parent.mkdir()
    return file


def test_what_is_remembered_is_recalled_next_to_the_rest(file):
    memory.remember("a", {"x": 1})
    memory.remember("b", {"y": True})
    assert (memory.recall("a"), memory.recall("b"), memory.recall("c")) == ({"x": 1}, {"y": True}, {})


@pytest.mark.parametrize("broken", ["[]", "7", "null", "{", '{"a": 7}', "[" * 100_000, "\udcff"])
def test_a_broken_file_is_replaced(file, broken):
    file.write_text(broken, encoding="utf-8", errors="surrogateescape")
    assert memory.recall("a") == {}
    memory.remember("a", {"x": 1})
    assert memory.recall("a") == {"x": 1} and json.loads(file.read_text())["a"] == {"x": 1}


def test_a_user_without_a_home_measures_again(monkeypatch):
    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    memory.remember("a", {"x": 1})
    assert memory.recall("a") == {}
