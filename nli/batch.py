"""File in, file out: looks the input through, then scores it window by window, each safe on the disk before the next.

records -> windows -> tokenised ahead of the model -> scored -> appended -> noted in the journal

A window is the unit of everything: memory holds two, equal pairs are scored once within one, and a run killed at any moment
continues behind the last one in `OUT.journal`, with the same bytes in the end as if it had not been stopped.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from nli import __version__
from nli.ahead import ahead
from nli.disk import check_file
from nli.errors import InputError
from nli.journal import Journal, Mark
from nli.readers import Rejected, file_format, read_records
from nli.records import LABELS
from nli.rejected import RejectedRows, Skip
from nli.rows import Row
from nli.scoring import Prepared, Scorer, ScoreTable
from nli.survey import ADDED, Columns, Record, Survey, checked, look_through, stamp
from nli.writers import Sink, open_sink

WINDOW = 8192  # records read, sorted and scored together
Progress = Callable[[int, int], object]  # finished now, in all


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in the middle of a run; the message says what is left and how to go on."""


def score_file(
    source: str,
    target: str,
    scorer: Scorer,
    *,
    columns: Columns = Columns(),  # noqa: B008 (immutable)
    skip_invalid: Skip | None = None,
    restart: bool = False,
    window: int = WINDOW,
    checking: Callable[[int], object] | None = None,
    progress: Progress | None = None,
) -> Mark:
    """Scores the pairs of `source` into `target` (jsonl, csv, tsv or parquet by ending, .gz or .zst; `-`: standard streams).

    An invalid row raises InputError naming its line, before anything is scored, unless `skip_invalid` takes it; then it is also
    listed in `TARGET.rejected.jsonl`. An unfinished run of the same input, model and options is continued, another one refused
    (InputError) unless `restart`. `window`: records scored and saved together. `checking` and `progress` hear of rows looked
    through and of pairs scored. What cannot be read or written raises InputError; Ctrl-C raises Interrupted. Standard input is
    scored as it comes and cannot be continued.
    """
    if source != "-" and target != "-" and Path(source).resolve() == Path(target).resolve():
        raise InputError(f"{target}: is the input file too; name another output")
    file_format(target)
    if target != "-":
        check_file(target)
    run = _Run(source, target, scorer, columns, skip_invalid, window, progress)
    try:
        return run.stream(restart) if "-" in (source, target) else run.resumable(restart, checking)
    except BrokenPipeError:
        raise  # whoever reads standard output has seen enough: no error of the target
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror or error}){run.kept()}") from error
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted{run.kept() or '; nothing was finished, nothing is left'}") from None


