"""Reading a message: which stretch of it names what. Text in, marks out; nothing is decided yet about what is asked.

Owns the order in which names, codes, times and words are recognised, and the account of what was not recognised: a word
that carries content and is no mark must never be ignored, so it is kept as `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from assistant.analyst.calendar_words import NUMBERS, WEEKDAY_NAMES
from assistant.analyst.lexicon import Lexicon, Sense, closest, mended
from assistant.analyst.periods import Found, PeriodGrammar
from assistant.analyst.text import Token, join, tokenize
from assistant.analyst.values import NAME_STOP, KnownProduct, Values
from assistant.models.numbers import parse_number

MarkKind: TypeAlias = Literal["phrase", "product", "customer", "order", "period", "number", "word", "unknown"]

_CODE = re.compile(r"(?=[a-z0-9_-]*\d)[a-z0-9_][a-z0-9_-]{3,20}")
_CUSTOMER_WORDS = frozenset(["customer", "cust", "client", "buyer", "shopper", "account"])
_ORDER_WORDS = frozenset(["order", "invoice"])
_PRODUCT_WORDS = frozenset(["product", "item", "sku", "code", "stockcode", "article", "line", "prod"])
SCALES = {"hundred": 1e2, "thousand": 1e3, "grand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6}
GOODS_NOUNS = frozenset(("products", "items", "articles", "skus", "goods"))
_LIMITS = frozenset(("over", "above", "than", "least", "most", "under", "below", "exceed", "exceeded", "exceeding", "£", ">", "<"))
"""Words before an amount, which is no product then."""
_AGAINST = frozenset(("vs", "versus", "against", "v"))
_BEFORE_A_SEASON = frozenset(("the", "this", "that", "last", "next", "our", "year", "same"))
_HASH = frozenset(("#", "no", "nr", "number", "id", "num"))


@dataclass(frozen=True, slots=True)
class Mark:
    """Tokens `start`..`end` (end excluded) and what they are. `products` are the candidates of a product name, the most sold first."""

    kind: MarkKind
    start: int
    end: int
    text: str
    senses: tuple[Sense, ...] = ()
    products: tuple[KnownProduct, ...] = ()
    words: tuple[str, ...] = ()
    value: str = ""
    number: float = 0.0
    period: Found | None = None

    def sense(self, kind: str) -> Sense | None:
        """The first sense of a kind, or None."""
        return next((s for s in self.senses if s.kind == kind), None)

    def all(self, kind: str) -> tuple[str, ...]:
        """The values of all senses of a kind."""
        return tuple(s.value for s in self.senses if s.kind == kind)

    def is_op(self, *tags: str) -> bool:
        """Whether one of its operator senses is among `tags`."""
        return any(s.kind == "op" and s.value in tags for s in self.senses)


@dataclass(frozen=True, slots=True)
class Reading:
    """A message's tokens and marks, in order and without overlap; `text` is the tokens with single spaces."""

    text: str
    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    mended: tuple[tuple[str, str], ...] = field(default=())

    def has(self, *tags: str) -> bool:
        """Whether an operator with one of these tags was read."""
        return any(m.is_op(*tags) for m in self.marks)

    def ops(self, *tags: str) -> tuple[Mark, ...]:
        """The operator marks with one of these tags."""
        return tuple(m for m in self.marks if m.is_op(*tags))

    def without_senses(self, starts: Set[int]) -> Reading:
        """The same reading with the marks that begin at `starts` known to be spoken for: they mean nothing further."""
        marks = tuple(replace(m, senses=()) if m.start in starts and m.kind == "phrase" else m for m in self.marks)
        return replace(self, marks=marks)

    def of(self, kind: MarkKind) -> tuple[Mark, ...]:
        """The marks of a kind."""
        return tuple(m for m in self.marks if m.kind == kind)

    def before(self, mark: Mark) -> Mark | None:
        """The mark next before, or None."""
        n = self.marks.index(mark)
        return self.marks[n - 1] if n else None

    def after(self, mark: Mark) -> Mark | None:
        """The mark next after, or None."""
        n = self.marks.index(mark)
        return self.marks[n + 1] if n + 1 < len(self.marks) else None


