"""Gold for staff questions, computed in pandas straight from the shop's own lines and reviews.

Owns the arithmetic of the shop's words (net sales, return rate, repeat rate, ...) a second time, on purpose: nothing here is
shared with the semantic layer, so a mistake there shows as a difference. Refuses to know how a question is worded or parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

GOODS = re.compile(r"^(\d{5}|DCGS|PADS$|SP1002$)")
TIME_KEYS = ("year", "quarter", "month", "week", "day", "weekday", "hour")
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
BASE_OF_REVIEWS = ("reviews", "avg_rating", "recommend_rate", "avg_age", "avg_feedback", "positive", "neutral", "negative")

Bases = Callable[[str], pd.Series]


def _minus(left: pd.Series, right: pd.Series) -> pd.Series:
    return left.sub(right, fill_value=0.0)


MEASURES: Mapping[str, Callable[[Bases], pd.Series]] = {
    **{
        name: (lambda b, name=name: b(name))
        for name in ("gross_sales", "returns", "orders", "cancellations", "units", "returned_units", "products", "customers")
    },
    "new_customers": lambda b: b("new_customers"),
    "returning_customers": lambda b: _minus(b("customers"), b("new_customers")),
    "net_sales": lambda b: _minus(b("gross_sales"), b("returns")),
    "aov": lambda b: b("gross_sales") / b("orders"),
    "items_per_order": lambda b: b("units") / b("orders"),
    "avg_price": lambda b: b("goods_gross") / b("units"),
    "return_rate": lambda b: (b("returns") / b("gross_sales")).fillna(0.0),
    "repeat_rate": lambda b: b("repeaters").reindex(b("customers").index, fill_value=0) / b("customers"),
    "orders_per_customer": lambda b: b("known_orders") / b("customers"),
    "trading_days": lambda b: b("trading_days"),
    "sales_per_day": lambda b: MEASURES["net_sales"](b) / b("trading_days"),
    "orders_per_day": lambda b: b("orders") / b("trading_days"),
    "units_per_day": lambda b: b("units") / b("trading_days"),
}


@dataclass(frozen=True)
class Slice:
    """What is asked about: `where` maps a column to a value, a tuple of values, or a text beginning with `!` (all but)."""

    period: tuple[str, str] | None = None
    where: Mapping[str, object] = field(default_factory=dict)


class Oracle:
    """The shop's facts. `lines`: Invoice, StockCode, Description, Quantity, InvoiceDate, Price, Customer ID, Country."""

    def __init__(self, lines: pd.DataFrame, reviews: pd.DataFrame) -> None:
        self.reviews = reviews.rename(columns=_review_columns)
        frame = pd.DataFrame(
            {
                "invoice": lines["Invoice"].astype(str),
                "code": lines["StockCode"].astype(str).str.strip().str.upper(),
                "name": lines["Description"].astype(object),
                "quantity": lines["Quantity"].astype("int64"),
                "price": lines["Price"].astype(float),
                "at": lines["InvoiceDate"],
                "customer": lines["Customer ID"].astype("Int64"),
                "country": lines["Country"].astype(str),
            }
        )
        frame["amount"] = frame["quantity"] * frame["price"]
        codes = pd.Series(frame["code"].unique())
        service = set(codes[~codes.str.match(GOODS)])
        frame["service"] = frame["code"].isin(service)
        prefix = frame["invoice"].str[0]
        self.sale = _with_time(frame[~prefix.isin(["C", "A"]) & (frame["quantity"] > 0) & (frame["price"] > 0)])
        self.credit = _with_time(frame[prefix == "C"])
        self.as_of: pd.Timestamp = frame["at"].max()
        self.first_sale = self.sale.dropna(subset=["customer"]).groupby("customer")["at"].min()
        named = self.sale.dropna(subset=["name"]).groupby(["code", "name"]).size().reset_index(name="n")
        named = named.sort_values(["n", "name"], ascending=[False, True]).drop_duplicates("code")
        self.names: dict[str, str] = dict(zip(named["code"], named["name"].str.strip(), strict=True))

    def measure(self, name: str, over: Slice, by: str | None = None) -> pd.Series:
        """One value a group, indexed by the protocol's label; without `by`, one value under the label `all`."""
        if name in BASE_OF_REVIEWS or name.endswith("_share"):
            return self._review_measure(name, over, by)
        sale, credit = (self._cut(frame, over) for frame in (self.sale, self.credit))
        if by == "product":
            sale, credit = sale[~sale["service"]], credit[~credit["service"]]
        if by == "customer":
            sale, credit = sale.dropna(subset=["customer"]), credit.dropna(subset=["customer"])
        key = pd.Series("all", index=sale.index), pd.Series("all", index=credit.index)
        if by:
            key = sale[_column(by)], credit[_column(by)]
        cache: dict[str, pd.Series] = {}

        def base(which: str) -> pd.Series:
            if which not in cache:
                cache[which] = self._base(which, sale, credit, key, over, by)
            return cache[which]

        result = MEASURES[name](base)
        if by in TIME_KEYS and name != "cancellations" and name != "returns" and name != "returned_units":
            result = result[result.index.isin(set(key[0].unique()))]
        result = result.dropna()
        result.index = [_label(x) for x in result.index]
        return result.astype(float)

    def _base(
        self, which: str, sale: pd.DataFrame, credit: pd.DataFrame, key: tuple[pd.Series, pd.Series], over: Slice, by: str | None
    ) -> pd.Series:
        goods = ~sale["service"]
        known = sale["customer"].notna()
        on_sale, on_credit = key
        if which == "gross_sales":
            return sale.groupby(on_sale)["amount"].sum()
        if which == "goods_gross":
            return sale[goods].groupby(on_sale[goods])["amount"].sum()
        if which == "returns":
            return -credit.groupby(on_credit)["amount"].sum()
        if which == "units":
            return sale[goods].groupby(on_sale[goods])["quantity"].sum()
        if which == "returned_units":
            kept = ~credit["service"]
            return -credit[kept].groupby(on_credit[kept])["quantity"].sum()
        if which == "orders":
            return sale.groupby(on_sale)["invoice"].nunique()
        if which == "known_orders":
            return sale[known].groupby(on_sale[known])["invoice"].nunique()
        if which == "cancellations":
            return credit.groupby(on_credit)["invoice"].nunique()
        if which == "products":
            return sale[goods].groupby(on_sale[goods])["code"].nunique()
        if which == "customers":
            return sale[known].groupby(on_sale[known])["customer"].nunique()
        if which == "trading_days":
            return sale.groupby(on_sale)["day"].nunique()
        if which == "repeaters":
            orders = sale[known].groupby([on_sale[known], "customer"])["invoice"].nunique()
            return (orders >= 2).groupby(level=0).sum()
        if which == "new_customers":
            fresh = sale[known & self._is_new(sale, over, by)]
            zero = sale[known].groupby(on_sale[known])["customer"].nunique() * 0
            return zero.add(fresh.groupby(on_sale[fresh.index])["customer"].nunique(), fill_value=0)
        raise KeyError(which)

    def _is_new(self, sale: pd.DataFrame, over: Slice, by: str | None) -> pd.Series:
        first = sale["customer"].map(self.first_sale)
        if by in ("year", "quarter", "month", "week", "day"):
            return _time_key(first, by) == sale[by]
        start, end = over.period or ("1900-01-01", "2999-12-31")
        return first.between(pd.Timestamp(start), pd.Timestamp(end) + pd.Timedelta(days=1), inclusive="left")

    def _cut(self, frame: pd.DataFrame, over: Slice) -> pd.DataFrame:
        if over.period:
            end = pd.Timestamp(over.period[1]) + pd.Timedelta(days=1)
            frame = frame[(frame["at"] >= pd.Timestamp(over.period[0])) & (frame["at"] < end)]
        for column, value in over.where.items():
            frame = frame[self._holds(frame, column, value)]
        return frame

    def _holds(self, frame: pd.DataFrame, column: str, value: object) -> pd.Series:
        if column == "contains":
            word = str(value).upper()
            return frame["code"].map(lambda code: word in self.names.get(code, "").upper())
        if column == "goods":
            return ~frame["service"]
        if column == "known":
            return frame["customer"].notna() == (value == "yes")
        if column == "since":
            return frame["customer"].isin(self._new_in(value).index)
        if column == "weekend":
            return frame["weekday"].isin(["Saturday", "Sunday"])
        have = frame[_column(column)].astype(str)
        if isinstance(value, str) and value.startswith("!"):
            return have != value[1:]
        if isinstance(value, tuple) and all(str(v).startswith("!") for v in value):
            return ~have.isin([str(v)[1:] for v in value])
        return have.isin([str(v) for v in value] if isinstance(value, tuple) else [str(value)])

    def _new_in(self, days: object) -> pd.Series:
        assert isinstance(days, tuple)
        start, end = (pd.Timestamp(day) for day in days)
        return self.first_sale[self.first_sale.between(start, end + pd.Timedelta(days=1), inclusive="left")]

    def _review_measure(self, name: str, over: Slice, by: str | None) -> pd.Series:
        frame = self.reviews
        for column, value in over.where.items():
            frame = frame[_review_holds(frame, column, str(value))]
        key = frame[_REVIEW_KEYS.get(by, by)] if by else pd.Series("all", index=frame.index)
        result = _REVIEW_MEASURES[name](frame).groupby(key).agg("sum" if name in ("reviews", "positive", "neutral", "negative") else "mean")
        result.index = [_label(x) for x in result.index]
        return result.astype(float)

    def invoices(self, over: Slice, kind: str) -> pd.Series:
        """Totals of single invoices, largest first; `kind` is `order` or `cancellation`."""
        frame = self._cut(self.sale if kind == "order" else self.credit, over)
        totals = frame.groupby("invoice")["amount"].sum()
        return (totals if kind == "order" else -totals).sort_values(ascending=False)

    def moment(self, which: str, over: Slice) -> str:
        """The ISO day of the `first` or `last` sale line."""
        at = self._cut(self.sale, over)["at"]
        return (at.min() if which == "first" else at.max()).date().isoformat()

    def together(self, code: str, over: Slice | None = None) -> pd.Series:
        """How many orders hold each other product together with `code`, most first."""
        sale = self._cut(self.sale, over or Slice())
        sale = sale[~sale["service"]]
        orders = sale.loc[sale["code"] == code, "invoice"].unique()
        pairs = sale[sale["invoice"].isin(orders) & (sale["code"] != code)]
        return pairs.groupby("code")["invoice"].nunique().sort_values(ascending=False)

    def country_of(self, customer: str) -> str:
        """The country on most of a customer's sale lines."""
        mine = self.sale[self.sale["customer"] == int(customer)]
        return str(mine["country"].value_counts().idxmax())


