"""What a shopper is looking for, as a value: words, hard constraints and exclusions, read off one message.

Knows the shelf's vocabulary to tell a kind of product from a mood; refuses to search.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from typing import Any

from assistant.models import numbers
from assistant.shopper import ages, cues, freedom, limits, measures, origin, spelling, stories
from assistant.shopper.limits import Limit
from assistant.shopper.shelf import Shelf, stems
from assistant.shopper.words import word_list
from assistant.types import Understanding

_TURN = re.compile(
    r"\b(?:for|with|to|that|which|who|when|while|because|keeps?|keeping|stays?|holds?|holding|survives?|so|under|below|over|above|between|from|around|in|on|"
    r"at|of|made|and|or|but|not|no|without|except|w|i|you|we|he|she|they|,|;|\.|\?|!)\b|[,;.?!]",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_ABOUT = re.compile(
    r"\b(?:around|about|roughly|approximately|circa|near|close to)\s+(?:us)?\W?\s?\d|~\s?\W?\d|"
    r"\d\s?(?:-?ish\b|(?:dollars |bucks |quid |euros )?(?:or so|or thereabouts|give or take)\b)",
    re.IGNORECASE,
)
_OR = re.compile(r"(?:\bor\b|(?:\band|\bplus|,)\s+(?:also\s+)?(?:an?|some)\b)(?P<words>[^,.;?!]{3,60})", re.IGNORECASE)
_CONTAINED = re.compile(r"\b(?P<what>sets?|pairs?|packs?|box(?:es)?|bundles?|kits?|bunch|collections?) of\b", re.IGNORECASE)
"""What holds several of a thing, with the "of" before the thing."""
_SPAN = re.compile(
    r"(?<![\w.#-])(?:between |from )?(?:[$£€]\s?)?(?P<low>\d{1,5}(?:\.\d{1,2})?)\s*(?:-|–|to|and)\s*"
    r"(?:[$£€]\s?)?(?P<high>\d{1,5}(?:\.\d{1,2})?)"
    r"(?=\s*(?:$|[,.?!;)$£€]|each\b|please\b|max\b|or\b|dollars?\b|bucks\b|usd\b|euros?\b|pounds\b|total\b|range\b))",
    re.IGNORECASE,
)
_LETTERS = frozenset("bcdefghijklmnopqrstuvwxyz")
"""What an apostrophe leaves of a word: "grandad's"."""
_ONES = re.compile(r"\s+ones?\b", re.IGNORECASE)
_ADVISED = re.compile(
    r"\b(?:what|which)(?: (?:sort|kind|type)s? of)? (?P<asked>[\w' -]{3,40}?) (?:(?:would|do|can|could|should) (?:you|i|we|he|she|they)|"
    r"fits?(?: me| us)?\b|suits? (?:me|us|him|her|them)|(?:is|are) (?:safe|suitable|best|good|right|ok|okay|fine))\b|"
    r"\b(?:recommend|suggest)(?: me| us)? (?:an?|some|any) (?P<wanted>[\w' -]{3,40})",
    re.IGNORECASE,
)
_SUCH_A_ONE = re.compile(r"\b(?:an?|another|some|new|good|better|bigger|smaller)\s+(?:[a-z-]+\s+){0,2}ones?\b", re.IGNORECASE)
"""What stands for a thing named before: "took up the flute, a starter one"."""
_ROUND = re.compile(
    r"\b(?:around|about|roughly|circa)\s+(?P<number>\d{1,5}(?:\.\d{1,2})?)(?=\s*(?:$|[,.?!]|each\b|please\b|max\b|or\b))", re.IGNORECASE
)
_MAY_HAVE = re.compile(
    r"\b(?:can|could|may|should|would) (?:"
    r"(?:i|we|he|she|they|you|one) (?:safely |still )?(?P<verb>eat|drink|use|have|take|wear|serve|cook)|"
    r"(?:[\w'-]+ ){1,6}?(?P<other>eat|drink|wear))\b",
    re.IGNORECASE,
)
"""What is done with goods whatever they are: "which loaves can I eat", "can coeliacs eat"."""
_ALLERGIC = re.compile(r"\ballerg(?:y|ies|ic)\b", re.IGNORECASE)
_OF_OURS = re.compile(
    r"\W*(?:(?:and|so|ok|hi|hello)\W+)*(?:are|is|do|does|can|have|has|will|would)\s+(?:any of |all of )?(?:your|the|these|those|all)\s+"
    r"(?P<rest>[\w' -]+)",
    re.IGNORECASE,
)
_AS_TRAIT = re.compile(r"\b(?:in|of|from)\s+(?:an?\s+|the\s+)?$", re.IGNORECASE)
_FOND = re.compile(
    r"\b(?P<what>[a-z]{3,}) (?:nut|fan|freak|buff|lover|geek|addict|fanatic|aficionado|enthusiast)s?\b"
    r"(?=\W*$|\W*[,.;!?]|\W+(?:and|who|under|below|for|with|up)\b)",
    re.IGNORECASE,
)
_LIKED = re.compile(r"\b(?:loves?|likes?|enjoys?|is into|fond of|a fan of|collects?|wants?|needs?)\s+(?P<what>[\w -]{3,30})", re.IGNORECASE)
_IN_STOCK = re.compile(
    r"\b(?:in stock|available (?:now|right now|today|immediately)|(?:that|which) (?:is|are|"
    r"you) (?:actually )?(?:available|have)|ready to ship|not sold out|have on hand)\b",
    re.IGNORECASE,
)


_AMOUNT = r"(?:\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|a hundred)"
_THERE = (
    r"(?:\s+(?:or more|plus|at least))?(?:\s+(?:pieces|units|items|pairs|sets))?(?:\s+of (?:them|those|these|it|each))?"
    r"(?:\s+(?:are|is|to be|left|still|being))*\s+(?:in stock|available|in store|left|on hand|on (?:the|your) shel(?:f|ves)|ready)\b"
)
_UNITS = re.compile(
    rf"\b(?:at (?:the )?(?:very )?least|a minimum of|min(?:imum)?\.?|no(?:t)? (?:less|fewer) than|more than|over)\s+(?P<number>{_AMOUNT})"
    rf"{_THERE}|"
    rf"\bstock (?:of|is|should be) (?:at least |over |more than )?(?P<count>{_AMOUNT})\b|"
    rf"(?<![$£€.\d])\b(?P<plus>{_AMOUNT})(?:\+| or more| plus| of (?:them|those|each)){_THERE}",
    re.IGNORECASE,
)


SEATS = " person"
"""How a size ends that says for how many people something is."""
_PEOPLE = re.compile(r"\s+(?:people|persons?|adults|men|of us|diners|guests)\b", re.IGNORECASE)
_FEATURED = re.compile(r"\b(?:with|having|(?:that|which|who) (?:has|have|comes? with)|incl(?:uding|\.)?)\b", re.IGNORECASE)
_SEATING = frozenset({"seat", "sleep", "diner"})
_SEATED = re.compile(
    r"\b(?:family of|(?:sleep|fit|seat)s?|(?:for|of)(?= \w+ (?:people|persons?|adults|men|of us)\b)) (?P<number>\d{1,2}|[a-z]+)\b|"
    r"\b(?P<before>\d{1,2}|one|two|three|four|five|six|eight)[- ](?:persons?|people|man|men|berth)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """`core` names the thing, `context` what it is for; all words are stems. Bounds are in the shop's currency.

    `below` and `above` exclude the bound itself, `most` and `least` include it.
    """

    core: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    """What the goods must state to be free of, or to be: keys of `freedom`."""
    origins: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    """Countries that the goods must, and must not, come from."""
    months: float | None = None
    """The age of the child that it is for."""
    allergic: bool = False
    """Whether an allergy is the reason for what is left out."""
    below: float | None = None
    most: float | None = None
    above: float | None = None
    least: float | None = None
    in_stock: bool = False
    units: int | None = None
    """How many must be in stock at least."""
    featured: bool = False
    """Whether the context names what the thing must have ("with wireless charging"), not only what it is for."""
    either: bool = False
    """Whether any one of the colours will do: "white or sage"."""
    limits: tuple[Limit, ...] = ()
    """Bounds to what the goods measure."""
    query: str = ""
    other: tuple[str, ...] = ()
    """What would do as well, or is wanted besides: "a wok or a large pan", "a pan and a knife"."""

    @property
    def words(self) -> tuple[str, ...]:
        return self.core + self.context

    @property
    def constrained(self) -> bool:
        """Whether anything beyond words is asked for."""
        return any(
            value not in ((), None, False)
            for name, value in asdict(self).items()
            if name not in {"core", "context", "query", "other", "either", "featured"}
        )

    @property
    def bare(self) -> Wish:
        """The thing alone, without anything that is asked of it."""
        return Wish(core=self.core, context=self.context, query=self.query, other=self.other)

    def allows_price(self, price: float | None) -> bool:
        """Whether a price keeps the bounds; an unknown price keeps none."""
        if self.below is None and self.most is None and self.above is None and self.least is None:
            return True
        return price is not None and all(
            (
                self.below is None or price < self.below,
                self.most is None or price <= self.most,
                self.above is None or price > self.above,
                self.least is None or price >= self.least,
            )
        )

    def to_memory(self) -> Mapping[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in ((), None, False, "")}

    @classmethod
    def from_memory(cls, memory: Mapping[str, Any]) -> Wish:
        kept = {f.name: _tupled(memory[f.name]) for f in fields(cls) if f.name in memory}
        limited = tuple(Limit(**{name: _tupled(value) for name, value in limit.items()}) for limit in kept.pop("limits", ()))
        return cls(**kept, limits=limited)

    def in_terms_of(self, before: Wish) -> Wish:
        """This wish under the terms of one before it, where it says none of its own: "and a scarf, same conditions"."""
        free = self.below is None and self.most is None and self.above is None and self.least is None
        bounds: dict[str, Any] = {"below": before.below, "most": before.most, "above": before.above, "least": before.least} if free else {}
        return replace(
            self,
            context=(),
            colours=self.colours or before.colours,
            materials=self.materials or before.materials,
            sizes=self.sizes or before.sizes,
            brands=self.brands or before.brands,
            excluded=tuple(dict.fromkeys(self.excluded + before.excluded)),
            free=tuple(dict.fromkeys(self.free + before.free)),
            origins=self.origins or before.origins,
            barred=tuple(dict.fromkeys(self.barred + before.barred)),
            allergic=self.allergic or before.allergic,
            months=before.months if self.months is None else self.months,
            in_stock=self.in_stock or before.in_stock,
            **bounds,
        )

    def refined(self, other: Wish) -> Wish:
        """This wish, with what `other` says more exactly put in its place: how "in blue?" is understood after a search."""
        bounds: dict[str, Any] = {}
        if other.below is not None or other.most is not None:
            bounds |= {"below": other.below, "most": other.most}
        if other.above is not None or other.least is not None:
            bounds |= {"above": other.above, "least": other.least}
        excluded = tuple(dict.fromkeys(self.excluded + other.excluded))
        return replace(
            self,
            context=tuple(dict.fromkeys(self.context + other.words)),
            either=other.either if other.colours else self.either,
            colours=other.colours or tuple(c for c in self.colours if c not in excluded),
            materials=other.materials or tuple(m for m in self.materials if m not in excluded),
            sizes=other.sizes or self.sizes,
            brands=other.brands or self.brands,
            excluded=excluded,
            free=tuple(dict.fromkeys(self.free + other.free)),
            origins=other.origins or self.origins,
            barred=tuple(dict.fromkeys(self.barred + other.barred)),
            allergic=self.allergic or other.allergic,
            months=self.months if other.months is None else other.months,
            in_stock=self.in_stock or other.in_stock,
            units=other.units or self.units,
            limits=(*(m for m in self.limits if (m.fields, m.unit) not in {(o.fields, o.unit) for o in other.limits}), *other.limits),
            query=f"{self.query} {other.query}".strip(),
            **bounds,
        )


def read_wish(understanding: Understanding, shelf: Shelf, named: tuple[tuple[int, int], ...] = ()) -> Wish:
    """The wish in a message. What stands in a span of `named` belongs to a product's name and is no trait."""
    text = spelling.plain(understanding.text)
    terms = [t for t in freedom.terms(text, shelf) if not any(start <= t.start < end or start < t.end <= end for start, end in named)]
    places = origin.wanted(text, shelf)
    places = places if not any(a <= start < b for start, _ in places.spans for a, b in named) else origin.Wanted()
    excluded, negated = _exclusions(text, [*((term.start, term.end) for term in terms), *places.spans])
    traits = {kind: _traits(understanding, kind, [*negated, *named]) for kind in ("colour", "material", "size", "brand")}
    limited = limits.read_limits(text)
    seats, sized = _seats(text, shelf), bool(shelf.worded("person"))  # goods come "for 2 persons", or state their seats in a field
    limited = (*limited, (limits.seats(seats[0]), seats[1])) if seats is not None and not sized else limited
    unnamed = [*negated, *_measure(text, shelf), *(span for _, span in limited), *((seats[1],) if seats is not None else ())]
    core, context = (
        tuple(dict.fromkeys(shelf.corrected(word) for word in shelf.joined(words))) for words in _words(understanding, text, unnamed, shelf)
    )
    core = tuple(word for word in core if word not in word_list("brands") or shelf.worded(word)) or core  # "a cable for my iPhone"
    said = {
        str(e.value).casefold()
        for e in understanding.of_kind("colour", "material")
        if _AS_TRAIT.search(text[: e.start])
        or _ONES.match(text[e.end :])
        or e.surface.casefold() in word_list("colours") - word_list("coloured_things")
    }
    traits, core = _settled(traits, core, said, shelf)
    bounds = _bounds(understanding, text)
    core, context = _headed(text, core, context, shelf, bounded=bool(bounds))
    soft = () if shelf.sized else tuple(size for size in traits["size"] if size in word_list("vague_sizes"))
    return Wish(
        core=core,
        context=context,
        colours=traits["colour"],
        materials=traits["material"],
        sizes=(
            *(size for size in traits["size"] if size not in soft),
            *((f"{seats[0]}{SEATS}",) if seats is not None and sized else ()),
        ),
        brands=traits["brand"],
        excluded=excluded,
        free=tuple(dict.fromkeys(term.key for term in terms)),
        origins=places.wanted,
        barred=places.barred,
        months=ages.wanted(text),
        allergic=any(term.allergic for term in terms) or bool(_ALLERGIC.search(text)),
        in_stock=bool(_IN_STOCK.search(text)),
        units=_units(text),
        featured=bool(core and context and _FEATURED.search(text)),
        limits=tuple(limit for limit, _ in limited),
        either=_either(understanding, text, traits["colour"]),
        query=text if core else " ".join(context) or text,
        other=_other(text, core, context, shelf),
        **bounds,
    )


