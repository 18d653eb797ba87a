"""Which products a message names, misspellings included, and which it names that do not exist.

Owns the matching of names against the shelf; refuses to guess: a name that is only like a product's is reported as missing, with
the likely one beside it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from assistant.models.words import common_words
from assistant.shopper import cues
from assistant.shopper.limits import read_limits
from assistant.shopper.shelf import Shelf, stems
from assistant.shopper.words import word_list
from assistant.types import Understanding
from retrieval.tokens import fold

ALIKE = 82.0
"""RapidFuzz ratio from which a misspelt name is taken for the product's."""

_SHARED = 4
"""Names from which a word in them tells no product any more."""

_THE = re.compile(r"\b(?:the|your)\s+(?=(?P<name>[\w'-]+(?:\s+[\w'-]+){1,3}))", re.IGNORECASE)
_ASKS_FACT = re.compile(
    r"\b(?:how much|how many|price|cost|stock|colou?rs?|sizes?|made of|material|weigh|heavy|is|does|has|can)\b", re.IGNORECASE
)
_MOST, _LESS = 0.75, 0.6
"""Share of a name from which it is said."""
_FEW = 3
"""Products that may be meant by a part of their names together."""
_TOLD = 3
"""Words of a name that tell its product although they stand apart."""
_APART = 90.0
_CODE = 3
"""Letters up to which a word with a figure tells one product of a line from the next: "X1", "15"."""

NEAR = 62.0
"""Ratio from which a missing product's nearest namesake is worth mentioning."""

_QUOTED = re.compile(r"[\"“”]([^\"“”]{3,80})[\"“”]|(?<!\w)'([^']{5,80})'(?!\w)")
_PROPER = r"[A-Z0-9][\w'&’-]*"
_RUN = re.compile(rf"{_PROPER}(?:\s+(?:(?:of|the|and|de|for|&|-)\s+)?{_PROPER})+")
_DEFINITE = re.compile(
    r"\b(?:(?:price|cost|stock|details?|description|availability|colou?r|size|material|weight|"
    r"dimensions)s? (?:of|for|on|is)|how much (?:is|are|does|do|for|would)|how many(?: of)?|"
    r"tell me (?:more )?about|what about|info(?:rmation)? (?:on|about)|"
    r"do you (?:have|sell|stock|carry)|have you got|got|is|are|does|do|i want|i'd like|looking for|buy|order|"
    r"need) (?:the|your|that)\s+(?!ones?\b)(?P<name>[^?.!,;]{3,80})",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:[a-z]+er than|(?:more|less) [a-z]+ than|"
    r"cost|costs|in stock|available|have|has|come|comes|made|still|sold|waterproof|right now|now|today|"
    r"please|currently|is|are|for sale|left|on sale|with|and|or|that|which|in|at|under|below|go|going|sell|"
    r"priced|"
    r"from|worth|really|good|suitable|compare|machine|dishwasher|need|work|fit|contain|include|support)\b.*$",
    re.IGNORECASE,
)