class _Run:
    """One call of `score_file`."""

    def __init__(
        self,
        source: str,
        target: str,
        scorer: Scorer,
        columns: Columns,
        skip: Skip | None,
        window: int,
        progress: Progress | None,
    ) -> None:
        self.source, self.target, self.scorer, self.columns = source, target, scorer, columns
        self.skip, self.window, self.progress = skip, window, progress
        self.rejected = RejectedRows(target, skip)
        self.mark = Mark()
        self.resumes = False
        self.total = 0

    def kept(self) -> str:
        """What is left of an unfinished run, for messages."""
        return (
            f"; {self.mark.read} rows are done, the same command continues" if self.resumes and self.mark.read else ""
        )

    def stream(self, restart: bool) -> Mark:
        """From standard input or to standard output: nothing to look through first, nothing to go back to."""
        if self.target == "-":
            return self._through()
        journal = Journal(self.target)
        if journal.run and not restart:
            journal.close()
            raise InputError(
                f"{journal.path}: an unfinished run with this output, which standard input cannot continue. Continue it with its own "
                "input, begin anew with --restart, or name another output"
            )
        journal.forget()
        try:
            return self._through()
        finally:
            journal.discard()

    def _through(self) -> Mark:
        sink = open_sink(self.target)
        try:
            sink.resume(0)
            self.rejected.resume(0)
            self._score(sink, lambda mark: None)
            if not self.mark.scored:
                self.rejected.finish(self.mark.rejected)
                raise InputError(f"{self.source}: no pairs to score{self.rejected.left_out(self.mark.skipped)}")
            sink.finish(self.mark.output)
            self.rejected.finish(self.mark.rejected)
        except BaseException:
            sink.discard()
            self.rejected.discard()
            raise
        return self.mark

    def resumable(self, restart: bool, checking: Callable[[int], object] | None) -> Mark:
        journal = Journal(self.target)
        sink = open_sink(self.target)
        try:
            if restart:
                sink.discard()
                self.rejected.discard()
                journal.forget()
            survey = look_through(
                self.source, self.columns, skip=self.skip is not None, checking=checking, target=self.target
            )
            if survey.records == survey.invalid:
                if survey.invalid and not journal.run:  # an unfinished run keeps its own list
                    self._list_all()
                raise InputError(f"{self.source}: no pairs to score{self.rejected.left_out(survey.invalid)}")
            journal.begin(self._identity(survey))
            self.resumes, self.mark, self.total = True, journal.mark, survey.records
            exact = file_format(self.source) == "parquet"
            sink = open_sink(self.target, [*survey.names, *ADDED], survey.schema, exact=exact)
            if not self.mark.complete:
                sink.resume(self.mark.output)
                self.rejected.resume(self.mark.rejected)
                if self.progress and self.mark.read:
                    self.progress(self.mark.read, self.total)
                self._score(sink, journal.finished)
                if stamp(self.source) != survey.stamp:
                    raise InputError(f"{self.source}: was changed while it was scored; --restart begins anew")
                journal.finished(replace(self.mark, complete=True))
            sink.finish(self.mark.output)
            self.rejected.finish(self.mark.rejected)
            journal.discard()
        except BaseException:
            journal.close()
            if not journal.mark.read:
                sink.discard()
                self.rejected.discard()
                journal.discard()
            raise
        return self.mark

    def _score(self, sink: Sink, done: Callable[[Mark], None]) -> None:
        """Windows behind `self.mark` into the outputs; `done` hears of each when it is on the disk."""
        windows = self._windows(itertools.islice(self._records(), self.mark.read, None))
        # Only the main thread can be interrupted while it waits for input; a daemon that waits aborts Python at its exit.
        for window in windows if self.source == "-" else ahead(windows):
            table = self.scorer.run(window.prepared, self._pairs) if window.prepared else None
            output = sink.write(with_scores(window.rows, table))
            self.mark = Mark(
                read=self.mark.read + len(window.rows) + len(window.rejected),
                scored=self.mark.scored + len(window.rows),
                skipped=self.mark.skipped + len(window.rejected),
                truncated=self.mark.truncated + (table.truncated if table else 0),
                output=output,
                rejected=self.rejected.write(window.rejected),
            )
            done(self.mark)

    def _records(self) -> Iterator[Record]:
        return checked(read_records(self.source), self.columns, self.source, skip=self.skip is not None)

    def _list_all(self) -> None:
        """Of an input without any pair to score, every row goes to the rejected ones."""
        self.rejected.heard = None  # the error that follows tells of them
        self.rejected.resume(0)
        position = 0
        for window in self._windows(self._records()):
            position = self.rejected.write(window.rejected)
        self.rejected.finish(position)

    def _windows(self, records: Iterator[Record]) -> Iterator[Window]:
        for items in iter(lambda: list(itertools.islice(records, self.window)), []):
            rows = [record[1] for record in items if not isinstance(record, Rejected)]
            pairs = [(row[self.columns.premise], row[self.columns.hypothesis]) for row in rows]
            rejected = [record for record in items if isinstance(record, Rejected)]
            yield Window(rows, rejected, self.scorer.prepare(pairs) if pairs else None)

    def _pairs(self, finished: int) -> None:
        if self.progress:
            self.progress(finished, self.total)

    def _identity(self, survey: Survey) -> dict[str, Any]:
        """What must be the same for a run to be continued."""
        return {
            "input sha256": survey.sha256,
            "premise": self.columns.premise,
            "hypothesis": self.columns.hypothesis,
            "skip invalid": self.skip is not None,
            **self.scorer.identity,
            "window": self.window,
            "version": __version__,
        }


class Window(NamedTuple):
    """Records in order: those that can be scored, tokenised, and those that cannot."""

    rows: list[Row]
    rejected: list[Rejected]
    prepared: Prepared | None


def with_scores(rows: Sequence[Row], table: ScoreTable | None) -> Sequence[Row]:
    """The rows, each with its probabilities (six digits) and its label."""
    for row, scores in zip(rows, table or (), strict=True):
        row.update((name, round(p, 6)) for name, p in zip(LABELS, scores, strict=True))
        row["label"] = scores.label
    return rows