class Reader:
    """Reads messages with one shop's lexicon and values."""

    def __init__(self, lexicon: Lexicon, values: Values, is_word: Callable[[str], bool] | None = None) -> None:
        self.lexicon, self.values, self.is_word = lexicon, values, is_word

    def read(self, text: str, grammar: PeriodGrammar) -> Reading:
        """The marks of `text`."""
        tokens = mended(tokenize(text), self.lexicon, self.values.name_words, self.is_word)
        desk = _Desk(tokens, self.lexicon, self.values, self.is_word)
        desk.full_names()
        desk.ids()
        desk.periods(grammar)
        desk.phrases()
        desk.opposed_us()
        desk.rest()
        slips = tuple((t.fixed, t.text) for t in tokens if t.fixed)
        return Reading(join(tokens)[0], tuple(tokens), tuple(sorted(desk.marks, key=lambda m: m.start)), slips)


class _Desk:
    """One message being read: tokens, and the marks made so far."""

    def __init__(self, tokens: list[Token], lexicon: Lexicon, values: Values, is_word: Callable[[str], bool] | None) -> None:
        self.tokens, self.lexicon, self.values, self.is_word = tokens, lexicon, values, is_word
        self.marks: list[Mark] = []
        self.free = [True] * len(tokens)
        self.stems = [t.stem for t in tokens]

    def claim(self, kind: MarkKind, start: int, end: int, **more: object) -> None:
        text = " ".join(t.text for t in self.tokens[start:end])
        self.marks.append(Mark(kind, start, end, text, **more))  # type: ignore[arg-type]
        self.free[start:end] = [False] * (end - start)

    # ------------------------------------------------------------------ names and ids

    def full_names(self) -> None:
        """Whole product names, longest first; of one word only where it is written in full or in quotes."""
        sound = [n for n, t in enumerate(self.tokens) if any(c.isalnum() for c in t.text)]
        longest = 12
        for size in range(min(longest, len(sound)), 0, -1):
            for at in range(len(sound) - size + 1):
                window = sound[at : at + size]
                if not all(self.free[n] for n in range(window[0], window[-1] + 1)):
                    continue
                words = [self.stems[n] for n in window]
                found = self.values.named_exactly(words)
                if found and self._worth(window, found):
                    self.claim("product", window[0], window[-1] + 1, products=found, words=tuple(words))

    def _worth(self, window: Sequence[int], found: tuple[KnownProduct, ...]) -> bool:
        if len(window) > 1:
            return any(self.tokens[n].text not in self.lexicon.fillers and not self.tokens[n].text.isdigit() for n in window)
        token = self.tokens[window[0]]
        return token.text not in self.lexicon.vocabulary and len(token.text) > 3

    def ids(self) -> None:
        """Customers after a word for them, product codes, and what looks like either but is neither."""
        for n, token in enumerate(self.tokens):
            lead = self._lead(n)
            owner = _owner(token)
            token = owner if lead in _CUSTOMER_WORDS or owner.text in self.values.customers else token
            if not self.free[n] or not _CODE.fullmatch(token.text) or _is_year(token.text):
                continue
            code = token.text.upper()
            if lead in _CUSTOMER_WORDS and (token.text.isdigit() or code in self.values.customers):
                self.claim("customer", n, n + 1, value=token.text if token.text in self.values.customers else code)
            elif lead in _ORDER_WORDS and (token.text.isdigit() or len(code) > 5):
                self.claim("order", n, n + 1, value=code)
            elif code in self.values.by_code and (not token.text.isdigit() or len(token.text) >= 5):
                self.claim("product", n, n + 1, products=(self.values.by_code[code],), words=(token.text,))
            elif lead in _PRODUCT_WORDS and len(token.text) >= 5 and lead != "item":
                self.claim("product", n, n + 1, words=(token.text,), value=code)
            elif token.text in self.values.customers and len(token.text) >= 4:
                self.claim("customer", n, n + 1, value=token.text)
            elif re.fullmatch(r"\d{5}[a-z]{0,2}", token.text) and not (n and self.tokens[n - 1].text in _LIMITS and token.text.isdigit()):
                self.claim("product", n, n + 1, words=(token.text,), value=code)
        for words, id in self.values.customer_names.items():
            self._customer_named(words, id)

    def _customer_named(self, words: tuple[str, ...], id: str) -> None:
        if len(words) < 2 or words[0] not in self.stems:
            return
        for at in range(len(self.stems) - len(words) + 1):
            if tuple(self.stems[at : at + len(words)]) == words and all(self.free[at : at + len(words)]):
                self.claim("customer", at, at + len(words), value=id)

    def _lead(self, n: int) -> str:
        """The noun before an id, over signs such as `#` and words such as `id`; in lists (`customers 1 and 2`) that of the first."""
        at = n - 1
        while at >= 0 and (
            self.stems[at] in _HASH
            or self.stems[at] in ("and", "or", "vs", "versus", "than", "-", "&")
            or _CODE.fullmatch(self.tokens[at].text)
        ):
            at -= 1
        return self.stems[at] if at >= 0 else ""

    # ------------------------------------------------------------------ times and phrases

    def periods(self, grammar: PeriodGrammar) -> None:
        """What the grammar of time finds among the words not yet taken."""
        masked = [t if self.free[n] else Token("§" * len(t.text), t.raw) for n, t in enumerate(self.tokens)]
        text, starts = join(masked)
        for found in grammar.find(text):
            begin = found.start + (text[found.start] == " ")
            first = next(n for n in range(len(starts) - 1) if starts[n + 1] > begin)
            last = next(n for n in range(len(starts) - 1) if starts[n + 1] >= found.end)
            if all(self.free[first : last + 1]):
                self.claim("period", first, last + 1, period=found)

    def phrases(self) -> None:
        """The longest phrases of the lexicon, from the left; of equally long ones, the exact reading before the stemmed."""
        exact = [t.text if self.free[n] else "" for n, t in enumerate(self.tokens)]
        stems = [s if self.free[n] else "" for n, s in enumerate(self.stems)]
        n = 0
        while n < len(self.tokens):
            if not self.free[n] or self.tokens[n].quoted:
                n += 1
                continue
            end, senses = self.lexicon.stems.longest(stems, n)
            also, absent = self.lexicon.exact.longest(exact, n)
            if also > end:
                end, senses = also, absent
            elif also == end and also > n:
                senses = (*senses, *absent)
            if end > n and self._outdone(stems, n, end):
                end, senses = self.lexicon.stems.longest(stems[: n + 1], n)
            if end == n or any(t.quoted for t in self.tokens[n:end]):
                n += 1
                continue
            self.claim("phrase", n, end, senses=senses)
            n = end

    def opposed_us(self) -> None:
        """ "Canada vs us": the country, where it is set against something."""
        _, senses = self.lexicon.stems.longest(["usa"], 0)
        for n, token in enumerate(self.tokens):
            beside = {self.tokens[at].text for at in (n - 1, n + 1) if 0 <= at < len(self.tokens)}
            if token.text == "us" and self.free[n] and senses and beside & _AGAINST:
                self.claim("phrase", n, n + 1, senses=senses)

    def _outdone(self, stems: list[str], start: int, end: int) -> bool:
        """Whether a metric that begins inside the phrase reaches further: "the average rating" is not "the average"."""
        if self.tokens[start].text not in ("the", "a", "an", "what", "in", "of", "is", "are", "less", "minus"):
            return False
        for later in range(start + 1, end):
            reach, senses = self.lexicon.stems.longest(stems, later)
            if reach > end and any(s.kind == "metric" for s in senses):
                return True
        return False

    # ------------------------------------------------------------------ what is left

    def rest(self) -> None:
        """Numbers, fillers, parts of product names; what remains is unknown."""
        self._number_words()
        for n, token in enumerate(self.tokens):
            if self.free[n] and not token.quoted:
                number = _number(token.text)
                if number is not None:
                    self.claim("number", n, n + 1, number=number)
        self._weekdays()
        self._quoted()
        for run in self._runs(lambda n: self.free[n] and not self._filler(n)):
            self._name_part(run)
        for n in range(len(self.tokens)):
            if self.free[n]:
                self.claim("word" if self._filler(n) else "unknown", n, n + 1)

    def _number_words(self) -> None:
        """ "Five hundred", "2 million", "one hundred and twenty": a number of several words is one."""
        n = 0
        while n < len(self.tokens):
            end = n
            while end < len(self.tokens) and self.free[end] and self._counts(n, end):
                end += 1
            while end > n and self.tokens[end - 1].text == "and":
                end -= 1
            number = _several([t.text for t in self.tokens[n:end]]) if end - n > 1 else None
            if number is not None:
                self.claim("number", n, end, number=number)
            n = max(end, n + 1)

    def _counts(self, start: int, n: int) -> bool:
        """Whether a token goes on with a number that begins at `start`; points end one."""
        token = self.tokens[n]
        if n == start:
            return _number(token.text) is not None
        return not token.lead and (
            token.text in SCALES or token.text == "and" or (parse_number(token.text) is not None and token.text.isalpha())
        )

    def _filler(self, n: int) -> bool:
        token = self.tokens[n]
        if 0 < n < len(self.tokens) - 1 and self.tokens[n - 1].text == "all" and self.tokens[n + 1].text in GOODS_NOUNS and self._known(n):
            return False
        return (
            token.text in self.lexicon.fillers
            or token.stem in self.lexicon.fillers
            or bool(_bases(token.text) & self.lexicon.fillers and token.text not in self.values.name_words)
            or (len(token.text) == 1 and not token.text.isdigit())
        )

    def _weekdays(self) -> None:
        """Days of the week are unknown until the filters take them up, but never part of a product's name; nor is "this year's season"."""
        for n, token in enumerate(self.tokens):
            led = n > 0 and self.tokens[n - 1].stem in _BEFORE_A_SEASON
            if self.free[n] and (
                token.text in WEEKDAY_NAMES
                or token.stem in WEEKDAY_NAMES
                or token.text in ("weekend", "weekends")
                or (led and token.stem == "season")
            ):
                self.claim("unknown", n, n + 1)

    def _quoted(self) -> None:
        """Words in quotes: a product's name, or a word to look for; the parser chooses by what stands around."""
        for run in self._runs(lambda n: self.free[n] and bool(self.tokens[n].quoted)):
            words = [self.stems[n] for n in run if self.stems[n].isalnum()]
            found = self.values.named_exactly(words) or self.values.products_with([w for w in words if w not in NAME_STOP] or words)
            self.claim("product", run[0], run[-1] + 1, products=found, words=tuple(words), value='"')

    def _runs(self, wanted: Callable[[int], bool]) -> list[list[int]]:
        runs: list[list[int]] = []
        for n in range(len(self.tokens)):
            if wanted(n):
                if runs and runs[-1][-1] == n - 1:
                    runs[-1].append(n)
                else:
                    runs.append([n])
        return runs

    def _name_part(self, run: list[int]) -> None:
        """Claim a run of unclaimed words as part of a product's name, widened over small words and numbers while it still fits one."""
        if not all(self.free[n] for n in run):
            return
        start, end = run[0], run[-1] + 1
        if not any(self._known(n) for n in run) or not self._fits(start, end):
            known = [n for n in run if self._known(n)]
            if not known or len(known) < len(run):
                for n in run:
                    self.claim("unknown", n, n + 1)
                return
            self.claim("product", start, end, words=tuple(self._name_words(start, end)))
            return
        start, end = self._with_names_beside(start, end)
        grown = True
        while grown:
            grown = False
            for reach in (1, 2, 3):
                if self._widens(start, end + reach, end, end + reach):
                    end, grown = end + reach, True
                    break
            for reach in (1, 2, 3):
                if self._widens(start - reach, end, start - reach, start):
                    start, grown = start - reach, True
                    break
        words = self._name_words(start, end)
        self._release(start, end)
        self.claim("product", start, end, products=self._fits(start, end), words=tuple(words))

    def _with_names_beside(self, start: int, end: int) -> tuple[int, int]:
        """The stretch together with a whole name next to it, where both are one longer name: "white hangin | heart t-light holder"."""
        for mark in self.marks:
            if mark.kind != "product" or mark.value or len(mark.words) < 2:
                continue
            if mark.start == end and self._fits(start, mark.end):
                return start, mark.end
            if mark.end == start and self._fits(mark.start, end):
                return mark.start, end
        return start, end

    def _widens(self, start: int, end: int, added: int, until: int) -> bool:
        """Whether the tokens `added`..`until` may join the name: they end in a name's word, none is a time or another name,
        and a product has them all."""
        if start < 0 or end > len(self.tokens):
            return False
        outer = until - 1 if added >= start and until == end else added
        if self.stems[outer] in NAME_STOP or not self.tokens[outer].text.isalnum() or not self._known(outer):
            return False
        for n in range(added, until):
            mark = next((m for m in self.marks if m.start <= n < m.end), None)
            if mark is not None and (mark.kind not in ("number", "phrase") or mark.end - mark.start > 1 or not self._may_yield(mark)):
                return False
        return bool(self._fits(start, end))

    def _may_yield(self, mark: Mark) -> bool:
        """Whether a phrase may be read as part of a name instead: demonyms and weak operators may, metrics may not."""
        return (
            not mark.all("metric")
            and not mark.all("dimension")
            and not mark.is_op(
                "how_many", "how_much", "which", "who", "when", "why", "by", "forecast", "share", "include", "exclude", "only"
            )
        )

    def _release(self, start: int, end: int) -> None:
        self.marks = [m for m in self.marks if m.end <= start or m.start >= end]

    def _name_words(self, start: int, end: int) -> list[str]:
        words = [s for s in self.stems[start:end] if s.isalnum() and s not in NAME_STOP]
        return words or [s for s in self.stems[start:end] if s.isalnum()]

    def _fits(self, start: int, end: int) -> tuple[KnownProduct, ...]:
        words = self._name_words(start, end)
        return self.values.products_with(words) if words else ()

    def _known(self, n: int) -> bool:
        word = self.tokens[n].text
        if self.stems[n] in self.values.by_word or word in self.values.name_words:
            return True
        if self.is_word is not None and self.is_word(word):
            return False
        return len(word) > 4 and word.isalpha() and closest(word, frozenset(), self.values.name_words) is not None


