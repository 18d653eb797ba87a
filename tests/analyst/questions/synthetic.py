"""A small made-up shop in the layout of the public data: the same calendar and the same traps, none of its rows.

Traps kept: lower-case codes, several names for one code, service codes, cancellations, book-keeping, write-offs, lines without a
customer or a price, closed Saturdays and a closed turn of the year, a last day that ends at noon.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

COLOURS = ("BLUE", "RED", "GREEN", "IVORY", "BLACK", "SILVER", "YELLOW", "LARGE")
STUFFS = ("ENAMEL", "WICKER", "COTTON", "VINTAGE", "GLAZED", "PINE", "GARDEN", "DECORATION")
THINGS = (
    "TEAPOT",
    "BASKET",
    "CUSHION",
    "LANTERN",
    "DOORSTOP",
    "NAPKIN HOLDER",
    "CANDLESTICK",
    "PLANTER",
    "TEA TOWEL",
    "CLOCK",
    "JEWELLERY BOX",
)
COUNTRIES = {
    "United Kingdom": 0.72,
    "Germany": 0.05,
    "France": 0.05,
    "EIRE": 0.04,
    "Netherlands": 0.03,
    "Spain": 0.03,
    "Portugal": 0.02,
    "Norway": 0.02,
    "Channel Islands": 0.01,
    "RSA": 0.01,
    "Japan": 0.01,
    "Unspecified": 0.01,
}
SERVICES = ("POST", "M", "BANK CHARGES")
FIRST, LAST = pd.Timestamp("2009-12-01 07:45"), pd.Timestamp("2011-12-09 12:50")


def lines(seed: int = 7) -> pd.DataFrame:
    """About 23,000 lines over two years; columns as in the public file."""
    rng = np.random.default_rng(seed)
    names, prices, appeal = _range(rng)
    orders = _orders(rng)
    held = rng.integers(1, 9, len(orders))
    order = np.repeat(np.arange(len(orders)), held)
    product = rng.choice(len(names), len(order), p=appeal)
    product[1:] = np.where((order[1:] == order[:-1]) & (rng.random(len(order) - 1) < 0.15), (product[:-1] + 1) % len(names), product[1:])
    frame = orders.iloc[order].reset_index(drop=True)
    frame["StockCode"] = [f"{21000 + p}" + ("b" if p % 9 == 0 and rng.random() < 0.3 else "B" if p % 9 == 0 else "") for p in product]
    frame["Description"] = [names[p] if rng.random() > 0.05 else f"{names[p]} (OLD)" for p in product]
    frame["Quantity"] = rng.geometric(0.12, len(frame))
    frame["Price"] = np.round(prices[product] * np.where(rng.random(len(frame)) < 0.2, 0.9, 1.0), 2)
    frame = pd.concat([frame, _services(rng, orders), _credits(rng, frame), _oddities(rng, frame)], ignore_index=True)
    return frame.sort_values("InvoiceDate", kind="stable", ignore_index=True)


def _range(rng: np.random.Generator) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Names, prices and how often each product is chosen; shape (products,)."""
    every = [f"{c} {s} {t}" for c in COLOURS for s in STUFFS for t in THINGS]
    names = [every[i] for i in sorted(rng.choice(len(every), 180, replace=False))]
    rng.shuffle(names)
    weight = 1.0 / np.arange(3, len(names) + 3)
    return names, np.round(rng.gamma(2.0, 2.5, len(names)) + 0.4, 2), weight / weight.sum()


