"""The grammar of time: what a stretch of text says about days, resolved against the as-of day.

Owns ranges, to-date spans, years that are left out, and periods relative to others ("the month before"). Knows nothing of
metrics or of the shop's data beyond its first day and its as-of day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.analyst.calendar_words import Atom, Shift, half
from assistant.analyst.period_patterns import PATTERNS
from assistant.analyst.question import Period, add_months
from assistant.analyst.reckoning import Reckoning


@dataclass(frozen=True, slots=True)
class Found:
    """One period in the text, characters `start`..`end`. `period` is None for the whole data, said so in words.

    `shift` marks what only makes sense beside another period: `("year", -1)` the same a year earlier, `("step", -1)` the one before it.
    `bare` marks a month, quarter or season without a year, whose year was guessed. `join` is the word that linked two ends
    (`to`, `and`); then `ends` holds them as periods of their own, for comparisons. `bounded` marks an open end that the year said before
    it bounds ("2011 up to June").
    """

    start: int
    end: int
    period: Period | None
    shift: tuple[Shift, int] | None = None
    bare: bool = False
    ends: tuple[Period, Period] | None = None
    last_year: bool = False
    bounded: bool = False


_SHARE = re.compile(r"\b(?:share|proportion|percent|percentage|pct|fraction|part of)\b|%")
_TO_DATE = re.compile(r"(?:year|quarter|month|week) to \d")
_AS_AT = re.compile(r"\bas (?:at|of|per|on)(?: the)? $|\b(?:up to|until|till|ending|at)(?: the)? $")
_AGAINST = re.compile(r"\b(?:vs|versus|against|compared|than|over|v|relative|minus)\b")


_OPENED = re.compile(
    r"\b(?:(since|from|after|before|until|till|through|up to|prior to|by)(?: and including)?(?: the)?"
    r"(?: (start|end|beginning) of)?(?: the)?) $"
)


class PeriodGrammar(Reckoning):
    """Finds the periods of one text."""

    def find(self, text: str) -> list[Found]:
        """All periods of `text` (lower case, one space between words), ranges joined, in order."""
        atoms = self._atoms(text)
        found: list[Found] = []
        n = 0
        while n < len(atoms):
            joined = self._range(text, atoms, n)
            if joined is not None:
                found.append(joined)
                n += 2
                continue
            found.append(self._single(text, atoms, n))
            n += 1
        return self._dated_to(text, found)

    def _dated_to(self, text: str, found: list[Found]) -> list[Found]:
        """ "Year to date sales as at 30 June", "as of 30 June, year to date": the day that a span to date ends on, said apart from it."""
        spans = [f for f in found if f.period is not None and _TO_DATE.match(f.period.label)]
        days = [f for f in found if f.period is not None and f.period.grain == "day" and _AS_AT.search(text[: f.start])]
        if len(spans) != 1 or len(days) != 1:
            return found
        span, day = spans[0].period, days[0].period
        assert span is not None
        assert day is not None
        unit, last = span.label.split(" ")[0], day.last
        if days[0].bare and last.year != span.last.year:
            last = add_months(last, 12 * (span.last.year - last.year))
        ended = Period(self.unit(unit, last).first, last, "span", f"{unit} to {last.day} {last:%b} {last.year}")
        return [replace(f, period=ended, bare=False) if f in (spans[0], days[0]) else f for f in found]

    # ------------------------------------------------------------------ atoms

    def _atoms(self, text: str) -> list[Atom]:
        taken = [False] * (len(text) + 1)
        atoms: list[Atom] = []
        for pattern, make in PATTERNS:
            for match in pattern.finditer(text):
                if any(taken[match.start() : match.end()]):
                    continue
                atom = make(self, match)
                if atom is None:
                    continue
                atoms.append(atom)
                for position in range(match.start(), match.end()):
                    taken[position] = True
        return sorted(atoms, key=lambda a: a.start)

    def _resolve(self, atom: Atom) -> Period:
        """The period of an atom; one without a year takes the anchor's year, else the latest that has begun."""
        if atom.period is not None:
            return atom.period
        if atom.year is not None:
            return atom.build(atom.year)
        if self.anchor is not None:
            return self._after_anchor(atom)
        year = self.as_of.year
        period = atom.build(year)
        return period if period.first <= self.as_of else atom.build(year - 1)

    def _after_anchor(self, atom: Atom) -> Period:
        assert self.anchor is not None
        period = atom.build(self.anchor.first.year)
        if self.anchor.first > self.as_of and period.first < self.anchor.first:
            return atom.build(self.anchor.first.year + 1)
        return (
            period
            if period.first <= max(self.as_of, self.anchor.last) or self.anchor.first > self.as_of
            else atom.build(self.anchor.first.year - 1)
        )

    # ------------------------------------------------------------------ joining

    def _range(self, text: str, atoms: list[Atom], n: int) -> Found | None:
        if n + 1 >= len(atoms):
            return None
        one, two = atoms[n], atoms[n + 1]
        between = text[one.end : two.start].strip()
        lead = text[: one.start].rstrip()
        if one.shift or two.shift or one.whole or two.whole:
            return None
        through = re.fullmatch(r"(?:up )?(?:to|until|till|through|thru|-|–|->|→)(?: the)?(?: end of)?", between)
        spanned = re.fullmatch(r"and(?: the)?(?: end of(?: the)?)?", between) and re.search(
            r"\bbetween(?: the)?(?: (?:start|beginning) of(?: the)?)?$", lead
        )
        if not through and not spanned:
            return None
        bare = one.year is None and two.year is None
        one, two = self._one_year(one, two) if bare else _share_year(one, two)
        first, second = self._resolve(one), self._resolve(two)
        if first.first > second.last and not through:
            first, second = second, first
        start = one.start
        opener = re.search(r"\b(?:from|between|since)(?: the)?(?: (?:start|beginning) of)?$", lead)
        if opener:
            start = opener.start()
        whole = Period(first.first, second.last) if first.first <= second.last else None
        return Found(start, two.end, _regrained(whole) if whole else first, bare=bare, ends=(first, second))

    def _one_year(self, one: Atom, two: Atom) -> tuple[Atom, Atom]:
        """Two ends without a year: the latest such span that has ended, or is under way ("1 Nov - 24 Dec")."""
        end = self._resolve(two)
        begun = self._resolve(one)
        if begun.first > end.last:
            year = end.first.year + 1 if begun.first <= self.as_of and begun.first.year == self.as_of.year else end.first.year
            two = replace(two, year=year)
        return _share_year(one, two)

    def _single(self, text: str, atoms: list[Atom], n: int) -> Found:
        atom = atoms[n]
        if atom.whole:
            return Found(atom.start, atom.end, None)
        if atom.shift:
            return Found(atom.start, atom.end, None, shift=atom.shift)
        bare = atom.year is None
        if bare and (listed := self._year_of_list(text, atoms, n)) is not None:
            atom, bare = replace(atom, year=listed), False
        elif bare and n + 1 < len(atoms) and atoms[n + 1].year is not None and self._listed(text[atom.end : atoms[n + 1].start]):
            between = text[atom.end : atoms[n + 1].start]
            atom = self._nearest(atom, atoms[n + 1]) if _AGAINST.search(between) else _share_year(atom, atoms[n + 1])[0]
            bare = False
        elif bare and n and atoms[n - 1].year is not None and self._listed(text[atoms[n - 1].end : atom.start]):
            atom = replace(atom, year=atoms[n - 1].year)
            bare = False
        elif (
            bare and n and (year := _year(atoms[n - 1])) is not None and _OPENED.fullmatch(text[atoms[n - 1].end : atom.start].lstrip(" ,"))
        ):
            atom, bare = replace(atom, year=year.first.year), False
        if bare and len(atoms) == 2 and _SHARE.search(text):
            other = atoms[1 - n]
            if other.year is not None and not other.shift and not other.whole and other.build(other.year).grain == "year":
                atom, bare = replace(atom, year=other.year), False
        period = self._resolve(atom)
        lead = text[: atom.start]
        opened = _OPENED.search(lead)
        start, end, bounded = atom.start, atom.end, False
        throughout = opened is not None and opened.group(1) == "through" and period.grain in ("year", "half", "quarter", "season", "week")
        if opened and opened.group(1) not in ("by",) and not throughout:
            onwards = re.match(r" (?:onwards?|on)\b", text[atom.end :])
            end += onwards.end() if onwards and opened.group(1) in ("from", "since") else 0
            if opened.group(1) != "from" or onwards:
                ended, start = self._open_ended(period, opened.group(1)), opened.start()
                within = self._within_year(atoms[n - 1], period, ended) if n else None
                period, bounded = within or ended, within is not None
        return Found(start, end, period, bare=bare, last_year=atom.last_year, bounded=bounded)

    @staticmethod
    def _within_year(before: Atom, named: Period, ended: Period) -> Period | None:
        """ "In 2011 up to and including September": the open end within the year said before it; None where that is no such year."""
        year = _year(before)
        if year is None or named.first < year.first or year.last < named.last:
            return None
        return ended.clipped(year.first, year.last)

    def _year_of_list(self, text: str, atoms: list[Atom], n: int) -> int | None:
        """The year at the end of a list of three or more: "Jan, Feb and March 2010"."""
        last = n
        while last + 1 < len(atoms) and text[atoms[last].end : atoms[last + 1].start].strip() in ("", "and", "&", "or", "plus"):
            last += 1
        return atoms[last].year if last - n > 1 and atoms[last].period is None else None

    def _nearest(self, atom: Atom, other: Atom) -> Atom:
        """`atom` in the year that brings it nearest to the other side of the comparison: "Nov over Oct 2011", "Dec vs Jan 2011"."""
        against = other.period.first if other.period else other.build(other.year or self.as_of.year).first
        begun = [y for y in (against.year, against.year - 1) if atom.build(y).first <= self.as_of]
        return replace(atom, year=min(begun, key=lambda y: abs((atom.build(y).first - against).days), default=against.year))

    @staticmethod
    def _listed(between: str) -> bool:
        return (
            re.fullmatch(
                r" (?:(?:and|or|vs|versus|against|compared (?:to|with)|than|than in|to|over|with|from|&|/|->|-|and in|or in|v|relative to|"
                r"minus|\+|plus) (?:in )?)?",
                between,
            )
            is not None
        )

    def _open_ended(self, period: Period, word: str) -> Period:
        if word in ("since", "from"):
            return Period(period.first, max(self.as_of, period.first))
        if word == "after":
            return Period(period.last + timedelta(days=1), max(self.as_of, period.last + timedelta(days=1)))
        if word in ("before", "prior to"):
            return Period(min(self.first_day, period.first - timedelta(days=1)), period.first - timedelta(days=1))
        return Period(min(self.first_day, period.last), period.last)


def _year(atom: Atom) -> Period | None:
    """The calendar year that an atom is, None where it is anything else."""
    period = None if atom.year is None or atom.shift or atom.whole else atom.build(atom.year)
    return period if period is not None and period.grain == "year" else None


def _share_year(one: Atom, two: Atom) -> tuple[Atom, Atom]:
    """Lend the year of one end to the other: `Nov - Feb 2011` begins in 2010."""
    if one.year is None and two.year is not None and two.period is None:
        lent = one.build(two.year)
        return replace(one, year=two.year if lent.first <= two.build(two.year).first else two.year - 1), two
    if two.year is None and one.year is not None:
        begun = one.period.first if one.period else one.build(one.year).first
        return one, replace(two, year=one.year if two.build(one.year).last >= begun else one.year + 1)
    return one, two


def _regrained(period: Period) -> Period:
    """A span that is exactly a calendar quarter, half or year keeps the name of one."""
    for candidate in (
        half(period.first.year, 1 if period.first.month < 7 else 2),
        Period(date(period.first.year, 1, 1), date(period.first.year, 12, 31), "year"),
    ):
        if (candidate.first, candidate.last) == (period.first, period.last):
            return candidate
    return period
