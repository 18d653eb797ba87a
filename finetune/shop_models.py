"""The models of one shop's trade, fitted to what its warehouse holds: recommender, propensity, how customers come back, categories.

Owns what is learnt from, what is skipped and why, and the rule that a model gives way only to one that is no worse on purchases that
neither has seen. Nothing later than the as-of day is looked at.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.analyst.reviewing import read_all_reviews
from assistant.config import load_settings
from assistant.errors import ImportRefused, ModelMissing
from assistant.models import categories, propensity, recommender
from assistant.models.categories import TooFewProducts
from assistant.models.encoder import load_encoder
from assistant.models.folder import Card, Dataset, read_card, write_card
from assistant.models.registry import draft_folder, find_model, install
from assistant.models.sentiment import load_sentiment
from assistant.types import Progress
from assistant.warehouse import Warehouse
from finetune.categories import fit_meaning
from finetune.item_links import Recipe
from finetune.lifetime import Ledger, judge
from finetune.propensity import Fitted, fit_propensity, log_loss
from finetune.recommend import FEWEST_EXAMPLES, Histories, Measured, choose_mix, make_recommender, measure

MOST_ITEMS = 20_000
"""Products with a history that links are fitted to, the most bought; two dense matrices of more would not fit a small machine."""
MOST_GOODS = 6_000
"""Products whose names are encoded to learn categories from, a minute's work."""
MOST_READ = 8_000
"""Reviews read in one go, a few minutes' work; an even sample, and the rest the next time."""
FEWEST_JUDGED = 50
RECENT_DAYS = 60
OWN = Dataset("this shop's own orders", "the shop's own data")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one model: `installed`, `kept` (the one in use is no worse) or `skipped`, with the reason and its figures; of the
    reviews: `read`."""

    model: str
    what: str
    why: str
    figures: str = ""

    def __str__(self) -> str:
        return f"{self.model}: {self.what}; {self.why}" + (f" ({self.figures})" if self.figures else "")


@dataclass(frozen=True, slots=True)
class Trade:
    """Sale lines of goods up to the as-of day, by time: parallel arrays. `customers` is empty for lines of nobody known."""

    orders: NDArray[np.str_]
    customers: NDArray[np.str_]
    products: NDArray[np.str_]
    days: NDArray[np.datetime64]
    money: NDArray[np.float64]
    today: date


def train_store(folder: Path, progress: Progress | None = None, today: date | None = None) -> Iterator[Outcome]:
    """Fit what the data allows, one model after the other, and put to use what is no worse than what is there.

    Args:
        folder: the store.
        today: the as-of day; later purchases are not looked at. Else the last day of the data.

    Raises:
        WarehouseMissing: nothing was imported yet.
    """
    report = progress or (lambda stage, done, total: None)
    warehouse = Warehouse.open(folder)
    trade = read_trade(warehouse, today)
    trainers: Sequence[tuple[str, Callable[[Path, Trade, Progress], Outcome]]] = (
        ("recommender", _recommender),
        ("propensity", _propensity),
        ("customer lifetime", _lifetime),
    )
    for name, trainer in trainers:
        report(name, 0, None)
        try:
            if trade is None:
                raise ImportRefused("no sale has a date.")
            yield trainer(folder, trade, report)
        except ImportRefused as reason:
            yield Outcome(name, "skipped", str(reason))
    report("categories", 0, None)
    try:
        yield _categories(folder, warehouse)
    except (ImportRefused, TooFewProducts) as reason:
        yield Outcome("categories", "skipped", str(reason))
    yield _reviews_read(folder, warehouse, report)


def _categories(folder: Path, warehouse: Warehouse) -> Outcome:
    """What products' names mean for their categories; the words by themselves are fitted when asked for."""
    texts, sorts = read_goods(warehouse)
    if len(texts) > MOST_GOODS:
        chosen = np.random.default_rng(13).choice(len(texts), MOST_GOODS, replace=False)
        texts, sorts = [texts[n] for n in chosen], [sorts[n] for n in chosen]
    digest = hashlib.sha256(json.dumps([texts, sorts]).encode()).hexdigest()
    encoder = load_encoder(load_settings(folder).encoder)
    with suppress(ModelMissing):
        in_use = read_card(find_model(categories.SLOT, folder)).settings
        if in_use["goods"] == digest and in_use["encoder"] == encoder.id:
            return Outcome("categories", "kept", "the catalogue is what the one in use was fitted to")
    categories.Categories(texts, sorts)  # too few are told before anything is encoded
    made = fit_meaning(texts, sorts, encoder.encode(texts), encoder.id)
    figures = f"{made.accuracy:.1%} of {len(texts)} products held out, by words alone {made.words_accuracy:.1%}"
    if made.accuracy <= made.words_accuracy:
        raise ImportRefused(f"the words alone tell as much: {figures}.")
    with draft_folder(folder, categories.SLOT) as draft:
        draft.mkdir()
        settings = {**categories.save_meaning(draft, made), "goods": digest}
        metrics = {"test_accuracy": made.accuracy, "baseline_accuracy": made.words_accuracy}
        data = (Dataset("this shop's own catalogue", OWN.licence, rows=len(texts)),)
        notes = "A linear model over embeddings of names, judged five-fold as the blend with the words that is served."
        base, labels = f"embeddings of {encoder.id}", {categories.TASK: made.names}
        write_card(draft, Card(categories.TASK, categories.SLOT, base, labels, data, metrics, settings, OWN.licence, notes))
        install(folder, categories.SLOT, draft, figures)
    return Outcome("categories", "installed", "what names mean tells more than their words alone", figures)


