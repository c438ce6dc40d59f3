"""What can go wrong, as a tree. Catch `NliError` for all of it; the command line prints its message and exits with 1.

NliError
├── InputError         a file, a row or a text that cannot be used; names path:line where there is one
├── CheckpointError    a model folder or hub name that cannot be used, and what to try
└── DependencyError    an optional package or language pipeline that is not installed
"""


class NliError(Exception):
    """Base of all errors this package raises on purpose."""


class InputError(NliError, ValueError):
    """A file, row or text that cannot be used."""


class CheckpointError(NliError):
    """A checkpoint that cannot be used."""


class DependencyError(NliError):
    """Something optional is missing."""


def first_line(error: BaseException) -> str:
    """The first line of an error's message, or its type when it has none: other libraries' messages, made to fit ours."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
