"""The project's own staff questions: their file format, the words that stand for a shop's own names, and gold for each.

A file holds sessions; `?` opens one, `>` goes on in it, `=` gives the gold of the line before, `#` is a comment:

    ? net sales in November 2011
    = net_sales period=2011-11
    > and in France?
    = net_sales period=2011-11 country=France

Names in braces are filled from whatever data the suite runs over, so that no row of anybody's shop is written down here:
{P1} name of a best seller, {C1} its code, {T1} the name misspelt, {W1} the fewest words that name one product, {A1} words that fit
several, {S1} a word that stands in the names of many, {K1} a good customer, {I1} an item of the reviews, {XC} a code and {XK} a
customer that do not exist.

Gold: a measure and `key=value`s. period=2011 | 2011-11 | 2011-Q3 | 2011-11-05 | A..B; filters country product customer contains
weekday hour department class division item age rating mentions (`!` before a value: all but); by= (rows, in time order or
largest first); top=N|any, bottom=N (ranking); pick=top|bottom (a name); nth=; among=a,b (only those groups); vs=PERIOD or
versus=key:value with change=growth|difference|either (sign); share=key[,key] (divided by the same without those filters; rows
with by=); having=measure>number (how many of `by` pass); min=measure>number (only groups that pass); each=month (mean over
calendar months); outof=country:X or outof=customers (divided by the same with that filter instead, or by that measure); less=PERIOD
(that period taken off); since=PERIOD (of customers whose first purchase lies there); `both` and `lapsed` count customers of `period`
who bought in `vs` as well, or not. Words of status alone: answered clarify declined, joined by `|`.
"""

from __future__ import annotations

import calendar
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from names import Names
from oracle import TIME_KEYS, Oracle, Slice

FILTERS = {
    *("country", "product", "customer", "contains", "weekday", "hour", "goods", "known", "weekend", "since"),
    *("department", "class", "division", "item", "age", "rating", "mentions", "without_text", "recommended"),
}
STATUSES = {"answered", "clarify", "declined", "handoff"}


@dataclass(frozen=True)
class Ask:
    """One line of the suite; `place` is `file:line`, `session` is shared by the lines of one conversation."""

    place: str
    session: str
    text: str
    spec: str
    followup: bool


@dataclass(frozen=True)
class Gold:
    """What a right answer says. `kind`: number, name, rows, set, forecast or status."""

    kind: str
    status: tuple[str, ...] = ("answered",)
    value: float | str | None = None
    rows: tuple[tuple[str, float], ...] = ()
    ordered: bool = True
    prefix: bool = False
    either_sign: bool = False
    ties_at_cut: bool = False
    accept: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0


def read_suite(folder: Path) -> list[Ask]:
    """All questions of the `*.txt` files of `folder`, in order; raises ValueError naming the line that is out of form."""
    asks: list[Ask] = []
    for path in sorted(folder.glob("*.txt")):
        asks.extend(_read_file(path))
    return asks


def _read_file(path: Path) -> Iterator[Ask]:
    session, said = "", None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        place, mark, rest = f"{path.stem}:{number}", line[:1], line[1:].strip()
        if mark in ("?", ">"):
            if said:
                raise ValueError(f"{said[0]}: a question without gold")
            session = place if mark == "?" else session
            said = (place, rest, mark == ">")
        elif mark == "=" and said:
            yield Ask(said[0], session, said[1], rest, said[2])
            said = None
        elif line.strip() and mark != "#":
            raise ValueError(f"{place}: expected a line beginning with ? > = or #, got {line!r}")
    if said:
        raise ValueError(f"{said[0]}: a question without gold")


def period_of(text: str) -> tuple[str, str]:
    """The first and last day that a gold period names."""
    if ".." in text:
        start, end = text.split("..")
        return period_of(start)[0], period_of(end)[1]
    if quarter := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        last = int(quarter[2]) * 3
        return f"{quarter[1]}-{last - 2:02d}-01", period_of(f"{quarter[1]}-{last:02d}")[1]
    if re.fullmatch(r"\d{4}", text):
        return f"{text}-01-01", f"{text}-12-31"
    if re.fullmatch(r"\d{4}-\d{2}", text):
        year, month = map(int, text.split("-"))
        return f"{text}-01", f"{text}-{calendar.monthrange(year, month)[1]}"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text, text
    raise ValueError(f"not a period: {text!r}")