def _seats(text: str, shelf: Shelf) -> tuple[int, tuple[int, int]] | None:
    """For how many people it is to be ("for 3 people", "2-man", "sleeps four"), with where that is said; None where no goods tell it."""
    match = _SEATED.search(text) if shelf.worded("person") or shelf.fields & _SEATING else None
    number = numbers.parse_number(match["number"] or match["before"]) if match is not None else None
    if match is None or number is None:
        return None
    people = _PEOPLE.match(text[match.end() :])
    return int(number), (match.start(), match.end() + (people.end() if people is not None else 0))


def _measure(text: str, shelf: Shelf) -> list[tuple[int, int]]:
    """Where a text asks for more or most of a measure ("lightest", "highest capacity"), which names no thing."""
    measure = measures.asked(limits.without_limits(text))
    if measure is None or measure.degree == "positive":
        return []
    noun = stems(text[measure.end : measure.noun])
    return [(measure.start, measure.noun if noun and noun[0] in shelf.fields and not any(map(shelf.is_kind, noun)) else measure.end)]


def _units(text: str) -> int | None:
    """How many of each must be in stock, where a message says so: "at least 10 of them in stock"."""
    match = _UNITS.search(text)
    number = numbers.parse_number(match["number"] or match["count"] or match["plus"]) if match else None
    return None if match is None or number is None else int(number) + (1 if numbers.STRICTLY_ABOVE.match(match[0]) else 0)