def read_shared(data: Path) -> Oracle:
    """The oracle over the public data in `data` (the folder `../shared/data`)."""
    lines = pd.read_parquet(data / "store" / "online_retail_II.parquet")
    return Oracle(lines, pd.read_csv(data / "reviews" / "womens_clothing.csv"))


def _with_time(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    days = frame["at"].dt.normalize()
    distinct = pd.Series(days.unique())
    for key in ("year", "quarter", "month", "week", "day", "weekday"):
        frame[key] = days.map(dict(zip(distinct, _time_key(distinct, key), strict=True)))
    frame["hour"] = frame["at"].dt.hour
    return frame


def _time_key(at: pd.Series, key: str) -> pd.Series:
    if key == "week":
        return (at.dt.normalize() - pd.to_timedelta(at.dt.weekday, unit="D")).dt.strftime("%Y-%m-%d")
    if key == "quarter":
        return at.dt.year.astype("Int64").astype(str) + "-Q" + at.dt.quarter.astype("Int64").astype(str)
    if key == "weekday":
        return at.dt.weekday.map(dict(enumerate(WEEKDAYS)))
    return at.dt.strftime({"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}[key])


def _column(by: str) -> str:
    return "code" if by == "product" else by


def _label(value: object) -> str:
    return str(value)


_REVIEW_KEYS = {"item": "item", "product": "item"}
_REVIEW_MEASURES: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "reviews": lambda f: f["rating"] * 0 + 1,
    "avg_rating": lambda f: f["rating"].astype(float),
    "recommend_rate": lambda f: f["recommended"].astype(float),
    "avg_age": lambda f: f["age"].astype(float),
    "avg_feedback": lambda f: f["feedback"].astype(float),
    "positive": lambda f: (f["rating"] >= 4).astype(float),
    "neutral": lambda f: (f["rating"] == 3).astype(float),
    "negative": lambda f: (f["rating"] <= 2).astype(float),
    "positive_share": lambda f: (f["rating"] >= 4).astype(float),
    "neutral_share": lambda f: (f["rating"] == 3).astype(float),
    "negative_share": lambda f: (f["rating"] <= 2).astype(float),
}


def _review_columns(name: str) -> str:
    known = {"Clothing ID": "item", "Review Text": "text", "Recommended IND": "recommended", "Positive Feedback Count": "feedback"}
    return known.get(name, name.removesuffix(" Name").lower())


def _review_holds(frame: pd.DataFrame, column: str, value: str) -> pd.Series:
    if column == "mentions":
        words = (frame["title"].fillna("") + " \n " + frame["text"].fillna("")).str
        return words.contains(rf"\b{re.escape(value)}\b", case=False, regex=True)
    if column == "without_text":
        return frame["text"].fillna("") == ""
    if column in ("age", "rating"):
        low, _, high = value.partition("..")
        return frame[column].between(int(low or 0), int(high or 999))
    if column == "recommended":
        return frame["recommended"] == int(value)
    if value.startswith("!"):
        return frame[column].astype(str) != value[1:]
    return frame[column].astype(str) == value