class GoldBook:
    """Works out gold with an oracle; one line of the suite at a time."""

    def __init__(self, oracle: Oracle, names: Names) -> None:
        self._oracle, self._names = oracle, names

    def text(self, ask: Ask) -> str:
        """The question with the shop's own names filled in."""
        return self._names.fill(ask.text)

    def gold(self, ask: Ask) -> Gold:
        """The gold of one line; raises KeyError or ValueError naming a word that is out of form."""
        words = shlex.split(self._names.fill_spec(ask.spec))
        head, keys = words[0], dict(word.split("=", 1) for word in words[1:])
        if set(head.split("|")) <= STATUSES:
            return Gold("status", tuple(head.split("|")))
        unknown = set(keys) - FILTERS - _KEYS
        if unknown:
            raise ValueError(f"{ask.place}: unknown gold keys {sorted(unknown)}")
        special = getattr(self, f"_{head}", None)
        return special(keys) if special else self._measured(head, keys)

    def _measured(self, measure: str, keys: Mapping[str, str]) -> Gold:
        by = keys.get("by")
        if by is None:
            return Gold("number", value=self._number(measure, keys), either_sign="versus" in keys or keys.get("change") == "either")
        series = self._series(measure, keys)
        if "having" in keys:
            return Gold("number", value=float(self._passing(keys)) / self._whole(measure, keys))
        if "pick" in keys:
            ordered = series.sort_values(ascending=keys["pick"] == "bottom")
            place = int(keys.get("nth", 1)) - 1
            level = ordered[ordered == ordered.iloc[place]]
            return Gold("name", value=str(ordered.index[place]), accept=tuple(str(label) for label in level.index))
        if "top" in keys or "bottom" in keys:
            wanted = keys.get("top") or keys["bottom"]
            ordered = series.sort_values(ascending="bottom" in keys, kind="stable")
            count = 5 if wanted == "any" else int(wanted)
            ties = len(ordered) > count and ordered.iloc[count - 1] == ordered.iloc[count]
            return Gold("rows", rows=_rows(ordered.head(count)), prefix=wanted == "any", ties_at_cut=bool(ties))
        return Gold("rows", rows=_rows(series), ordered=by in TIME_KEYS and by != "weekday" and "among" not in keys)

    def _series(self, measure: str, keys: Mapping[str, str]) -> "pd.Series":  # noqa: F821, UP037
        by = keys["by"]
        series = self._oracle.measure(measure, _slice(keys), by)
        if "vs" in keys:
            before = self._oracle.measure(measure, _slice({**keys, "period": keys["vs"]}), by).reindex(series.index, fill_value=0.0)
            series = (series - before) / before if keys.get("change") == "growth" else series - before
        if "share" in keys:
            bare = _slice({k: v for k, v in keys.items() if k not in keys["share"].split(",")})
            series = series / float(self._oracle.measure(measure, bare).iloc[0])
        if "min" in keys:
            other, _, limit = keys["min"].partition(">")
            passing = self._oracle.measure(other, _slice(keys), by)
            series = series[series.index.isin(passing[passing >= float(limit)].index)]
        if "among" in keys:
            series = series.reindex(keys["among"].split(","))
        if by in TIME_KEYS:
            series = series.sort_index(key=lambda labels: labels.astype(int) if by == "hour" else labels)
        return series.sort_values(ascending=False) if by not in TIME_KEYS else series

    def _passing(self, keys: Mapping[str, str]) -> int:
        found = re.fullmatch(r"(\w+)(>=|<=|>|<|==)([\d.]+)", keys["having"])
        if not found:
            raise ValueError(f"not a condition: {keys['having']!r}")
        series = self._oracle.measure(found[1], _slice(keys), keys["by"])
        limit = float(found[3])
        tests = {">": series > limit, "<": series < limit, ">=": series >= limit, "<=": series <= limit, "==": series == limit}
        return int(tests[found[2]].sum())

    def _number(self, measure: str, keys: Mapping[str, str]) -> float:
        value = self._one(measure, keys)
        if "each" in keys:
            return float(self._oracle.measure(measure, _slice(keys), keys["each"]).mean())
        if "share" in keys:
            return value / self._one(measure, {k: v for k, v in keys.items() if k not in keys["share"].split(",")})
        other = None
        if "vs" in keys:
            other = self._one(measure, {**keys, "period": keys["vs"]})
        if "versus" in keys:
            key, _, replacement = keys["versus"].partition(":")
            other = self._one(measure, {**keys, key: replacement})
        if "less" in keys:
            return value - self._one(measure, {**keys, "period": keys["less"]})
        if other is None:
            return value / self._whole(measure, keys)
        return (value - other) / other if keys.get("change", "growth") == "growth" else value - other

    def _whole(self, measure: str, keys: Mapping[str, str]) -> float:
        """What `outof` says to divide by, 1 where it says nothing."""
        key, _, replacement = keys.get("outof", "").partition(":")
        if not key:
            return 1.0
        return self._one(measure, {**keys, key: replacement}) if replacement else self._one(key, keys)

    def _one(self, measure: str, keys: Mapping[str, str]) -> float:
        result = self._oracle.measure(measure, _slice(keys))
        return float(result.iloc[0]) if len(result) else 0.0

    def _top_sum(self, keys: Mapping[str, str]) -> Gold:
        """The best `top` groups' part of the whole, as a fraction of net sales."""
        whole = self._one("net_sales", keys)
        best = self._oracle.measure("net_sales", _slice(keys), keys["by"]).sort_values(ascending=False)
        return Gold("number", value=float(best.head(int(keys["top"])).sum()) / whole)

    def _biggest_order(self, keys: Mapping[str, str]) -> Gold:
        return Gold("number", value=float(self._oracle.invoices(_slice(keys), "order").iloc[0]))

    def _biggest_cancellation(self, keys: Mapping[str, str]) -> Gold:
        return Gold("number", value=float(self._oracle.invoices(_slice(keys), "cancellation").iloc[0]))

    def _biggest_order_name(self, keys: Mapping[str, str]) -> Gold:
        return Gold("name", value=str(self._oracle.invoices(_slice(keys), "order").index[0]))

    def _orders_over(self, keys: Mapping[str, str]) -> Gold:
        over = float((self._oracle.invoices(_slice(keys), "order") > float(keys["limit"])).sum())
        return Gold("number", value=over / self._whole("orders", keys))

    def _both(self, keys: Mapping[str, str]) -> Gold:
        return Gold("number", value=float(len(self._who_bought(keys) & self._who_bought({**keys, "period": keys["vs"]}))))

    def _lapsed(self, keys: Mapping[str, str]) -> Gold:
        return Gold("number", value=float(len(self._who_bought(keys) - self._who_bought({**keys, "period": keys["vs"]}))))

    def _who_bought(self, keys: Mapping[str, str]) -> set[str]:
        return set(self._oracle.measure("customers", _slice(keys), "customer").index)

    def _first_order(self, keys: Mapping[str, str]) -> Gold:
        return Gold("name", value=self._oracle.moment("first", _slice(keys)))

    def _last_order(self, keys: Mapping[str, str]) -> Gold:
        return Gold("name", value=self._oracle.moment("last", _slice(keys)))

    def _country_of(self, keys: Mapping[str, str]) -> Gold:
        return Gold("name", value=self._oracle.country_of(keys["customer"]))

    def _together(self, keys: Mapping[str, str]) -> Gold:
        """The first three must be among the twelve most often bought with it (counts near the cut are close to ties)."""
        counts = self._oracle.together(keys["product"])
        return Gold("set", accept=tuple(counts.index[:12]))

    def _pair_count(self, keys: Mapping[str, str]) -> Gold:
        return Gold("number", value=float(self._oracle.together(keys["product"])[keys["other"]]))

    def _forecast(self, keys: Mapping[str, str]) -> Gold:
        """A sane figure lies between 0.55 and 1.7 times what the same days of the year before brought."""
        year_before = self._one(keys["of"], {**keys, "period": keys["like"]})
        return Gold("forecast", low=0.55 * year_before, high=1.7 * year_before)


_KEYS = {
    *("period", "by", "top", "bottom", "pick", "nth", "among", "vs", "versus", "change", "share", "having", "each", "min"),
    *("limit", "other", "of", "like", "outof", "less"),
}


def _slice(keys: Mapping[str, str]) -> Slice:
    where: dict[str, object] = {k: tuple(v.split(",")) if "," in v else v for k, v in keys.items() if k in FILTERS}
    if "since" in keys:
        where["since"] = period_of(keys["since"])
    return Slice(period_of(keys["period"]) if "period" in keys else None, where)


def _rows(series: "pd.Series") -> tuple[tuple[str, float], ...]:  # noqa: F821, UP037
    return tuple((str(label), float(value)) for label, value in series.items())
