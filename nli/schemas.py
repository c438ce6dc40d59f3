"""The columns of a parquet output: from rows, from other columns, and whether parquet can hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nli.errors import first_line
from nli.records import LABELS
from nli.rows import Row


def infer(rows: Sequence[Row]) -> Any:
    """The pyarrow schema of some rows; every column that occurs in one of them. Raises pyarrow's errors for mixed columns."""
    import pyarrow as pa

    names = dict.fromkeys(name for row in rows for name in row)
    return pa.schema([pa.field(name, pa.array([row.get(name) for row in rows]).type) for name in names])


def output_schema(schemas: Sequence[Any]) -> Any:
    """One schema for all windows, types widened, with the probabilities and the label behind.

    A column without any value so far is one of nulls, which is written as text if it stays so. Raises pyarrow's errors.
    """
    import pyarrow as pa

    merged = pa.unify_schemas(list(schemas), promote_options="permissive")
    kept = [field for field in merged if field.name not in (*LABELS, "label")]
    return pa.schema([*kept, *(pa.field(name, pa.float64()) for name in LABELS), pa.field("label", pa.string())])


def unstorable(schema: Any) -> str | None:
    """The first column that parquet cannot hold, and why: {} in every row, for example."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for field in schema:
        try:
            pq.write_table(pa.schema([field]).empty_table(), pa.BufferOutputStream())
        except pa.ArrowException as error:
            return f"column {field.name!r} does not fit into parquet ({first_line(error)})"
    return None