def read_goods(warehouse: Warehouse) -> tuple[list[str], list[str]]:
    """Names and categories of the products that have one, by their ids."""
    table = warehouse.table("products")
    goods = table.filter(~table["service"], table["active"].fill_null(True), table["category"].notnull(), table["category"] != "")
    rows = warehouse.run(goods.select("product_id", "product", "category").order_by("product_id"))
    return rows["product"].to_pylist(), rows["category"].to_pylist()


def _reviews_read(folder: Path, warehouse: Warehouse, progress: Progress) -> Outcome:
    """Reads the reviews by their words, so that staff need not wait for it; those read before are kept."""
    try:
        done = read_all_reviews(folder, warehouse, load_sentiment(folder, threads=os.cpu_count() or 1), most=MOST_READ, progress=progress)
    except ModelMissing as reason:
        return Outcome("reviews", "skipped", str(reason))
    if not done.total:
        return Outcome("reviews", "skipped", "there are none with words.")
    return Outcome("reviews", "read", f"{done.read:,} anew, {done.total:,} in all")


def read_trade(warehouse: Warehouse, today: date | None = None) -> Trade | None:
    """The sale lines of goods; None where no sale has a date."""
    last = warehouse.as_of.date() if warehouse.as_of else None
    if last is None:
        return None
    until = min(today or last, last)
    lines = warehouse.table("lines")
    sold = lines.filter(lines["sale"], ~lines["service"], lines["day"] <= until)
    picked = sold.select("order_id", "customer_id", "product_id", "day", "sold_at", "amount").order_by(
        ["sold_at", "order_id", "product_id"]
    )
    table = warehouse.run(picked)
    customers = np.array([c or "" for c in table["customer_id"].to_pylist()], dtype=str)
    return Trade(
        np.array(table["order_id"].to_pylist(), dtype=str), customers, np.array(table["product_id"].to_pylist(), dtype=str),
        np.array(table["day"].to_pylist(), dtype="datetime64[D]"), table["amount"].to_numpy().astype(np.float64), until,
    )  # fmt: skip


def histories_of(trade: Trade) -> tuple[Histories, NDArray[np.datetime64]]:
    """The baskets of each customer by time, those of nobody known, and the day of each customer's last basket."""
    items, counts = np.unique(trade.products, return_counts=True)
    if len(items) > MOST_ITEMS:
        items = np.sort(items[np.argsort(-counts, kind="stable")[:MOST_ITEMS]])
    place = np.searchsorted(items, trade.products)
    known = (place < len(items)) & (items[np.minimum(place, len(items) - 1)] == trade.products) if len(items) else np.zeros(0, dtype=bool)
    _, order_of = np.unique(trade.orders, return_inverse=True)
    # lines are by time, so the first line of an order says when it stands
    baskets: dict[int, list[int]] = {}
    owner: dict[int, str] = {}
    day: dict[int, Any] = {}
    for line in np.flatnonzero(known).tolist():
        order = int(order_of[line])
        baskets.setdefault(order, []).append(int(place[line]))
        owner.setdefault(order, str(trade.customers[line]))
        day.setdefault(order, trade.days[line])
    customers: dict[str, list[int]] = {}
    loose = []
    for order in baskets:
        if owner[order]:
            customers.setdefault(owner[order], []).append(order)
        else:
            loose.append(np.unique(baskets[order]))
    histories = tuple(tuple(np.unique(baskets[order]) for order in orders) for orders in customers.values())
    last = np.array([day[orders[-1]] for orders in customers.values()], dtype="datetime64[D]")
    return Histories(tuple(items.tolist()), histories, tuple(loose)), last


