"""Which items of an order a message means: those it names, counts, leaves out or lets be.

Pure functions over the message and the order; refuses to decide whether anything may be done with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from assistant.models.words import common_words
from assistant.shopper.shelf import stems, synonyms
from assistant.shopper.variants import read_options
from assistant.store.records import Order, OrderLine, Product, Variant

_ALL = re.compile(
    r"\b(?:everything(?! else\b)|all (?:of (?:it|them|that|this|these|those|the items)|items|the items|my items|the things|products)|"
    r"(?:whole|entire|full|complete) (?:order|thing|lot)|both(?: items| of them)?|the lot|"
    r"all (?:two|three|four|five|six|[2-6])(?: of (?:it|them|these|those))?(?: (?:items|things|articles|products|pieces))?"
    r"(?=\W*(?:$|[,.;!?]|(?:of|from|in|are|should|must|need|have|go|please|pls|back|to|because|since|and)\b)))\b",
    re.IGNORECASE,
)
_NUMBERS = {"both": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}
_THOSE_TOLD = re.compile(r"\b(?:all (?:of )?(?:them|these|those)|(?:these|those|them) all)\b", re.IGNORECASE)
_ALL_WANTED = re.compile(
    rf"^\W*(?:\w+\W+){{0,3}}{_ALL.pattern}"
    rf"|\b(?:return|exchang|send|sent|giv|bring|want|need|swap|chang|modif|refund|upgrad|replac)\w*\b[^.?!;,]{{0,20}}{_ALL.pattern}",
    re.IGNORECASE,
)
_EVERY_SUCH = re.compile(
    r"\b(?:both|all|either)(?: of)?(?: (?:the|my|these|those|two|three|four))*\s+(?!items?\b|of\b|things?\b|products?\b)[a-z]{3,}",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:except(?:ing)?|(?:with|without) (?:the )?exception of|but not|(?:apart|aside) from|besides|other than|excluding|"
    r"(?:save|bar|minus|less|leaving out|without|not counting)(?= (?:for )?(?:the|my|that|this|those|these)\b)|"
    r"(?:everything|all(?: of (?:it|them|this|that))?|(?:whole|entire|full) (?:order|lot|thing)|the lot)"
    r"(?: (?:in|from|of|on|that|there|inside|i|ordered|bought|it|this|the|order|parcel|#?\w*\d\w*))*,? but(?! (?:only|just|please)\b))\b"
    r"(?P<rest>[^.!?;\n]*)",
    re.IGNORECASE,
)
_KEPT_BEFORE = re.compile(
    r"\b(?:keep(?:ing)?|leave|never ?mind|(?<!not )(?<!n't )forget(?: about)?|skip|(?:but |and |,\s*|^\W*(?:no\W+)?)not|without)\s+"
    r"(?:the |my |that |this |it\W+the )?(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_KEPT_AFTER = re.compile(
    r"^[^.!?;,\n]{0,30}?\b(?:stay(?:s|ing)?|remain(?:s|ing)?|"
    r"(?:is|are) (?:fine|ok|okay|good|great|perfect|lovely|not (?:going|to go))|"
    r"can stay|"
    r"i(?:'ll| will| want to|'d like to)? keep|i(?:'m| am) (?:keeping|(?:very )?happy with)|i (?:do )?(?:really )?(?:like|love))\b|"
    r"^(?:[\w-]+ ){1,2}(?:(?:are|is|be|all|both|left|to be left) )*un(?:touched|changed|affected)\b",
    re.IGNORECASE,
)
_STAYS = re.compile(
    r"\b(?:stay(?:s|ing)?|remain(?:s|ing)?|keep(?:ing)?|kept|hold(?:ing)? on ?to|hang(?:ing)? on ?to|"
    r"leave\b[^.?!;]*\b(?:alone|be|out of (?:it|this)|as (?:it|they) (?:is|are)|with me|untouched)|"
    r"(?:don't|do not|no need to|needn't) (?:touch|send|return|change|swap|exchange)|"
    r"not (?:going back|going anywhere|to be (?:returned|changed|exchanged|touched))|"
    r"(?:is|are|'s|'re) (?:fine|ok|okay|good|great|perfect|mine))\b",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"(?<!not )(?<!not be )(?<!n't )(?<!need to )\b(?:return|send|ship|give|take|bring|exchang|swap|replac|chang|modif|switch|cancel|"
    r"refund|want|prefer|should be|must be|needs? to be|go(?:es)? back)(?:s|es|d|ed|e|ing)?\b",
    re.IGNORECASE,
)
_TELLING, _SHORT = 4, 3
"""Letters that the first and the last word of a name need to stand for it."""
_ORDERED = re.compile(r"\b(?:ordered|bought|purchased)\b", re.IGNORECASE)
_WISHED = re.compile(r"\b(?:should|could|can|would|need|rather|better|instead|meant)\b", re.IGNORECASE)
_OF_TRAITS = re.compile(r"\b(?:same|rest|else|colou?rs?|sizes?|materials?|address|payment|order)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[^.!?;\n]+(?:\.(?=\d)[^.!?;\n]+)*")
_PIECE_OF_ONE = re.compile(r"(?<=,)[^,.!?;\n]*\bones?\b[^,.!?;\n]*", re.IGNORECASE)
_WHICH_ORDER = re.compile(
    r"\b(?:the|my|that) (?:one|order|parcel|package|purchase) (?:with|containing|that (?:has|had|holds)) (?:the|my|an?) "
    r"(?:(?!(?:and|please|to|for|in|because|since)\b)[\w'-]+ ?){1,4}(?=[,.:;!?\n]|$| )",
    re.IGNORECASE,
)
"""What tells which order is meant, and no more: "the one with the hose: ..."."""
_REST = re.compile(r"\b(?:rest|others?|remaining|remainder)\b", re.IGNORECASE)
_ONLY = re.compile(
    r"(?:(?:^|[.!?;…]\s*|,\s*)(?:no|wait|actually|sorry)\W+(?:just|only) |(?<!not )\b(?:just|only) (?=(?:the|my|that)\b))(?P<rest>[^.!?]+)",
    re.IGNORECASE,
)
_INCLUDES = re.compile(
    r"[,.:;!?(\n]|\b(?:and|or|includ\w*|incl|with (?:the|my|that)|together|along|plus|even|also|as|because|since|that|which|where|when|"
    r"in|from|of)\b",
    re.IGNORECASE,
)
"""What may stand between "everything" and an item without taking that item out of it."""
_KEEPS = re.compile(r"\b(?:keep(?:ing)?|leave)\b[^.!?;]*$", re.IGNORECASE)
_ONES = re.compile(r"\bones?\b", re.IGNORECASE)
_NO_VERB = (
    r"(?!(?:return|send|sent|giv|go|went|back|exchang|swap|replac|chang|modif|cancel|want|tak|keep|leav|touch|stay|remain|is|are|to|for|into)"
    r"\w*\b)[\w'-]+"
)
_AND = re.compile(
    rf"{_NO_VERB}(?:\s+{_NO_VERB}){{0,3}}?\s*(?:,\s*)?(?:\b(?:and|or|nor)\b|&|\+|(?<=,))\s*(?:(?:the|my|that|this)\s+)?(?:{_NO_VERB}\s+){{0,2}}",
    re.IGNORECASE,
)
"""What stands between two items that share what is said of them: "the grill and the vacuum stay"."""
_ALIKE = re.compile(r"\bsame\b", re.IGNORECASE)
_BECOMES = re.compile(
    r"->|=>|→|\b(?:same|identical)\b\W+(?:\w+ )?but\b|\b(?:to|into|becomes?|for an?|with an?|instead|rather than)\b", re.IGNORECASE
)


def acted_on(text: str, order: Order) -> str:
    """A text with the sentences blanked that only say what stays: "the grill and the vacuum stay here", "leave the white one alone".

    Places in it are those of the text. Whole where nothing else of the order is named.
    """
    left = _WHICH_ORDER.sub(lambda match: " " * len(match[0]), text)
    for match in _PIECE_OF_ONE.finditer(left.replace("’", "'")):
        if _STAYS.search(match[0]) and not _OF_TRAITS.search(match[0]) and not _ACTS.search(_STAYS.sub(" ", match[0])):
            left = left[: match.start()] + " " * len(match[0]) + left[match.end() :]
    for match in _CLAUSE.finditer(left.replace("’", "'")):
        clause = match[0]
        if not _STAYS.search(clause) or _OF_TRAITS.search(clause) or _ACTS.search(_STAYS.sub(" ", clause)):
            continue
        if _named(clause, order) or _ONES.search(clause):
            left = left[: match.start()] + " " * len(clause) + left[match.end() :]
    speaks = _ALL.search(left) or any(
        place is not None
        for line in order.lines
        for place in (_id_place(line, left), _name_place(line.name, left), _synonym_place(line.name, left))
    )
    return left if left != text and speaks else text


def read_items(text: str, order: Order) -> tuple[tuple[OrderLine, int], ...]:
    """The lines of an order that a text names, with where; all of them for "everything"."""
    text = acted_on(text, order)
    only = _ONLY.search(text)
    if only and (meant := _named(only["rest"], order)):
        return meant
    excluded = _EXCEPT.search(text)
    out = {id(line) for line, _ in _named(excluded["rest"], order)} if excluded else set()
    if excluded and out and not any(place < excluded.start() for _, place in _named(text, order)):
        return tuple((line, 0) for line in order.lines if id(line) not in out)
    if _unclear_all(text, order):
        return ()
    if _EVERY_SUCH.search(text) and (such := tuple((item, place) for item, place in _same_named(text, order))):
        return such
    named = _named(text, order)
    if _whole(text, order) and (_ALL_WANTED.search(text) or _EXCEPT.search(text) or not named):
        out |= {id(entry[0]) for entry in named if _kept(text, entry, named)}
        return tuple((line, 0) for line in order.lines if id(line) not in out)
    meant = tuple(entry for entry in named if not _kept(text, entry, named))
    if named and not meant and _REST.search(text):
        return tuple((line, 0) for line in order.lines if id(line) not in {id(kept) for kept, _ in named})
    return meant


def without_those_told(text: str) -> str:
    """A text without "all of them", which after some items were told means those; places stay as they are."""
    return _THOSE_TOLD.sub(lambda match: " " * len(match[0]), text)


def _whole(text: str, order: Order) -> re.Match[str] | None:
    """Where a text speaks of everything in an order; "both" and "all three" do so only where it holds as many lines."""
    for match in _ALL.finditer(text):
        counts = [_NUMBERS[word] for word in re.findall(r"\w+", match[0].lower()) if word in _NUMBERS]
        if not counts or counts[0] == len(order.lines):
            return match
    return None


def names_item(text: str, order: Order) -> bool:
    """Whether a text names any item of an order by itself, whatever else the order holds."""
    return any(read_items(text, replace(order, lines=(line,))) for line in order.lines)


def mentions(text: str, items: Sequence[tuple[OrderLine, int]]) -> tuple[tuple[OrderLine, int], ...]:
    """Every place at which a text names these items, in its order; of those that share their last word only the first."""
    found = list(items)
    taken = {place for _, place in items}
    for line, first in items:
        if sum(other.name.casefold().split()[-1:] == line.name.casefold().split()[-1:] for other, _ in items) > 1:
            continue
        place = _name_place(line.name, text[first + 1 :])
        start = first + 1
        while place is not None:
            start += place
            if start not in taken:
                found.append((line, start))
                taken.add(start)
            start += 1
            place = _name_place(line.name, text[start:])
    return tuple(sorted(found, key=lambda entry: entry[1]))


def _unclear_all(text: str, order: Order) -> bool:
    """Whether an item follows "everything" by words that may take it out: then it is better asked than sent back."""
    whole = _whole(text, order)
    named = _named(text, order) if whole and not _EXCEPT.search(text) else ()
    after = [place for _, place in named if whole and place >= whole.end()]
    return bool(whole and after and len(named) < len(order.lines) and not _INCLUDES.search(text[whole.end() : min(after)]))


def let_go(text: str, order: Order) -> frozenset[str]:
    """The ids of the items that a text says to leave as they are: "forget the lamp", "the boots are fine", "I keep the kettle"."""
    named = _named(text, order)
    gone = [entry for entry in named if _kept(text, entry, named) or _stays_in_clause(text, entry[1])]
    return frozenset(line.variant_id or line.product_id for line, _ in gone)


def _stays_in_clause(text: str, place: int) -> bool:
    """Whether the clause in which an item is named only says that it stays."""
    for match in _CLAUSE.finditer(text.replace("’", "'")):
        for piece in re.finditer(r"[^,]+", match[0]):
            start = match.start() + piece.start()
            if start <= place < start + len(piece[0]):
                said = piece[0]
                return bool(_STAYS.search(said)) and not _OF_TRAITS.search(said) and not _ACTS.search(_STAYS.sub(" ", said))
    return False


def only_mentioned(text: str, place: int) -> bool:
    """Whether an item is named by the way only: in brackets, or where it is told what was ordered."""
    if text.count("(", 0, place) > text.count(")", 0, place):
        return True
    clause = next((m[0] for m in _CLAUSE.finditer(text) if m.start() <= place < m.end()), "")
    return bool(_ORDERED.search(clause)) and not _ACTS.search(clause) and not _WISHED.search(clause)


def speaks_of_all(text: str) -> bool:
    """Whether a text speaks of everything in an order."""
    return _ALL.search(text) is not None


def _kept(text: str, entry: tuple[OrderLine, int], named: Sequence[tuple[OrderLine, int]]) -> bool:
    """Whether a text says of an item that it stays as it is: "keep the bookshelf", "the puzzle stays"; not "keep the same colour"."""
    places = sorted({place for _, place in named})
    at = places.index(entry[1])
    tail = re.split(r"[,.;!?\n]", text[entry[1] : places[at + 1] if at + 1 < len(places) else len(text)])[0]
    first = last = at
    while first and _AND.fullmatch(joint := text[places[first - 1] : places[first]]):
        if "," in joint and not _KEEPS.search(text[: places[first]]):  # "not the lamp, the stove" wants the stove
            break
        first -= 1
    before = text[places[first - 1] if first else 0 : places[first]]
    kept_before = _KEPT_BEFORE.search(before)
    if kept_before and not _ALIKE.search(kept_before[0]):
        return not (first < at and _ACTS.search(tail) and not _KEPT_AFTER.search(tail))  # "keep the lamp, the stove goes back"
    while (
        last + 1 < len(places)
        and _AND.fullmatch(joint := text[places[last] : places[last + 1]])
        and ("," not in joint or not _ACTS.search(before))
    ):
        last += 1
    after = text[places[last] : places[last + 1] if last + 1 < len(places) else len(text)]
    return bool(_KEPT_AFTER.search(after) and not _ALIKE.search(after))


def _same_named(text: str, order: Order) -> Iterator[tuple[OrderLine, int]]:
    """All lines of the names that a text says, namesakes included."""
    for line in order.lines:
        place = _name_place(line.name, text)
        if place is not None:
            yield line, place


def ambiguous_items(text: str, order: Order) -> tuple[OrderLine, ...]:
    """Lines of the same name between which the text does not tell."""
    text = acted_on(text, order)
    named = {line.name for line, _ in (*_named(text, order), *_counted_twins(text, order))}
    for line in order.lines:
        twins = [other for other in order.lines if other.name == line.name]
        if len(twins) < 2 or _identical(twins) or line.name in named or (place := _name_place(line.name, text)) is None:
            continue
        if not _KEPT_AFTER.search(text[place:]):  # "the helmets stay untouched"
            return tuple(twins)
    return ()


def _named(text: str, order: Order) -> tuple[tuple[OrderLine, int], ...]:
    """The lines that a text names: by their names, by other words for them, else by a word that no other line's name has."""
    exact = _named_by(text, order, _name_place)
    names, places = {line.name for line, _ in exact}, {place for _, place in exact}
    others = [entry for entry in _named_by(text, order, _synonym_place) if entry[0].name not in names and entry[1] not in places]
    return tuple(sorted((*exact, *others), key=lambda entry: entry[1])) or _named_by(text, order, _telling_place(order))


