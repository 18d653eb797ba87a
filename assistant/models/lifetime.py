"""What a customer will still buy, and for how much: BG/NBD for how often, Gamma-Gamma for how much at a time.

Owns the two models, their fit and the summary of purchases that both read. Knows no warehouse, no product and no wording. Time is
counted in weeks, as in the papers; a purchase is a day on which the customer bought, however many orders that day had.

Sources: Fader, Hardie and Lee 2005, "Counting your customers" the easy way (Marketing Science 24), equations 3, 6, 7 and 10;
Fader and Hardie 2013, The Gamma-Gamma model of monetary value (note 025), equations 1a, 4 and 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import ShopclerkError

DAYS = 7.0
"""Days in the models' unit of time."""
FEWEST = 50
"""Customers, and repeat customers a tenth of that, from which on a fit says something."""

Numbers: TypeAlias = NDArray[np.float64]


class TooFewCustomers(ShopclerkError):
    """The purchases do not hold what the models need."""


@dataclass(frozen=True, slots=True)
class History:
    """What the models know of each customer, in parallel arrays of shape (customers,).

    `frequency` is the number of purchase days after the first, `recency` the weeks from the first to the last, `age` the weeks from
    the first to the end of what is looked at, `spend` the mean money of a purchase day after the first (0 where there was none).
    """

    customers: tuple[str, ...]
    frequency: Numbers
    recency: Numbers
    age: Numbers
    spend: Numbers

    def __len__(self) -> int:
        return len(self.customers)

    @property
    def repeaters(self) -> int:
        """How many bought more than once."""
        return int((self.frequency > 0).sum())