def _either(understanding: Understanding, text: str, colours: tuple[str, ...]) -> bool:
    places = [(e.start, e.end) for e in understanding.of_kind("colour") if str(e.value).casefold() in colours]
    return any(re.fullmatch(r"\W*(?:or|/)\W*(?:in )?", text[a[1] : b[0]], re.IGNORECASE) for a, b in pairwise(places))


def _other(text: str, core: tuple[str, ...], context: tuple[str, ...], shelf: Shelf) -> tuple[str, ...]:
    """The kind of thing that would do as well, said after "or"."""
    if not core:
        return ()
    for match in _OR.finditer(text):
        phrase = _TURN.split(match["words"], maxsplit=1)[0]
        words = [shelf.corrected(word) for word in stems(phrase) if word in (*core, *context) and word not in word_list("colours")]
        if words and shelf.named(words[-1]):
            return tuple(word for word in words if shelf.worded(word))
    return ()


def _exclusions(text: str, told: Sequence[tuple[int, int]]) -> tuple[tuple[str, ...], list[tuple[int, int]]]:
    """Stems of what is not wanted, and where it is said; `told` are places that are read otherwise, which come first."""
    words: list[str] = []
    spans, settled = list(told), (*told, stories.lacked(text))
    for match in cues.NEGATION.finditer(text):
        said = match["words"] or match["free"]
        found = [word for word in stems(said) if word not in word_list("filler")]
        if any(start < match.end() and match.start() < end for start, end in settled):
            continue
        if found:
            limit = 1 if match["free"] or not re.search(r"\b(?:or|nor|and)\b|,", said) else len(found)
            words.extend(found[:limit])
            spans.append(match.span())
    return tuple(dict.fromkeys(words)), spans