def _recommender(folder: Path, trade: Trade, progress: Progress) -> Outcome:
    histories, last = histories_of(trade)
    if len(histories.items) < 10:
        raise ImportRefused(f"{len(histories.items)} products were sold; it takes 10 to recommend one for another.")
    known, wanted = histories.before_last()
    judged = sum(1 for baskets in wanted if baskets)
    if judged < FEWEST_JUDGED:
        raise ImportRefused(f"{judged} customers ordered three times or more; it takes {FEWEST_JUDGED} to see whether it works.")
    trial = make_recommender(known, Recipe(), progress=progress)
    before, earlier = known.before_last()
    mix = choose_mix(make_recommender(before, Recipe()), before, earlier) if any(earlier) else replace(trial.mix, chance_share=0.0)
    towers = _about_towers(trial, mix)
    trial = trial.remixed(mix)
    made = measure(trial, known, wanted)
    figures = f"NDCG@10 {made.ndcg:.4f} on the last orders of {made.customers} customers, the most bought {made.popular_ndcg:.4f}"
    if made.ndcg <= made.popular_ndcg:
        raise ImportRefused(f"showing everybody the most bought does as well: {figures}.")
    refused = _not_better(folder, known, wanted, last, made, trial)
    if refused:
        return Outcome("recommender", "kept", refused, figures)
    late = trade.days > np.datetime64(trade.today) - np.timedelta64(RECENT_DAYS, "D")
    recent = _orders_of(trade, histories.items, late)
    final = make_recommender(histories, replace(Recipe(), mix=mix), recent=recent)
    with draft_folder(folder, recommender.SLOT) as draft:
        draft.mkdir()
        settings = {**recommender.save_recommender(draft, final), "as_of": trade.today.isoformat()}
        metrics = {f"test_{name}": float(value) for name, value in made.to_json().items()}
        base = "ridge regression and EASE over orders" + (", two towers by softmax beside them" if final.towers else "")
        data, notes = (replace(OWN, rows=len(trade.orders)),), "Judged on each customer's last order, fitted without it; holds no customer."
        write_card(draft, Card(recommender.TASK, recommender.SLOT, base, {}, data, metrics, settings, OWN.licence, f"{notes} {towers}"))
        install(folder, recommender.SLOT, draft, figures)
    return Outcome("recommender", "installed", f"it foretells last orders better than the most bought. {towers}", figures)


def _about_towers(trial: recommender.ItemRecommender, mix: recommender.Mix) -> str:
    """What became of the two towers beside the links."""
    if trial.towers is None:
        return f"Two towers were skipped: fewer than {FEWEST_EXAMPLES:,} orders follow an earlier one of their customer."
    if not mix.chance_share:
        return "Two towers were skipped: on the orders before the last, links alone did as well."
    return f"Two towers have {mix.chance_share:.0%} of the score, as did best on the orders before the last."


def _orders_of(trade: Trade, items: Sequence[str], which: NDArray[np.bool_]) -> NDArray[np.int32]:
    pairs = {(o, p) for o, p in zip(trade.orders[which].tolist(), trade.products[which].tolist(), strict=True)}
    counts: dict[str, int] = {}
    for _, product in pairs:
        counts[product] = counts.get(product, 0) + 1
    return np.array([counts.get(item, 0) for item in items], dtype=np.int32)