_OWN_WORD = 4
"""Letters from which a word that is none of the language's may be a product's."""
_DEFINING = frozenset({"the", "this", "that", "your"})
_AGAINST = frozenset({"or", "vs", "versus"})
_COUNTING = frozenset({"a", "an", "one", "two", "three", "four", "five", "six", "and", "of", "or", "the"})
_ASKS_OF_ONE = re.compile(
    r"\W*(?:(?:and|so|ok|hi|hello|well|btw|also)\W+)*(?:(?:the )?(?:[a-z]+ ){0,2}(?:price|cost|size|weight|height|width|depth|length|"
    r"colou?rs?|material|capacity|stock|origin|dimensions?|specs?|details?|ingredients?|taste|ports?) (?:of|for) |"
    r"(?:how|what|which|where|when|why|is|are|does|do|can|could|will|would|has|have|was)\b)",
    re.IGNORECASE,
)
_SIDE_BY_SIDE = re.compile(
    r"\b(?:vs\.?|versus|or|compared? (?:to|with))\b|\b(?:together|altogether|in total|in all|total|cost|price|how much)\b", re.IGNORECASE
)
_SUMMED = re.compile(r"\band\b.*\b(?:together|altogether|in total|in all|total)\b", re.IGNORECASE)
_PART_OF = re.compile(r"[\w' -]{2,25}? of (?:the|your|that) ", re.IGNORECASE)
_AND = r"(?:,|and|or|&|vs\.?|versus|with|against|than|to|from|over)"
_BESIDE_BEFORE = re.compile(rf"\b(?P<word>[a-z][\w'-]+)(?: one)?\s*{_AND}\s+(?:the |your |that )?$", re.IGNORECASE)
_BESIDE_AFTER = re.compile(
    rf"^(?:'s)?(?:\s+(?:[a-z]+er|(?:more|less) [a-z]+))?\s*{_AND}\s+(?:the |your |that )?(?P<word>[a-z][\w'-]+)\b", re.IGNORECASE
)
_FOR_A_BRAND = re.compile(
    r"\b(?:cables?|chargers?|cases?|covers?|straps?|holders?|stands?|adapt[eo]rs?|skins?|sleeves?|mounts?|tripods?|bands?|docks?|bags?)\b",
    re.IGNORECASE,
)
"""What is bought for a thing of a brand and need not be of it."""
_SIZES = frozenset({"xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A product named in `text[start:end]`; several ids where products share the name. `score` in [0, 100]."""

    ids: tuple[str, ...]
    score: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Naming:
    """What a message names. `missing` is a name that no product bears; `nearest` the ids of the likeliest one."""

    mentions: tuple[Mention, ...] = ()
    missing: str = ""
    nearest: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id for mention in self.mentions for id in mention.ids))


def read_names(understanding: Understanding, shelf: Shelf) -> Naming:
    """The products that a message names, in its order."""
    text = understanding.text.replace("’", "'")
    found = _alike(text, shelf) + _plain(text, shelf) + _partial(understanding, shelf)
    found = found or _scattered(text, shelf) or _definite(text, shelf)
    found = found + _by_one_word(text, found, shelf)
    mentions = _without_options(_kept(found), text, shelf)
    mentions = mentions + _elliptic(text, mentions, shelf)
    brand = "" if _FOR_A_BRAND.search(text) else _strange_brand(text, shelf)
    if brand and not mentions:
        return Naming((), brand)
    for phrase, start, end in _claimed(text):
        inside = [m for m in mentions if m.start < end and start < m.end]
        if _is_claim(phrase, start, inside, text, shelf):
            rest = tuple(m for m in mentions if m not in inside)
            return Naming(rest, phrase, _nearest(phrase, shelf))
    return Naming(tuple(sorted(mentions, key=lambda m: m.start)))


def _alike(text: str, shelf: Shelf) -> list[Mention]:
    """Whole names of two words or more, as they are or misspelt."""
    lowered = text.casefold().replace("-", " ")
    names = shelf.folded[: bisect_right(shelf.folded, len(text) + 2, key=lambda folded: len(folded[0]))]
    found = []
    for name, score, place in process.extract(
        lowered, [name for name, _ in names], scorer=fuzz.partial_ratio, score_cutoff=ALIKE, limit=12
    ):
        where = fuzz.partial_ratio_alignment(name, lowered)
        if where is not None and _same_words(name, _whole_words(lowered, where.dest_start, where.dest_end)):
            found.append(Mention((names[place][1],), score, where.dest_start, where.dest_end))
    return found


def _whole_words(text: str, start: int, end: int) -> str:
    """The words of which `text[start:end]` holds a part."""
    return text[text.rfind(" ", 0, start + 1) + 1 : end if (after := text.find(" ", max(end - 1, 0))) < 0 else after]


def _same_words(name: str, said: str) -> bool:
    """Whether each word of the name has its like in what was said: "Classic Oak Table" is no misspelling of "Classic Teak Table"."""
    words = said.replace("-", " ").split()
    if any(any(map(str.isdigit, part)) and part not in words for part in name.replace("-", " ").split() if len(part) <= _CODE):
        return False  # "phone with" is no misspelt "Phone X1"
    for word in sorted((w for w in name.replace("-", " ").split() if len(w) > 2), key=lambda w: w not in words):
        like = max(words, key=lambda other: fuzz.ratio(word, other), default="")
        if fuzz.ratio(word, like) < (62 if len(word) > 3 else 50):
            return False
        words.remove(like)  # one word is no misspelling of two: "sleeping bag" is no "Lapwing Sleeping Bag"
    return True


