"""The currency that a file states, held against the shop's: a shop has one.

Owns the signs and words for currencies and the rule; refuses to convert, and to take an amount of another currency for one of the shop's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.config import load_settings
from assistant.errors import BadRecord, ImportRefused

if TYPE_CHECKING:
    from assistant.importers.columns import Field
    from assistant.importers.job import Job, Row

Codes = frozenset[str]
"""ISO 4217 codes that a sign may stand for: of "$" those of all dollars."""

_WORDS: Mapping[str, str] = {
    "$ dollar dollars": "USD CAD AUD NZD SGD HKD MXN",
    "us$ usd$ $us": "USD",
    "c$ ca$ cad$ can$": "CAD",
    "a$ au$ aud$": "AUD",
    "nz$": "NZD",
    "s$": "SGD",
    "hk$": "HKD",
    "r$": "BRL",
    "€ euro euros": "EUR",
    "£ pound pounds quid": "GBP",
    "¥ yen yuan": "JPY CNY",
    "₹ rs rs. rupee rupees": "INR",
    "₺ tl": "TRY",
    "₩": "KRW",
    "₴": "UAH",
    "₪": "ILS",
    "zł zl": "PLN",
    "kč kc": "CZK",
    "ft": "HUF",
    "lei": "RON",
    "лв": "BGN",
    "kr kr.": "SEK NOK DKK ISK",
    "fr. sfr sfr. franken": "CHF",
}
_KNOWN: Mapping[str, Codes] = {word: frozenset(codes.split()) for words, codes in _WORDS.items() for word in words.split()}
_ISO = frozenset().union(*_KNOWN.values())
_CODE = re.compile(r"[A-Za-z]{3}")
_AMOUNT = re.compile(r"[\d\s.,'()+\N{MINUS SIGN}-]+")
_SAMPLE = 1_000
"""Rows that are looked at beforehand for a sign beside an amount; a column of currencies is read to its end."""
_LAST_WORD = re.compile(r"[\s_(\[]+(?P<mark>[^\s_()\[\]]+)[)\]]?$")


def named(words: str) -> Codes:
    """What the cell of a currency column means: "EUR", "eur", "Euro", "€".

    Raises:
        BadRecord: it is the name of no currency.
    """
    known = _KNOWN.get(words.casefold())
    if known is None and not _CODE.fullmatch(words):
        raise BadRecord(f"{words!r} is no currency; give its ISO 4217 code, such as EUR", value=words)
    return known or frozenset({words.upper()})


def beside(amount: str) -> Codes:
    """What the sign or code beside an amount means: of "9,80 €" and "EUR 9.80"; empty where there is none that is known."""
    return _marked(_AMOUNT.sub("", amount))


def headed(column: str) -> tuple[str, Codes]:
    """A column's name without the currency at its end, and what that means: of "Price (EUR)" and "price_eur"."""
    last = _LAST_WORD.search(column)
    codes = _marked(last["mark"]) if last else frozenset()
    return (column[: last.start()], codes) if last and codes else (column, frozenset())


def _marked(mark: str) -> Codes:
    codes = _KNOWN.get(mark.casefold().strip("/"), frozenset())
    return codes or (frozenset({mark.upper()}) if mark.upper() in _ISO else frozenset())


def stated(row: Row, amounts: Iterable[str]) -> tuple[Codes, str, str]:
    """What currency a row says its `amounts` (names of fields) are in, the column that says so and its cell; empty where none does.

    Raises:
        BadRecord: its currency column holds no currency.
    """
    words = row.text("currency")
    if words:
        column = row.columns.by_field["currency"]
        try:
            return named(words), column, words
        except BadRecord as error:
            raise BadRecord(error.message, column=column, value=words) from error
    for name in amounts:
        cell, column = row.text(name), row.columns.by_field.get(name, "")
        codes = (beside(cell) or headed(column)[1]) if cell else frozenset()
        if codes:
            return codes, column, cell
    return frozenset(), "", ""


@dataclass
class OneCurrency:
    """The shop's currency in one import. `amounts` are the fields that hold money."""

    job: Job
    code: str
    amounts: tuple[str, ...]
    told: bool = field(default=False, init=False)

    def check(self, row: Row) -> None:
        """Refuse a row that states another currency than the shop's.

        Raises:
            BadRecord: it does.
        """
        codes, column, cell = stated(row, self.amounts)
        if not codes or self.code in codes:
            return
        self.job.settled = False
        if not self.told:
            self.told = True
            self.job.notices.append(
                f"The shop's currency is {self.code}, and rows in another were rejected. If the shop sells in that one, put "
                f'currency = "{_likely(codes)}" into {self.job.store.folder / "settings.toml"} and import again.'
            )
        raise BadRecord(f"in {_or(codes)}, and the shop's currency is {self.code}", column=column, value=cell)


def one_currency(job: Job, wanted: Iterable[Field], *amounts: str, though_priced: bool = False) -> OneCurrency:
    """The currency that this import's rows must be in. Where the owner chose none, and nothing in the store has a price yet, it is the one
    that the file states, which then is the shop's. `though_priced`: also where something has, in a format of one shop's own files.

    Raises:
        ImportRefused: no currency was chosen, and the file states several, or one of several by its sign.
    """
    settings = load_settings(job.store.folder)
    chosen = "currency" in settings.model_fields_set or (not though_priced and _priced(job))
    return OneCurrency(job, settings.currency if chosen else _adopted(job, wanted, amounts, settings.currency), amounts)


def adopt(job: Job, code: str) -> None:
    """Make `code` the shop's currency where the owner chose none, and say so."""
    settings = load_settings(job.store.folder)
    if "currency" not in settings.model_fields_set:
        job.settings["currency"] = code
        if code != settings.currency:
            job.notices.append(f"The shop's currency is {code} from now on, as {job.path.name} has it (settings.toml).")


def _adopted(job: Job, wanted: Iterable[Field], amounts: tuple[str, ...], default: str) -> str:
    rows: Counter[Codes] = Counter()
    for number, row in enumerate(job.rows(wanted, quietly=True)):
        if number == _SAMPLE and "currency" not in row.columns.by_field:
            break
        try:
            rows[stated(row, amounts)[0]] += 1
        except BadRecord:
            continue  # the row is rejected when it is read in earnest
    del rows[frozenset()]
    common = frozenset.intersection(*rows) if rows else frozenset({default})
    if len(common) > 1 and default in common:
        return default
    if len(common) != 1:
        several = " and ".join(f"{_or(codes)} ({count:,} rows)" for codes, count in rows.most_common())
        raise ImportRefused(
            f"{job.path.name} has amounts in {several}, and the shop's currency is not set.",
            hint=f'Put it into {job.store.folder / "settings.toml"}, such as currency = "{_likely(rows.most_common(1)[0][0])}"; '
            "rows in another are then rejected.",
        )
    (code,) = common
    if rows:
        adopt(job, code)
    return code


def _priced(job: Job) -> bool:
    priced = (p.price is not None or any(v.price is not None for v in p.variants) for p in job.store.catalogue.all())
    return job.store.orders.count() > 0 or any(priced)


def _or(codes: Codes) -> str:
    return " or ".join(sorted(codes))


def _likely(codes: Codes) -> str:
    return min(codes, key=lambda code: (code not in ("USD", "EUR", "GBP"), code))