def _named_by(text: str, order: Order, name_place: Callable[[str, str], int | None]) -> tuple[tuple[OrderLine, int], ...]:
    found: list[tuple[OrderLine, int]] = []
    for line in order.lines:
        place = _id_place(line, text)
        twins = [other for other in order.lines if other.name == line.name]
        if place is None:
            place = name_place(line.name, text)
            if place is not None and len(twins) > 1 and _identical(twins):
                place = place if line is twins[0] or _plural(line.name, text) else None
            elif place is not None and len(twins) > 1 and not _told_apart(text, line, twins):
                place = None
        if place is not None:
            found.append((line, place))
    held = {id(line) for line, _ in found}
    found.extend(entry for entry in _counted_twins(text, order) if id(entry[0]) not in held)
    found = [entry for entry in found if not _of_longer_name(text, entry, order)]
    return tuple(sorted(found, key=lambda entry: entry[1]))


def _of_longer_name(text: str, entry: tuple[OrderLine, int], order: Order) -> bool:
    """Whether the word by which a line was found belongs to another line's whole name: the "camera" of an "action camera"."""
    line, place = entry
    spans = [
        match.span()
        for name in {other.name for other in order.lines} - {line.name}
        for match in re.finditer(rf"\b{re.escape(name)}", text, re.IGNORECASE)
    ]
    whole = re.search(rf"\b{re.escape(line.name)}", text, re.IGNORECASE)
    return whole is None and any(start < place < end for start, end in spans)