def _traits(understanding: Understanding, kind: str, negated: list[tuple[int, int]]) -> tuple[str, ...]:
    kept = (e for e in understanding.of_kind(kind) if not any(start <= e.start < end for start, end in negated))
    return tuple(dict.fromkeys(str(e.value).casefold() for e in kept))


def _words(
    understanding: Understanding, text: str, negated: list[tuple[int, int]], shelf: Shelf
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Content words before the first turn of the phrase that follows one, and those after it.

    After "a gift" or "something" all words are context: they say what it is for, not what it is.
    """
    filler = word_list("filler")
    blanked = _blank(
        text,
        [
            *negated,
            *(match.span(match.lastgroup or 0) for match in _MAY_HAVE.finditer(text)),
            *((e.start, e.end) for e in understanding.of_kind("money", "money_max", "money_min", "ordinal", "email", "order_id", "period")),
        ],
    )
    core: list[str] = []
    context: list[str] = []
    mood = stories.tells_of_another(text) and cues.MOOD.search(text) is not None
    told_of = word_list("persons") if mood else frozenset()
    blanked = _CONTAINED.sub(r"\g<what> ", stories.without_places(stories.wanted_first(blanked)))
    for part in _TURN.split(shelf.thesaurus.rephrased(_FOND.sub(r"\g<what>", blanked))):
        found = [
            word
            for raw in _WORD.findall(part)
            if raw.casefold() not in filler
            for word in stems(raw)
            if word not in filler and word not in told_of and not word.isdigit() and word not in _LETTERS
        ]
        mood = mood or bool(cues.MOOD.search(part))
        (context if core or mood else core).extend(found)
    return tuple(dict.fromkeys(core)), tuple(dict.fromkeys(word for word in context if word not in core))


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _settled(
    traits: Mapping[str, tuple[str, ...]], core: tuple[str, ...], said: set[str], shelf: Shelf
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Words that are the very thing asked for ("a rose", "a red rose") are no colour or material, unless `said` as one ("in rose")."""
    settled = {}
    for kind, values in traits.items():
        alone = len(core) == 1 and shelf.is_kind(core[0])
        settled[kind] = tuple(value for value in values if value in said or not (alone and core[0] in stems(value)))
    taken = {word for values in settled.values() for value in values for word in stems(value)}
    left = tuple(word for word in core if word not in taken)
    things = [word for word in core if word in word_list("coloured_things") and shelf.is_kind(word) and word not in said]
    if left or len(core) < 2 or not things or core[-1] != things[-1]:
        return settled, left
    return {kind: tuple(v for v in values if things[-1] not in stems(v)) for kind, values in settled.items()}, (things[-1],)


def _headed(
    text: str, core: tuple[str, ...], context: tuple[str, ...], shelf: Shelf, *, bounded: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What somebody is said to like is the thing, where no core word is one: "my wife's birthday is near and she loves jewellery"."""
    kinds = tuple(word for word in (*core, *context) if shelf.is_kind(word))
    if (ours := _ours(text, core, shelf)) and len(ours) < len(core):
        return ours, tuple(w for w in (*core, *context) if w not in ours)
    advised = {stem for match in _ADVISED.finditer(text) for stem in stems(match["asked"] or match["wanted"])}
    told = not set(core) & advised or _clause(text, core, shelf)
    if told and (meant := tuple(word for word in kinds if word in advised)):
        return meant, tuple(w for w in (*core, *context) if w not in meant)
    another = cues.DEFECT.search(text) and cues.ANOTHER.search(text)
    if kinds and bounded and _clause(text, core, shelf):  # "my son plays chess, he lost his board. 30 at most"
        return kinds[-1:], tuple(w for w in (*core, *context) if w != kinds[-1])
    if kinds and (another or (stories.tells(text) and _SUCH_A_ONE.search(text))):
        return kinds[:1], tuple(w for w in (*core, *context) if w != kinds[0])
    if not core or any(shelf.is_kind(word) for word in core):
        return ((), (*core, *context)) if _clause(text, core, shelf) else (core, context)
    liked = {stem for match in _LIKED.finditer(text) for stem in stems(_TURN.split(match["what"], maxsplit=1)[0])}
    kinds = tuple(word for word in context if word in liked and shelf.is_kind(word))
    if kinds:
        return kinds, tuple(w for w in (*core, *context) if w not in kinds)
    named = any(shelf.worded(word) for word in core)
    return (core, context) if named or not stories.tells(text) else ((), (*core, *context))


def _ours(text: str, core: tuple[str, ...], shelf: Shelf) -> tuple[str, ...]:
    """The goods that a yes or no is asked of: of "are your sleeping bags down or synthetic" the sleeping bags; empty where none is."""
    match = _OF_OURS.match(text)
    words = [shelf.corrected(stem) for word in match["rest"].split() for stem in stems(word)[-1:]] if match is not None else []
    known = [word for word in words if word not in word_list("filler")]
    for count in range(min(len(known) - 1, 3), 0, -1):
        head = known[:count]
        if set(head) <= set(core) and shelf.is_department(head[-1]) and frozenset.intersection(*map(shelf.named, head)):
            return tuple(head)
    return ()


def _clause(text: str, core: tuple[str, ...], shelf: Shelf) -> bool:
    """Whether the first words tell of the writer's life ("we are moving into a flat") and only by chance hold a kind of product."""
    return stories.tells(text) and not stories.seeks_at_last(text) and len(core) > 1 and not shelf.is_kind(core[0])


def _bounds(understanding: Understanding, text: str) -> dict[str, float | None]:
    bounds: dict[str, float | None] = {}
    for entity in understanding.of_kind("money_max", "money_min"):
        upper = entity.kind == "money_max"
        strict = (numbers.STRICTLY_BELOW if upper else numbers.STRICTLY_ABOVE).match(entity.surface.strip())
        bounds[("below" if strict else "most") if upper else ("above" if strict else "least")] = _number(entity.value)
    if not bounds and (span := _SPAN.search(text)) and float(span["low"]) < float(span["high"]):
        return {"least": float(span["low"]), "most": float(span["high"])}
    amounts = [_number(entity.value) for entity in understanding.of_kind("money")]
    if not amounts and (match := _ROUND.search(text)):
        amounts = [float(match["number"])]
    if amounts and not bounds and amounts[0] is not None:
        bounds["most"] = amounts[0] * 1.25 if _ABOUT.search(text) else amounts[0]
        if _ABOUT.search(text):
            bounds["least"] = amounts[0] * 0.75
    return bounds


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