def _orders(rng: np.random.Generator) -> pd.DataFrame:
    """One row an order: Invoice, InvoiceDate, Customer ID, Country; a Christmas peak and a little growth."""
    moments = []
    for day in pd.date_range(FIRST.normalize(), LAST.normalize()):
        if day.weekday() == 5 or (day.month == 12 and day.day >= 24) or (day.month == 1 and day.day <= 3):
            continue
        season = {9: 1.2, 10: 1.5, 11: 1.9, 12: 1.4}.get(day.month, 1.0)
        count = rng.poisson(7 * season * (1.1 if day.year == 2011 else 1.0) * (0.6 if day.weekday() == 6 else 1.0))
        minutes = np.sort(rng.integers(8 * 60, (12 if day == LAST.normalize() else 18) * 60, count))
        moments += [day + pd.Timedelta(minutes=int(m)) for m in minutes]
    moments = [FIRST, *moments[1:], LAST]
    customer = rng.zipf(1.4, len(moments)) % 700
    home = rng.choice(list(COUNTRIES), 700, p=list(COUNTRIES.values()))
    known = rng.random(len(moments)) > 0.2
    return pd.DataFrame(
        {
            "Invoice": [f"{500000 + n}" for n in range(len(moments))],
            "InvoiceDate": pd.Series(moments).astype("datetime64[us]"),
            "Customer ID": pd.array(np.where(known, 12000 + customer, 0), dtype="Int32"),
            "Country": np.where(known, home[customer], rng.choice(list(COUNTRIES), len(moments), p=list(COUNTRIES.values()))),
        }
    ).assign(**{"Customer ID": lambda f: f["Customer ID"].where(f["Customer ID"] > 0)})


def _services(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    some = orders.sample(frac=0.08, random_state=1).copy()
    codes = rng.choice(SERVICES, len(some), p=[0.8, 0.15, 0.05])
    return some.assign(StockCode=codes, Description=codes, Quantity=1, Price=np.round(rng.uniform(3, 40, len(some)), 2))


def _credits(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Part of the lines come back, each on a cancellation of its own some days later."""
    some = frame[frame["InvoiceDate"] < LAST - pd.Timedelta(days=25)].sample(frac=0.02, random_state=2).copy()
    some["Invoice"] = [f"C{600000 + n}" for n in range(len(some))]
    some["InvoiceDate"] += pd.to_timedelta(rng.integers(1, 20, len(some)), unit="D")
    some["Quantity"] = -np.maximum(1, some["Quantity"] // 2)
    return some


def _oddities(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """What counts nowhere: write-offs, gifts at no price, book-keeping."""
    some = frame.sample(90, random_state=3).copy()
    kind = rng.integers(0, 3, len(some))
    some["Quantity"] = np.where(kind == 0, -some["Quantity"], some["Quantity"])
    some["Price"] = np.where(kind == 1, 0.0, some["Price"])
    some["Invoice"] = np.where(kind == 2, "A" + some["Invoice"], some["Invoice"])
    some["StockCode"] = np.where(kind == 2, "B", some["StockCode"])
    return some


def reviews(seed: int = 11) -> pd.DataFrame:
    """2,000 reviews of a clothing shop; columns as in the public file."""
    rng = np.random.default_rng(seed)
    classes = {
        "Dresses": ["Dresses"],
        "Tops": ["Knits", "Blouses"],
        "Bottoms": ["Pants", "Jeans"],
        "Intimate": ["Sleep"],
        "Trend": ["Trend"],
    }
    department = rng.choice(list(classes), 2000, p=[0.3, 0.35, 0.2, 0.1, 0.05])
    rating = rng.choice([1, 2, 3, 4, 5], 2000, p=[0.05, 0.07, 0.13, 0.2, 0.55])
    phrases = ("so soft and warm", "The zipper broke.", "itchy at the neck", "fits well", "Soft, but the colour is off", "too long for me")
    text = rng.choice([*phrases, ""], 2000, p=[0.15, 0.1, 0.1, 0.25, 0.15, 0.21, 0.04])
    return pd.DataFrame(
        {
            "Clothing ID": rng.zipf(1.3, 2000) % 60 + 800,
            "Age": rng.integers(18, 84, 2000),
            "Title": rng.choice(["", "Lovely", "Not for me"], 2000),
            "Review Text": text,
            "Rating": rating,
            "Recommended IND": (rating + rng.integers(-1, 2, 2000) >= 4).astype(int),
            "Positive Feedback Count": rng.poisson(2, 2000),
            "Division Name": rng.choice(["General", "General Petite", "Initmates"], 2000, p=[0.6, 0.33, 0.07]),
            "Department Name": department,
            "Class Name": [rng.choice(classes[d]) for d in department],
        }
    ).replace({"Title": {"": None}, "Review Text": {"": None}})