def leaves_out(text: str) -> bool:
    """Whether a text makes an exception: "all of it except the lamp"."""
    return _EXCEPT.search(text) is not None


def _counted_twins(text: str, order: Order) -> Iterator[tuple[OrderLine, int]]:
    """Lines of one name that a text says as often as the order holds it: all of them, each at the place that tells of it."""
    for name in {line.name for line in order.lines}:
        twins = [line for line in order.lines if line.name == name]
        places = [match.start() for match in re.finditer(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)]
        if len(twins) < 2 or len(places) != len(twins):
            continue
        ends = [*places[1:], len(text)]
        for line, place in _paired(twins, [text[start:end] for start, end in zip(places, ends, strict=True)]):
            yield line, places[place]


def _paired(twins: Sequence[OrderLine], parts: Sequence[str]) -> Iterator[tuple[OrderLine, int]]:
    """Each line with the part that says most of its options, no part twice."""
    left = list(range(len(parts)))
    for line in twins:
        best = max(left, key=lambda place: sum(value.lower() in parts[place].lower() for value in line.options.values()))
        left.remove(best)
        yield line, best


def _id_place(line: OrderLine, text: str) -> int | None:
    for id in (line.variant_id, line.product_id):
        if id and (place := text.find(id)) >= 0:
            return place
    return None


