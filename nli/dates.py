"""When a text was written, and which days its words mean."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nli.text import paragraphs

HEAD = 600  # characters from the top in which a text says when it was written
SHORT = 120  # characters of a line that is a dateline and no prose
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_RELATIVE = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_MONTH = rf"(?P<month>{'|'.join(m[:3] for m in _MONTHS)})(?:[a-z]*)\.?"
_DAY_OF_MONTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_FULL = [
    re.compile(rf"\b{_MONTH} {_DAY_OF_MONTH},? (?P<year>(?:19|20)\d\d)\b", re.I),
    re.compile(rf"\b{_DAY_OF_MONTH} {_MONTH},? (?P<year>(?:19|20)\d\d)\b", re.I),
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)(?=\b|T)"),
]
# Beside its date and place, a dateline says no more than these; prose does.
_DATELINE = {
    "of",
    "at",
    "on",
    "by",
    "in",
    "am",
    "pm",
    "and",
    "published",
    "updated",
    "posted",
    "modified",
    "last",
    "first",
}
_PROSE = re.compile(r"(?<![ap]\.m)[.!?][\"”’)]*$", re.I)
_DASH = re.compile(r"\s[—–-]+\s")
_NAMED = "|".join(_MONTHS) + r"|(?:jan|feb|aug|sept|oct|nov|dec)\."
_PERIODS = {"last": -1, "this": 0}
_DAY = re.compile(
    rf"\b(?:(?P<weekday>{'|'.join(_WEEKDAYS)})|(?P<relative>{'|'.join(_RELATIVE)})"
    rf"|(?<!\bin )(?P<m1>{_NAMED}) (?P<d1>\d{{1,2}})(?!\d)|(?P<d2>\d{{1,2}}) (?P<m2>{_NAMED})"
    rf"|(?P<which>{'|'.join(_PERIODS)}) (?P<period>week|month|year)"
    rf"|(?P<m3>{_NAMED}) (?P<year>(?:19|20)\d\d)"
    rf"|(?-i:{'|'.join(m.title() for m in _MONTHS if m != 'may')})"  # not "the march"
    # "in 2000", "June 2000,", but not "2000 people"
    r"|(?:(?<=\bin )|(?<=\bof )|(?<=\bsince )|(?<=\buntil ))(?:19|20)\d\d|(?:19|20)\d\d(?! [a-z]))\b",
    re.I,
)


def written(text: str) -> date | None:
    """The day a text was written, from the first full date in a short line or before the dash of a dateline near its top."""
    for view in paragraphs(text):
        if view.starts[0] >= HEAD:
            break
        line = view.text
        dash = _DASH.search(line[:SHORT])
        place = line[: dash.start()] if dash else line
        if dash or (len(line) <= SHORT and not _PROSE.search(line.rstrip())):
            for pattern in _FULL:
                match = pattern.search(place)
                if match and _bare(place[: match.start()] + place[match.end() :]) and (found := _full(match)):
                    return found
    return None


def _bare(rest: str) -> bool:
    return set(re.findall(r"\b[a-z]{2,}\b", rest)) <= _DATELINE


def _full(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    month = int(parts["number"]) if "number" in parts else _number_of(parts["month"])
    return _date(int(parts["year"]), month, int(parts["day"]))


def _number_of(month: str) -> int:
    return next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(month.lower()[:3]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def days(text: str, written: date | None = None) -> set[str]:
    """The days, months and years that a text names: as dates (2014-06-16) where it is known when it was written, else its words.

    News looks back: a weekday is the last one up to the day of writing, a day without a year the nearest. A week has all its days.
    """
    return {day for match in _DAY.finditer(text) for day in _meant(match, written)}


def without_days(text: str) -> str:
    """The text, as long as it was, with the days, months and years that it names struck out."""
    return _DAY.sub(lambda match: "#" * len(match.group()), text)


def apart(first: set[str], second: set[str]) -> bool:
    """Whether two sets of `days` are plainly of different times: none is the other's, or within it, and they name some of one
    kind. "Monday" and "June 16" may be one day."""
    if any(_within(a, b) or _within(b, a) for a in first for b in second):
        return False
    return bool({kind for day in first for kind in _kinds(day)} & {kind for day in second for kind in _kinds(day)})


def _kinds(day: str) -> set[str]:
    """What a name of a day or period can be told from: 2014-06-16 from other dates, days of a month, months and years."""
    if re.match(r"\d{4}-\d\d", day):
        return {"month", "year", "day"} if day.count("-") == 2 else {"month", "year"}
    if day in _WEEKDAYS:
        return {"weekday"}
    if day.isdigit():
        return {"year"}
    if day in _MONTHS:
        return {"month"}
    return {"day", "month"} if re.search(r"\d", day) else {"relative"}


def _within(day: str, period: str) -> bool:
    """March 11 or 2014-03-11 within March; 2014-03-11 or 2014-03 within 2014."""
    if day == period:
        return True
    month = _MONTHS.index(period) + 1 if period in _MONTHS else 0
    return bool(re.search(rf"\b{re.escape(period)}\b", day) or re.match(rf"\d{{4}}-{month:02}\b", day))


def _meant(match: re.Match[str], written: date | None) -> set[str]:
    words = match.group().lower()
    if name := match["m1"] or match["m2"]:
        words = f"{_MONTHS[_number_of(name) - 1]} {match['d1'] or match['d2']}"
    if name := match["m3"]:
        words = f"{match['year']}-{_number_of(name):02}"
    if written is None or match["m3"]:
        return {words}
    day: date | None = None
    if weekday := match["weekday"]:
        day = written - timedelta(days=(written.weekday() - _WEEKDAYS.index(weekday.lower())) % 7)
    elif relative := match["relative"]:
        day = written + timedelta(days=_RELATIVE[relative.lower()])
    elif name := match["m1"] or match["m2"]:
        number = int(match["d1"] or match["d2"])
        near = [_date(year, _number_of(name), number) for year in range(written.year - 1, written.year + 2)]
        day = min((d for d in near if d), key=lambda d: abs(d - written), default=None)
    elif period := match["period"]:
        return _period(period.lower(), _PERIODS[match["which"].lower()], written)
    return {day.isoformat() if day else words}


def _period(period: str, back: int, written: date) -> set[str]:
    """Last or this week, month or year, as seen from the day of writing: the days of the week, 2014-05, or 2013."""
    if period == "week":
        monday = written + timedelta(days=7 * back - written.weekday())
        return {(monday + timedelta(days=n)).isoformat() for n in range(7)}
    months = written.year * 12 + written.month - 1 + (back if period == "month" else 12 * back)
    year, month = divmod(months, 12)
    return {str(year) if period == "year" else f"{year}-{month + 1:02}"}