def _plain(text: str, shelf: Shelf) -> list[Mention]:
    """Names whose words stand in the message one after the other, plurals and all."""
    tokens = [(m.start(), m.end(), stems(m[0])) for m in re.finditer(r"[^\W_]+(?:['-][^\W_]+)*", text)]
    found = []
    for first, (start, _, forms) in enumerate(tokens):
        for id, wanted in (entry for form in forms for entry in shelf.spelled.get(form, ())):
            window = tokens[first : first + len(wanted)]
            if len(window) == len(wanted) and all(word in token[2] for word, token in zip(wanted, window, strict=True)):
                found.append(Mention((id,), 100.0, start, window[-1][1]))
    return found


def _scattered(text: str, shelf: Shelf) -> list[Mention]:
    """The one product all of whose name's words a message holds, in whatever order: "the voyager backpack, the vibrant one"."""
    places = {stem: (m.start(), m.end()) for m in re.finditer(r"[^\W_]+(?:['-][^\W_]+)*", text) for stem in stems(m[0])}
    held = [
        (id, words) for first in places for id, words in shelf.spelled.get(first, ()) if len(words) >= _TOLD and set(words) <= set(places)
    ]
    if len({id for id, _ in held}) != 1:
        return []
    id, words = held[0]
    return [Mention((id,), _APART, min(places[w][0] for w in words), max(places[w][1] for w in words))]


def _definite(text: str, shelf: Shelf) -> list[Mention]:
    """The one product whose name holds the words after "the": "which colours does the Nuthatch mug come in"; a few that share a name's
    telling word, which are told apart by asking."""
    for match in _THE.finditer(text):
        words = list(re.finditer(r"[^\W_]+(?:['-][^\W_]+)*", match["name"]))
        for count in range(min(len(words), _TOLD + 1), 1, -1):
            held = [shelf.named(stem) for word in words[:count] for stem in stems(word[0])[-1:]]
            joint = frozenset.intersection(*held)
            own = any(len(ids) < _SHARED for ids in held) or bool(_ASKS_FACT.search(text))
            telling = any(not shelf.is_department(stems(word[0])[-1]) for word in words[:count])
            few = len(joint) == 1 or (1 < len(joint) <= _FEW and telling)
            in_order = any(_in_order(words[:count], shelf.products[id].name) for id in joint) if len(joint) == 1 else False
            if few and own and (in_order or shelf.is_kind(stems(words[count - 1][0])[-1])):
                start = match.start("name")
                return [Mention(tuple(sorted(joint)), _APART, start + words[0].start(), start + words[count - 1].end())]
    return []


def _in_order(words: Sequence[re.Match[str]], name: str) -> bool:
    """Whether words stand in a name one after the other: "desk pro" in "Height-adjustable desk Pro"."""
    own = [stems(word)[-1] for word in name.replace("-", " ").split() if stems(word)]
    said = [stems(word[0])[-1] for word in words]
    return any(own[place : place + len(said)] == said for place in range(len(own)))


def _by_one_word(text: str, found: list[Mention], shelf: Shelf) -> list[Mention]:
    """Products told by the one word that only their names have, where something is asked of them or they are held against others: "is
    the rioja vegan", "windsor vs pila", "a jar of jam and a spaghetti, what would that cost?"."""
    beside, pointed = bool(_SIDE_BY_SIDE.search(text)), bool(cues.PRONOUN.search(text))
    if not beside and (found or not _ASKS_OF_ONE.match(text) or cues.SEEKS.search(text)):
        return []
    told: dict[str, Mention] = {}
    weak: set[str] = set()
    words = list(re.finditer(r"[^\W\d_]+", text))
    for place, match in enumerate(words):
        word, start = match[0], match.start()
        id = shelf.sole.get(fold(stems(word)[-1]), "")
        free = id and not any(m.start <= start < m.end or id in m.ids for m in found)
        before = words[place - 1][0].casefold() if place else ""
        if not free or word.casefold() in word_list("filler") | word_list("question_filler") | word_list("colours") | word_list(
            "materials"
        ):
            continue
        strange = stems(word)[-1] not in common_words() and len(word) >= _OWN_WORD
        after = words[place + 1][0].casefold() if place + 1 < len(words) else ""
        sure = (strange and not pointed) or before in _DEFINING or (beside and before in _COUNTING)
        if sure or {before, after} & _AGAINST:
            weak |= set() if sure else {id}
            told.setdefault(id, Mention((id,), _APART, start, match.end()))
    several = len(told) + len(found) > 1
    kept = [mention for id, mention in told.items() if several or id not in weak]
    return kept if several or not beside or _ASKS_OF_ONE.match(text) else []


