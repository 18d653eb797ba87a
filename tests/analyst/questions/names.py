"""Names that stand in the questions as {P1}, {W2}, {K1} ...: chosen from the data at hand, so that the suite fits any shop."""

from __future__ import annotations

import re
from collections import Counter

from oracle import Oracle, Slice

PLACE = re.compile(r"\{(\w+)\}")


class Names:
    """The choice is a function of the data alone. Asked for a name that the data cannot give, it raises KeyError."""

    def __init__(self, oracle: Oracle) -> None:
        self._values: dict[str, str] = {}
        self._spoken: dict[str, str] = {}
        by_sales = oracle.measure("net_sales", Slice(), "product").sort_values(ascending=False)
        named = {code: oracle.names[code] for code in by_sales.index if code in oracle.names}
        self._words = {code: frozenset(_words(name)) for code, name in named.items()}
        self._products([code for code in by_sales.index if code in named], named)
        self._shared_words(named)
        customers = oracle.measure("net_sales", Slice(), "customer").sort_values(ascending=False)
        orders = oracle.measure("orders", Slice(), "customer")
        for rank, label in enumerate([k for k in customers.index if orders.get(k, 0) >= 5][:8], 1):
            self._put(f"K{rank}", label)
        for rank, item in enumerate(oracle.reviews["item"].value_counts().index[:4], 1):
            self._put(f"I{rank}", str(item))
        self._put("XC", next(code for code in ("99998Z", "98765Q", "91919K") if code not in named))
        self._put("XK", next(str(k) for k in range(99001, 99999) if str(k) not in customers.index))

    def fill(self, text: str) -> str:
        """A question's text with its names."""
        return PLACE.sub(lambda m: self._spoken[m[1]], text)

    def fill_spec(self, text: str) -> str:
        """A gold's text with codes and numbers: {P1}, {W1}, {T1} and {C1} all become the code."""
        return PLACE.sub(lambda m: self._values[m[1]], text)

    def _put(self, handle: str, value: str, spoken: str = "") -> None:
        self._values[handle], self._spoken[handle] = value, spoken or value

    def _products(self, ranked: list[str], named: dict[str, str]) -> None:
        """P, C, T from the best sellers whose name is theirs alone; W from the next ones."""
        times = Counter(_plain(name) for name in named.values())
        clear = [c for c in ranked if times[_plain(named[c])] == 1 and len(self._words[c]) >= 3]
        for rank, code in enumerate(clear[:12], 1):
            self._put(f"P{rank}", code, _plain(named[code]))
            self._put(f"C{rank}", code)
            self._put(f"L{rank}", code, code.lower())
            self._put(f"T{rank}", code, _misspelt(_plain(named[code])))
        rank = 0
        for code in clear[12:]:
            words = self._fewest_words(code, named[code])
            if words:
                rank += 1
                self._put(f"W{rank}", code, words)
            if rank == 8:
                return

    def _fewest_words(self, code: str, name: str) -> str:
        """Two or three words in their order that only this product's name has, also with plurals and short words aside."""
        words = [w for w in _words(name) if len(w) > 3]
        for left in range(len(words)):
            for right in range(left + 1, len(words)):
                pair = {words[left], words[right]}
                fits = [c for c, have in self._words.items() if all(any(_alike(w, h) for h in have) for w in pair)]
                if fits == [code]:
                    return f"{words[left]} {words[right]}"
        return ""

    def _shared_words(self, named: dict[str, str]) -> None:
        """A: pairs of words that several names hold. S: words that hold the same names as a word and as a bare run of letters."""
        counts = Counter(w for have in self._words.values() for w in have if len(w) > 3 and w.isalpha())
        rank = 0
        for word, _ in counts.most_common(400):
            inside = {c for c, name in named.items() if word.upper() in name.upper()}
            whole = {c for c, have in self._words.items() if any(_alike(word, h) for h in have)}
            if inside == whole and len(whole) >= 5:
                rank += 1
                self._put(f"S{rank}", word.upper(), word)
            if rank == 6:
                break
        pairs = Counter((a, b) for name in named.values() for a, b in zip(_words(name), _words(name)[1:], strict=False))
        full = {_plain(name) for name in named.values()}
        wanted = [p for p, n in pairs.most_common(60) if 4 <= n <= 40 and " ".join(p) not in full and all(len(w) > 3 for w in p)]
        for rank, pair in enumerate(wanted[:4], 1):
            self._put(f"A{rank}", " ".join(pair))


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", name.lower())


def _alike(word: str, other: str) -> bool:
    """Equal but for a plural ending or one letter of a longer word."""
    if word == other or word.rstrip("s") == other.rstrip("s"):
        return True
    return len(word) > 4 and len(other) > 4 and word[:-1] in (other, other[:-1])


def _misspelt(name: str) -> str:
    """The longest word with its fourth and fifth letters swapped."""
    longest = max(name.split(), key=len)
    if len(longest) < 6:
        return name.replace(longest, longest[:-2] + longest[-1])
    return name.replace(longest, longest[:3] + longest[4] + longest[3] + longest[5:])