def _name_place(name: str, text: str) -> int | None:
    """Where a text says a product's name, misspellings and plurals included; the last word alone will do where it is telling."""
    wanted = [stems(word)[-1] for word in name.split() if stems(word)]
    tokens = _tokens(text)
    if not wanted:
        return None
    for size in (len(wanted), 1):
        words = wanted[-size:]
        if size == 1 and len(wanted) > 1 and (len(words[0]) < 3 or words[0] in {"set", "kit"}):
            words = wanted[:1]
        for first in range(len(tokens) - len(words) + 1):
            if all(_same(word, tokens[first + n][1]) for n, word in enumerate(words)):
                return tokens[first][0]
    joined = "".join(wanted)
    return next((start for start, word in tokens if _same(joined, word)), None)


def _synonym_place(name: str, text: str) -> int | None:
    """Where a text says another word for a product: "bike" for a bicycle."""
    words = stems(name)
    alike = (synonyms(words[-1]) | synonyms("".join(words))) - {words[-1]} if words else frozenset()
    return next((start for start, word in _tokens(text) if word in alike or (len(word) > 4 and words[-1].endswith(word))), None)


def _telling_place(order: Order) -> Callable[[str, str], int | None]:
    """Where a text says the first or last word of a name ("the vacuum", "the kit"), where no other line has it in its name or options."""

    def place(name: str, text: str) -> int | None:
        words = stems(name)
        ends = {word for word, least in ((words[0], _TELLING), (words[-1], _SHORT)) if len(word) >= least} if words else set()
        others = {
            word for line in order.lines if line.name != name for word in (*stems(line.name), *stems(" ".join(line.options.values())))
        }
        own = {word for line in order.lines if line.name == name for word in stems(" ".join(line.options.values()))}
        telling = ends - others - own
        return next((start for start, word in _tokens(text) if word in telling), None)

    return place