def _elliptic(text: str, mentions: list[Mention], shelf: Shelf) -> list[Mention]:
    """Products named by the one word that tells them, beside another of their style: "the Downland and the Cove rain jacket"."""
    found: list[Mention] = []
    for mention in mentions:
        for pattern, start, end in ((_BESIDE_BEFORE, 0, mention.start), (_BESIDE_AFTER, mention.end, len(text))):
            match = pattern.search(text[start:end])
            product = shelf.products.get(mention.ids[0])
            if match is None or product is None:
                continue
            word, at = stems(match["word"])[-1], start + match.start("word")
            own = product.name.casefold().split()
            like = [
                p
                for p in shelf.many(sorted(shelf.named(word)))
                if (p.category, p.style) == (product.category, product.style)
                and word in shelf.labels[p.id].name
                and p.id not in mention.ids
            ]
            like = [p for p in like if p.name.casefold().split()[-2:] == own[-2:]] or like
            free = not any(m.start <= at < m.end for m in (*mentions, *found))
            if len(like) == 1 and free and not shelf.is_department(word):
                found.append(Mention((like[0].id,), _APART, at, at + len(match["word"])))
    return found


def _partial(understanding: Understanding, shelf: Shelf) -> list[Mention]:
    """Names said for the most part, as the entity rules found them; less of one is enough where two are held against one another."""
    several = (cues.COMPARE, cues.DIFFERENCE, _SUMMED)
    enough = _LESS if any(pattern.search(understanding.text) for pattern in several) else _MOST
    return [
        Mention((str(e.value),), 75.0 * e.score, e.start, e.end)
        for e in understanding.of_kind("product")
        if e.value in shelf.products and e.score >= enough and _telling(e.surface, shelf)
    ]


def _telling(surface: str, shelf: Shelf) -> bool:
    words = [w for w in stems(surface) if w not in word_list("filler")]
    borne = [shelf.named(word) for word in words if shelf.named(word)]
    joint = {shelf.products[id].name for id in frozenset.intersection(*borne)} if borne else set()
    own = len(joint) == 1 or len(borne) < len(words)  # "rain jacket" is a kind, whatever names hold it
    return own and (len(words) >= 2 or not shelf.is_kind(stems(surface)[-1]))