def summarise(customers: Sequence[str], days: NDArray[np.datetime64], money: Numbers, until: date) -> History:
    """The history of each customer from purchases (parallel arrays, any order); what is later than `until` is not looked at.

    Source: the RFM summary of Hardie's note 022.
    """
    names, whose = np.unique(np.asarray(customers, dtype=object).astype(str), return_inverse=True)
    number = np.asarray(days, dtype="datetime64[D]").astype(np.int64)
    last = int(np.datetime64(until, "D").astype(np.int64))
    kept = number <= last
    keys, position = np.unique(whose[kept].astype(np.int64) * (1 << 32) + number[kept], return_inverse=True)
    spent = np.bincount(position, weights=np.asarray(money, dtype=np.float64)[kept], minlength=len(keys))
    person, day = keys >> 32, keys & ((1 << 32) - 1)
    starts = np.flatnonzero(np.r_[True, person[1:] != person[:-1]]) if len(keys) else np.zeros(0, dtype=np.int64)
    ends = np.r_[starts[1:], len(keys)][: len(starts)]
    repeats = (ends - starts - 1).astype(np.float64)
    first, latest = day[starts], day[ends - 1]
    later = np.add.reduceat(spent, starts) - spent[starts] if len(starts) else np.zeros(0)
    return History(
        customers=tuple(str(names[p]) for p in person[starts]),
        frequency=repeats,
        recency=(latest - first) / DAYS,
        age=(last - first) / DAYS,
        spend=np.divide(later, repeats, out=np.zeros_like(later), where=repeats > 0),
    )


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Buying is Poisson with a rate that varies by a gamma (`r`, `alpha`) over customers; after each purchase one leaves for good with
    a probability that varies by a beta (`a`, `b`). `log_likelihood` is that of the fit."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = 0.0

    def alive(self, history: History) -> Numbers:
        """The probability that each customer still buys here, (customers,). Source: the paper's equation for P(active), as in note 019."""
        x, recency, age = history.frequency, history.recency, history.age
        with np.errstate(divide="ignore"):
            log_odds = (self.r + x) * np.log((self.alpha + age) / (self.alpha + recency)) + np.log(
                self.a / (self.b + np.maximum(x, 1.0) - 1.0)
            )
        gone = np.exp(np.minimum(log_odds, 700.0))
        return np.where(x > 0, 1.0 / (1.0 + gone), 1.0)

    def expected(self, history: History, weeks: float) -> Numbers:
        """Purchases expected of each customer in the next `weeks`, (customers,). Source: equation 10."""
        from scipy.special import hyp2f1

        x, age = history.frequency, history.age
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        if abs(a - 1.0) < 1e-6:
            a = 1.0 + 1e-6
        share = weeks / (alpha + age + weeks)
        ahead = 1.0 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1.0, share)
        made = (a + b + x - 1.0) / (a - 1.0) * ahead * self.alive(history)
        return np.asarray(np.maximum(made, 0.0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Money of a purchase is gamma (`p`) around a customer's own mean, which varies by an inverse gamma (`q`, `gamma`)."""

    p: float
    q: float
    gamma: float

    @property
    def mean(self) -> float:
        """The mean purchase of the customer whose purchases were not seen."""
        return self.p * self.gamma / (self.q - 1.0) if self.q > 1.0 else float("nan")

    def expected(self, history: History) -> Numbers:
        """The mean purchase to expect of each customer: their own mean, drawn to that of all by how few they made. Source: equation 5."""
        x, spend = history.frequency, history.spend
        return np.asarray(self.p * (self.gamma + spend * x) / (self.p * x + self.q - 1.0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Both models of one shop; `spending` is None where too few customers bought twice, or their money tells nothing."""

    buying: BgNbd
    spending: GammaGamma | None

    def value(self, history: History, weeks: float, yearly_discount: float = 0.0) -> Numbers | None:
        """Money expected of each customer in the next `weeks`, discounted month by month; None without a model of money."""
        if self.spending is None:
            return None
        step, money = 52.0 / 12.0, np.zeros(len(history))
        done, before = 0.0, np.zeros(len(history))
        while done < weeks - 1e-9:
            done = min(done + step, weeks) if yearly_discount else weeks
            until = self.buying.expected(history, done)
            money += (until - before) / (1.0 + yearly_discount) ** (done / 52.0)
            before = until
        return np.asarray(money * self.spending.expected(history), dtype=np.float64)


def fit(history: History) -> Lifetime:
    """Both models by maximum likelihood.

    Raises:
        TooFewCustomers: fewer than `FEWEST` customers, hardly any of them twice, or no time passed.
    """
    if len(history) < FEWEST or history.repeaters < FEWEST // 10 or not (history.age > 0).any():
        raise TooFewCustomers(
            f"{history.repeaters} of {len(history)} known customers bought more than once, too few for a model of how customers come back.",
            hint=f"It takes {FEWEST} customers and {FEWEST // 10} who came back.",
        )
    return Lifetime(fit_buying(history), _fit_spending(history))


def fit_buying(history: History) -> BgNbd:
    """BG/NBD by maximum likelihood. Source: equation 6, in the form of Hardie's note 004 (stable in logs)."""
    rows, counts = np.unique(np.stack([history.frequency, history.recency, history.age], axis=1), axis=0, return_counts=True)
    x, recency, age = rows.T
    weights = counts.astype(np.float64)

    def loss(logs: Numbers) -> float:
        return -float(np.dot(weights, _log_likelihood(np.exp(logs), x, recency, age))) / len(history)

    found = _least(loss, ((1.0, 1.0, 1.0, 1.0), (0.3, 5.0, 0.8, 2.5), (1.0, 10.0, 0.2, 2.0)))
    r, alpha, a, b = (float(v) for v in np.exp(found))
    return BgNbd(r, alpha, a, b, -loss(found) * len(history))


def _log_likelihood(parameters: Numbers, x: Numbers, recency: Numbers, age: Numbers) -> Numbers:
    from scipy.special import gammaln

    r, alpha, a, b = parameters
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    leaving = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    stayed = -(r + x) * np.log(alpha + age)
    left = np.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0) - (r + x) * np.log(alpha + recency)
    return np.asarray(rate + leaving + np.where(x > 0, np.logaddexp(stayed, left), stayed), dtype=np.float64)


def _fit_spending(history: History) -> GammaGamma | None:
    """Gamma-Gamma over the customers who came back and paid. Source: equation 1a of note 025."""
    from scipy.special import gammaln

    paid = (history.frequency > 0) & (history.spend > 0)
    x, spend = history.frequency[paid], history.spend[paid]
    if len(x) < FEWEST // 10 or float(np.ptp(spend)) == 0.0:
        return None
    scale = float(spend.mean())
    z = spend / scale

    def loss(logs: Numbers) -> float:
        p, q, gamma = np.exp(logs)
        each = (
            gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
            + (p * x - 1.0) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * z)
        )  # fmt: skip
        return -float(each.mean())

    found = _least(loss, ((1.0, 3.0, 3.0), (6.0, 4.0, 0.5), (2.0, 2.0, 1.0)))
    p, q, gamma = (float(v) for v in np.exp(found))
    return GammaGamma(p, q, gamma * scale) if q > 1.0 else None


def _least(loss: object, starts: Sequence[Sequence[float]]) -> Numbers:
    """Where `loss`, of logs, is least among the descents from `starts`."""
    from scipy.optimize import minimize

    bounds = [(-12.0, 12.0)] * len(starts[0])
    runs = [
        minimize(loss, np.log(start), method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8})
        for start in starts
    ]
    best = min(runs, key=lambda run: float(run.fun))
    return np.asarray(best.x, dtype=np.float64)
