"""Arrow's times of day in nanoseconds -> values that keep all nine digits. Python's own `time`, which Arrow would give, cuts three.

Arrow makes rows of tables, but has no say for a plain type in what a value becomes; an extension type has, at any depth.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa


class NanosecondTime:
    """A time of day, shown as 08:30:00.123456789. As an integer, as which Arrow takes it back, nanoseconds since midnight.

    No dataclass: `asdict` of what holds one would take it apart.
    """

    __slots__ = ("since_midnight",)

    def __init__(self, since_midnight: int) -> None:
        self.since_midnight = since_midnight

    def __index__(self) -> int:
        return self.since_midnight

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NanosecondTime) and other.since_midnight == self.since_midnight

    def __hash__(self) -> int:
        return hash(self.since_midnight)

    def __repr__(self) -> str:
        seconds, rest = divmod(self.since_midnight, 10**9)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return f"{hour:02}:{minute:02}:{second:02}.{rest:09}"


class _Scalar(pa.ExtensionScalar):  # type: ignore[misc]
    def as_py(self, **_: Any) -> NanosecondTime | None:
        return NanosecondTime(self.value.value) if self.is_valid else None


class _Type(pa.ExtensionType):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(pa.time64("ns"), "nli.nanosecond_time")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: Any, serialized: bytes) -> _Type:
        return cls()

    def __arrow_ext_scalar_class__(self) -> type[_Scalar]:
        return _Scalar


def exact(data: Any) -> Any:
    """A table or record batch whose `to_pylist` has a NanosecondTime for every time in nanoseconds; as it is when there is none.

    Raises pyarrow.ArrowInvalid for times inside of what pyarrow cannot convert: list views.
    """
    kinds = [_exact(field.type, field.name) for field in data.schema]
    if kinds == data.schema.types:
        return data
    columns = [column.cast(kind) for column, kind in zip(data.columns, kinds, strict=True)]
    return type(data).from_arrays(columns, names=data.schema.names)


def _exact(kind: Any, column: str) -> Any:
    """The type, with ours for times in nanoseconds; a list of any kind that has them becomes a plain one."""
    if kind == pa.time64("ns"):
        return _Type()
    if pa.types.is_struct(kind):
        return pa.struct([_field(field, column) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(_field(kind.key_field, column), _field(kind.item_field, column))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        inner = _field(kind.value_field, column)
        return kind if inner == kind.value_field else pa.list_(inner)
    if "time64[ns]" in str(kind):
        raise pa.ArrowInvalid(
            f"column {column!r} has times in nanoseconds in a {kind}, which would be cut; make it a list"
        )
    return kind


def _field(field: Any, column: str) -> Any:
    return field.with_type(_exact(field.type, column))
