"""What was measured on this machine, remembered between runs in the user's cache folder; losing it costs only time."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any


def _file() -> Path:
    """Raises RuntimeError for a user without a home."""
    root = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(root) / "claim-nli" / "measured.json"


def recall(what: str) -> dict[str, Any]:
    """What is known under a name; nothing when it was never measured or cannot be read."""
    try:
        return dict(json.loads(_file().read_text(encoding="utf-8"))[what])
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return {}


def remember(what: str, known: dict[str, Any]) -> None:
    """Replaces what is known under a name; without a folder to write to, it is measured again next time."""
    with contextlib.suppress(OSError, RuntimeError):
        path, everything = _file(), {}
        with contextlib.suppress(ValueError, OSError, TypeError, RuntimeError):
            everything = {**json.loads(path.read_text(encoding="utf-8"))}
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps({**everything, what: known}), encoding="utf-8")
        new.replace(path)
