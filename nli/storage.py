"""What a run on a cluster reads from and writes to: filesystems, and the output folder with what is finished.

part-000000.parquet ...     scored rows, in input order; the footer holds their counts
_rejected/part-*.jsonl      rows left out, with the reason
_manifest.json              what the run is, and its shards
_SUCCESS                    the counts, when all is done
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from nli.disk import put
from nli.errors import InputError, first_line

READERS = 16  # footers read at a time


@dataclass(frozen=True)
class Counts:
    """Rows scored, rows left out as invalid, and pairs cut to the model's length."""

    scored: int = 0
    skipped: int = 0
    truncated: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def filesystem(uri: str) -> tuple[Any, str]:
    """Arrow's filesystem for a local path or a URI, or fsspec's for one that Arrow does not know; and the path on it."""
    if "://" not in uri:
        return pafs.LocalFileSystem(), str(Path(uri).resolve())
    try:
        try:
            fs, path = pafs.FileSystem.from_uri(uri)
        except pa.ArrowInvalid:
            import fsspec

            other, path = fsspec.core.url_to_fs(uri)
            fs = pafs.PyFileSystem(pafs.FSSpecHandler(other))
    except (OSError, ImportError, ValueError) as error:
        raise InputError(f"{uri}: {first_line(error)}") from error
    return fs, path.rstrip("/")


@dataclass(frozen=True)
class Parts:
    """The output folder."""

    fs: Any
    path: str

    def begun(self, run: dict[str, Any]) -> dict[str, Any] | None:
        """The plan of the run that the folder holds, or None and a folder to begin in. Raises InputError when it holds another."""
        try:
            text = self._read("_manifest.json")
            if text is None:
                found = self.fs.get_file_info(pafs.FileSelector(self.path, allow_not_found=True))
                if strange := next((entry.base_name for entry in found if entry.base_name != "_tmp"), None):
                    raise InputError(f"{self.path}: holds {strange}, but no run to go on with; name a new folder")
                self.fs.create_dir(f"{self.path}/_tmp", recursive=True)
                return None
        except OSError as error:
            raise InputError(f"{self.path}: cannot be used as the output folder ({first_line(error)})") from error
        manifest: dict[str, Any] = json.loads(text)
        before = manifest["run"]
        if changed := [name for name in {**before, **run} if run.get(name) != before.get(name)]:
            what = ", ".join(_difference(name, before.get(name), run.get(name)) for name in changed)
            raise InputError(f"{self.path}: holds another run, with different {what}; name another output folder")
        plan: dict[str, Any] = manifest["plan"]
        return plan

    def begin(self, run: dict[str, Any], plan: dict[str, Any]) -> None:
        self._write("_manifest.json", json.dumps({"run": run, "plan": plan}))

    def done(self) -> dict[int, Counts]:
        """The counts of the finished shards, by number."""
        found = self.fs.get_file_info(pafs.FileSelector(self.path, allow_not_found=True))
        numbers = [int(m[1]) for entry in found if (m := re.fullmatch(r"part-(\d+)\.parquet", entry.base_name))]

        def counts(number: int) -> Counts:
            path = f"{self.path}/{_name(number)}.parquet"
            try:
                footer = pq.read_metadata(path, filesystem=self.fs)
            except pa.ArrowInvalid as error:
                raise InputError(f"{path}: damaged ({first_line(error)}); remove it, and it is made anew") from error
            return Counts(**json.loads(footer.metadata[b"nli"]))

        with ThreadPoolExecutor(READERS) as pool:
            return dict(zip(numbers, pool.map(counts, numbers), strict=True))

    def save(self, number: int, table: pa.Table, counts: Counts, rejected: list[dict[str, Any]]) -> None:
        """A finished shard. Its rejected rows are written first: where it is, they are."""
        if rejected:
            lines = "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rejected)
            self._write(f"_rejected/{_name(number)}.jsonl", lines)
        with self._appearing(f"{_name(number)}.parquet") as draft:
            pq.write_table(
                table.replace_schema_metadata({"nli": json.dumps(asdict(counts))}), draft, filesystem=self.fs
            )

    def finish(self, counts: Counts) -> None:
        self._write("_SUCCESS", json.dumps(asdict(counts)))
        with suppress(OSError):
            self.fs.delete_dir(f"{self.path}/_tmp")  # with what killed workers left there

    def _read(self, name: str) -> str | None:
        with suppress(FileNotFoundError), self.fs.open_input_stream(f"{self.path}/{name}") as file:
            return str(file.read(), "utf-8")
        return None

    def _write(self, name: str, text: str) -> None:
        with self._appearing(name) as draft, self.fs.open_output_stream(draft) as file:
            file.write(text.encode("utf-8", "backslashreplace"))  # names of files may hold half of a surrogate pair

    @contextmanager
    def _appearing(self, name: str) -> Iterator[str]:
        """A path to write to. What is written there appears as `name` at the end, or not at all."""
        draft, target = f"{self.path}/_tmp/{uuid.uuid4().hex}", f"{self.path}/{name}"
        self.fs.create_dir(f"{self.path}/_tmp", recursive=True)
        try:
            yield draft
            self.fs.create_dir(target.rpartition("/")[0], recursive=True)
            if isinstance(self.fs, pafs.LocalFileSystem):
                put(Path(draft), Path(target))
            else:
                self.fs.move(draft, target)
        except BaseException:
            with suppress(OSError):
                self.fs.delete_file(draft)
            raise


def _name(number: int) -> str:
    return f"part-{number:06d}"


def _difference(name: str, before: Any, now: Any) -> str:
    """What to call a part of the run that is not as it was."""
    if isinstance(before, dict) and isinstance(now, dict):
        changed = next(key for key in sorted({*before, *now}) if before.get(key) != now.get(key))
        return f"{name} ({changed} was {'changed' if {changed} <= {*before} & {*now} else 'added or removed'})"
    return f"{name} ({before} there, {now} now)"