def _tokens(text: str) -> list[tuple[int, str]]:
    return [(m.start(), stems(m[0])[-1]) for m in re.finditer(r"[^\W_]+(?:['-][^\W_]+)*", text)]


def _same(wanted: str, said: str) -> bool:
    return wanted == said or (len(wanted) > 4 and said not in common_words() and fuzz.ratio(wanted, said) >= 84)


def _told_apart(text: str, line: OrderLine, twins: Sequence[OrderLine]) -> bool:
    """Whether the text names an option that this line has and its namesakes have not; what is wanted instead does not count."""
    if ones := [twin for twin in twins if _called_one(text, twin, twins)]:
        return ones == [line]
    place = _name_place(line.name, text) or 0
    turn = _BECOMES.search(text, place + 1)
    scores = [_fits(text[: turn.start() if turn else len(text)], twin, twins) for twin in twins]
    if (mine := _fits(text[: turn.start() if turn else len(text)], line, twins)) and mine == max(scores) and scores.count(mine) == 1:
        return True
    described = text[max(0, place - 40) : turn.start() if turn else len(text)].lower()
    said = [sum(_says(value, described) for value in twin.options.values()) for twin in twins]
    mine = sum(_says(value, described) for value in line.options.values())
    if mine and mine == max(said) and said.count(mine) == 1:
        return True
    lowered = text.lower()
    own = {
        value.lower()
        for name, value in line.options.items()
        if any(other.options.get(name) != value for other in twins if other is not line)
    }
    return any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", lowered) for value in own) and not any(
        re.search(rf"(?<!\w){re.escape(value.lower())}(?!\w)", lowered) and value.lower() not in own
        for other in twins
        if other is not line
        for name, value in other.options.items()
        if line.options.get(name) != value
    )