def _number(text: str) -> float | None:
    bare = text.replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", bare):
        return float(bare)
    thousands = re.fullmatch(r"(\d+(?:\.\d+)?)(k|m)", bare)
    if thousands:
        return float(thousands.group(1)) * {"k": 1e3, "m": 1e6}[thousands.group(2)]
    if text in ("a", "an") or not text.isalpha():
        return None
    if text in SCALES and len(text) > 1:
        return SCALES[text]
    return float(NUMBERS[text]) if text in NUMBERS else parse_number(text)


def _several(words: Sequence[str]) -> float | None:
    """The value of a number in words, or in figures with a scale behind; None where the words are no number together."""
    if words[0][0].isdigit():
        lead = _number(words[0])
        return None if lead is None or len(words) > 2 else lead * SCALES[words[1]] if words[1] in SCALES else None
    if words[-1] in ("million", "m"):
        lead = parse_number(" ".join(words[:-1]))
        return None if lead is None else lead * SCALES["million"]
    return parse_number(" ".join(words))


def _bases(word: str) -> set[str]:
    """What a verb's form may be a form of: "checking" of "check", "filed" of "file"."""
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            base = word.removesuffix(ending)
            return {base, f"{base}e", base[:-1] if base[-1:] == base[-2:-1] else base}
    return set()


def _owner(token: Token) -> Token:
    """The id in "customer 17511's", with or without the apostrophe."""
    return replace(token, text=re.sub(r"(?<=\d)'?s$", "", token.text))


def _is_year(text: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d", text))