def _not_better(
    folder: Path, known: Histories, wanted: Sequence[Any], last: NDArray[np.datetime64], made: Measured, trial: recommender.ItemRecommender
) -> str:
    """Why the recommender in use stays: it does better on orders later than anything it was fitted to. Empty where it gives way."""
    try:
        path = find_model(recommender.SLOT, folder)
    except ModelMissing:
        return ""
    as_of = np.datetime64(read_card(path).settings["as_of"])
    unseen = tuple(baskets if day > as_of else () for baskets, day in zip(wanted, last, strict=True))
    count = sum(1 for baskets in unseen if baskets)
    if count < FEWEST_JUDGED:
        return f"only {count} customers ordered since the one in use was made, too few to tell whether a new one is better"
    in_use = _in_terms_of(recommender.load_recommender(path), known)
    old, new = measure(in_use, known, unseen).ndcg, measure(trial, known, unseen).ndcg
    return f"the one in use does better on the {count} orders since: NDCG@10 {old:.4f} against {new:.4f}" if old > new else ""


def _in_terms_of(model: recommender.ItemRecommender, histories: Histories) -> recommender.ItemRecommender:
    """The same model over the products of `histories`, in their order; products that it does not know have no links."""
    number = {id: n for n, id in enumerate(histories.items)}
    target = np.array([number.get(id, -1) for id in model.ids], dtype=np.int64)
    links = model.links
    sources = np.repeat(target, np.diff(links.starts))
    ends = target[links.items]
    kept = np.flatnonzero((sources >= 0) & (ends >= 0))
    order = kept[np.lexsort((ends[kept], sources[kept]))]
    starts = np.searchsorted(sources[order], np.arange(len(number) + 1))
    moved = recommender.Links(
        starts.astype(np.int64), ends[order].astype(np.int32), links.next[order], links.near[order], links.similar[order],
        links.together[order], links.after[order],
    )  # fmt: skip
    known = np.zeros(len(number), dtype=bool)
    known[target[target >= 0]] = model.known[target >= 0]
    towers = model.towers.moved(target, len(number)) if model.towers else None
    return recommender.ItemRecommender(histories.items, moved, np.zeros(len(number), dtype=np.int32), model.mix, known, towers)


def _ledger(trade: Trade) -> Ledger:
    known = trade.customers != ""
    return Ledger(trade.customers[known], trade.days[known], trade.money[known])


def _propensity(folder: Path, trade: Trade, progress: Progress) -> Outcome:
    made = fit_propensity(_ledger(trade), trade.today)
    figures = (
        f"AUC {made.auc:.3f} on the last {made.model.horizon} days, recency alone {made.recency_auc:.3f}; "
        f"log loss {made.log_loss:.4f} against {made.recency_log_loss:.4f}"
    )
    if made.log_loss >= made.recency_log_loss:
        raise ImportRefused(f"recency alone tells as much: {figures}.")
    refused = _propensity_stays(folder, made)
    if refused:
        return Outcome("propensity", "kept", refused, figures)
    with draft_folder(folder, propensity.SLOT) as draft:
        draft.mkdir()
        settings = {**propensity.save_propensity(draft, made.model), "as_of": trade.today.isoformat()}
        data = (replace(OWN, rows=len(trade.orders)),)
        notes = "Judged on the last month, which it was neither fitted nor calibrated to; holds no customer."
        write_card(draft, Card(propensity.TASK, propensity.SLOT, "", {}, data, made.metrics, settings, OWN.licence, notes))
        install(folder, propensity.SLOT, draft, figures)
    return Outcome("propensity", "installed", "it tells more than recency alone", figures)


def _propensity_stays(folder: Path, made: Fitted) -> str:
    """Why the propensity model in use stays: it does no worse on a month that it never saw. Empty where it gives way."""
    try:
        path = find_model(propensity.SLOT, folder)
    except ModelMissing:
        return ""
    if date.fromisoformat(read_card(path).settings["as_of"]) > made.cut:
        return "the one in use was made within the month that both would be judged on"
    features, bought = made.month
    old = log_loss(propensity.load_propensity(path).probabilities(features), bought)
    return f"the one in use does better on the last month: log loss {old:.4f} against {made.log_loss:.4f}" if old < made.log_loss else ""


def _lifetime(folder: Path, trade: Trade, progress: Progress) -> Outcome:
    """Nothing is stored: two handfuls of parameters are fitted when asked for. This tells how far they are to be trusted."""
    made = judge(_ledger(trade))
    figures = (
        f"fitted to the first half of the time, {made.expected:,.0f} purchases expected in the second and {made.came:,.0f} made; "
        f"error {made.error:.2f} a customer, at the same pace {made.pace_error:.2f}"
    )
    return Outcome("customer lifetime", "checked", "it is fitted anew whenever the data changes, so nothing is stored", figures)