def _kept(found: list[Mention]) -> list[Mention]:
    """The longest and best of overlapping mentions; those with the same span and score are one mention of several products."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (-(m.score >= 99), -(m.end - m.start) * m.score, m.start)):
        twin = next(
            (
                n
                for n, other in enumerate(kept)
                if (other.start, other.end) == (mention.start, mention.end) and abs(other.score - mention.score) < 0.5
            ),
            None,
        )
        if twin is not None:
            kept[twin] = Mention(tuple(dict.fromkeys(kept[twin].ids + mention.ids)), mention.score, mention.start, mention.end)
        elif not any(other.start < mention.end and mention.start < other.end for other in kept):
            kept.append(mention)
    return kept


def _claimed(text: str) -> list[tuple[str, int, int]]:
    """Phrases that speak of a thing by name: quoted, capitalised in mid-sentence, or with "the" in a question about it."""
    claims = [(m[1] or m[2], m.start(), m.end()) for m in _QUOTED.finditer(text)]
    if sum(c.isupper() for c in text) < 0.5 * sum(c.isalpha() for c in text):
        for match in _RUN.finditer(text):
            claims += _run(match, text)
    for match in _DEFINITE.finditer(text):
        part = _PART_OF.match(match["name"])
        start = match.start("name") + (part.end() if part is not None else 0)
        name = _TAIL.sub("", text[start : match.end("name")]).strip()
        if name:
            claims.append((name, start, start + len(name)))
    return claims


def _run(match: re.Match[str], text: str) -> list[tuple[str, int, int]]:
    words, start = match[0].split(), match.start()
    opening = start == 0 or text[:start].rstrip()[-1:] in ".!?"
    while words and (words[0].casefold() in word_list("filler") or opening):
        opening = False
        cut = len(words[0])
        rest = match[0][start - match.start() + cut :]
        start += cut + len(rest) - len(rest.lstrip())
        words = words[1:]
    named = [word for word in words if word[0].isupper()]
    return [(" ".join(words), start, match.end())] if len(words) >= 2 and named else []


def _is_claim(phrase: str, start: int, inside: list[Mention], text: str, shelf: Shelf) -> bool:
    """Whether the phrase names a thing that the mentions inside it do not account for."""
    wanted = [word for word in stems(phrase) if (word not in word_list("filler") and not word.isdigit()) or any(c.isdigit() for c in word)]
    wanted = [w for w in wanted if w not in {"one", "two", "first", "second"} and w not in _SIZES]
    if not wanted or read_limits(phrase) or (not inside and _tells_a_kind(phrase, shelf)):
        return False
    if inside:
        known = set().union(*(shelf.labels[id].everything for mention in inside for id in mention.ids if id in shelf.labels))
        names = " ".join(shelf.products[id].name.casefold() for mention in inside for id in mention.ids)
        beside = _beside(phrase, start, inside)
        stray = [w for w in beside if w not in known and not any(fuzz.ratio(w, other) >= 70 for other in stems(names))]
        return bool(stray)
    proper = bool(_RUN.fullmatch(phrase)) or phrase in {m[1] or m[2] for m in _QUOTED.finditer(text)}
    if proper:
        return len(wanted) >= 2 and max(map(len, wanted)) > 1 and not _of_the_shop(wanted, shelf)  # "S and M" are sizes
    return (
        len(wanted) >= 3
        and not any(set(wanted) <= label.everything for label in shelf.labels.values())
        and any(shelf.is_kind(w) or not shelf.knows(w) for w in wanted)
    )


def _tells_a_kind(phrase: str, shelf: Shelf) -> bool:
    """Whether a phrase begins with what the shop has and goes on with something else: "trekking poles fold", "cheapest tent for three"."""
    if any(c.isupper() for c in phrase):
        return False
    said = [word for word in phrase.split() if stems(word)]
    while said and said[0] in word_list("filler"):
        said = said[1:]
    for count in range(1, len(said)):
        held = [shelf.named(stems(word)[-1]) for word in said[:count]]
        known = bool(frozenset.intersection(*held)) and shelf.is_department(stems(said[count - 1])[-1])
        if known and (count > 1 or said[count] in word_list("filler")):
            return True
    return False


def _without_options(mentions: list[Mention], text: str, shelf: Shelf) -> list[Mention]:
    """Without mentions that are an option of another product named: a backpack with a laptop compartment is no laptop."""
    options = {
        (m, value.casefold())
        for m in mentions
        for product in shelf.many(m.ids)
        for variant in product.variants
        for value in variant.options.values()
    }
    return [m for m in mentions if not any(text[m.start : m.end].casefold() == value for other, value in options if other is not m)]


def _strange_brand(text: str, shelf: Shelf) -> str:
    """A brand known the world over that nothing in this shop bears; not where it is a way to pay."""
    for match in re.finditer(r"[^\W\d_]+(?!\s+pay\b)", text):
        word = match[0].casefold()
        if word in word_list("brands") and not shelf.worded(stems(word)[-1]):
            return match[0]
    return ""


def _beside(phrase: str, start: int, inside: list[Mention]) -> list[str]:
    """Stems of the capitalised words of a phrase that its mentions do not hold: those that may belong to another product's name."""
    words = ((m[0], start + m.start()) for m in re.finditer(r"[^\W_][\w'&’-]*", phrase))
    outside = (word for word, place in words if not any(m.start <= place < m.end for m in inside))
    return [stem for word in outside if word[0].isupper() for stem in stems(word) if stem not in word_list("filler")]


def _of_the_shop(wanted: list[str], shelf: Shelf) -> bool:
    """Whether the words are a kind of the shop's and no name: "Gift Cards", "Christmas Decorations"."""
    return len(wanted) <= 2 and all(shelf.is_kind(word) for word in wanted) and bool(shelf.named(wanted[0]) & shelf.named(wanted[-1]))


def _nearest(phrase: str, shelf: Shelf) -> tuple[str, ...]:
    names = dict(shelf.names())
    best = process.extract(
        phrase.casefold(), {id: name.casefold() for id, name in names.items()}, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR, limit=2
    )
    return tuple(id for _, _, id in best)