def _called_one(text: str, line: OrderLine, twins: Sequence[OrderLine]) -> bool:
    """Whether a text says "the green one" of a line, by an option value that no namesake has."""
    own = [value for name, value in line.options.items() if all(other.options.get(name) != value for other in twins if other is not line)]
    return any(re.search(rf"\bthe {re.escape(value)} one\b", text, re.IGNORECASE) for value in own)


def _fits(text: str, line: OrderLine, twins: Sequence[OrderLine]) -> int:
    """How many options of a line the text says, among those in which its namesakes differ."""
    variants = tuple(Variant(twin.variant_id or "", dict(twin.options)) for twin in twins)
    said = read_options(Product("", line.name, variants=variants), text)
    return sum(line.options.get(one.option) == one.value for one in said if len({twin.options.get(one.option) for twin in twins}) > 1)


def _says(value: str, text: str) -> bool:
    spaced = re.escape(value.lower()).replace(r"\-", r"[\s-]?").replace(r"\ ", r"[\s-]?")
    return re.search(rf"(?<!\w){spaced}(?!\w)", text) is not None


def _identical(twins: Sequence[OrderLine]) -> bool:
    """Whether lines are of the very same thing, so that it does not matter which of them is meant."""
    return len({(line.variant_id, line.product_id, tuple(sorted(line.options.items()))) for line in twins}) == 1


def _plural(name: str, text: str) -> bool:
    """Whether a text speaks of several of what has this name, and not of one of them."""
    return bool(re.search(rf"\b{re.escape(name.split()[-1])}s\b", text, re.IGNORECASE)) and not re.search(
        r"\b(?:one|1|either) (?:of|from)\b", text, re.IGNORECASE
    )
