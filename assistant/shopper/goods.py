"""Which move answers a message about products: one that is named or pointed at, several side by side, a kind of them.

A part of the dialogue policy, and as pure. Refuses to look anything up, and to know orders and the shop's texts but for their scores.
"""

from __future__ import annotations

import re

from assistant.shopper import cues, freedom, measures, origin, spelling
from assistant.shopper.lines import BY_INTENT
from assistant.shopper.plan import Move, Plan, Sight
from assistant.shopper.state import DialogueState
from assistant.shopper.weighing import (
    FAQ_HOPED,
    FAQ_LIKELY,
    FAQ_SURE,
    FAQ_WORTH,
    GOODS_FAINT,
    PRODUCT_INTENTS,
    about_the_shop,
    faq_first,
    matters_of_the_shop,
    of_the_shelf,
    only_goods,
    seeks_goods,
    text_over_goods,
)
from assistant.shopper.words import word_list

_BRIEF, _LONG = 8, 12
_SURE = 0.5
_ONES = re.compile(r"\bones?\b", re.IGNORECASE)
_WITH_TRAIT = re.compile(
    r"\W*(?:(?:and|but|ok|only|just|maybe|rather|got|have|any|them|it|what about|how about)\W+)*(?:in|with|size|made of)\b", re.IGNORECASE
)
_RATHER = re.compile(
    r"\W*(?:for (?:my|our|the|an?) [\w' ]{2,20}[,.]\s*)?(?:(?:ok|and|maybe|rather|something|anything)\W+)*"
    r"(?:bigg|small|larg|light|heavi|long|short|wid|narrow|warm|thick|thinn|strong|soft|dark|bright)er\b",
    re.IGNORECASE,
)
_WANTS_MORE = re.compile(
    r"\b(?:anything|something|any|have|got|need|want|looking for|show me|is there|are there|what about|how about|an?)\b[^.?!]{0,20}"
    r"\b(?:[a-z]+er|more [a-z]+)\b",
    re.IGNORECASE,
)
_SAME_TERMS = re.compile(
    r"\bsame (?:conditions?|terms|criteria|requirements?|budget|price(?: range| limit)?|limits?|colou?rs?|things?)\b|"
    r"\b(?:in|with|within|under|for) the same\b",
    re.IGNORECASE,
)
_ANYTHING = re.compile(r"\b(?:things?|items?|products?|articles?)\b", re.IGNORECASE)
_ABLE = re.compile(r"\b\w+(?:able|ible|proof|free|resistant|safe)\b", re.IGNORECASE)
_THE_SHOP = re.compile(r"\b(?:you|your|u|ur)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\W*(?:(?:and|ok|so|but)\W+)*(?:(?:at|from|in|on|for|with|until|by) (?:what|which|when|how)|how|what|"
    r"is|are|does|do|can|could|will|would|has|have|which)\b",
    re.IGNORECASE,
)
_CLIPPED = re.compile(
    r"\W*(?:(?:and|ok|so|but)\W+)*(?:how [a-z]+|what about (?:the )?[a-z]+(?: [a-z]+)?|[a-z]+ of the [a-z]+)\W*$", re.IGNORECASE
)
_OF_THE_LIST = (cues.CHEAPER, cues.DEARER, cues.CHEAPEST, cues.DEAREST, cues.COMPARE, cues.SIMILAR, cues.MORE, cues.RANGE, cues.GOES_WITH)
_FEW, _TRAIT, _IDLE = 5, 2, 0.6
_MADE_IN = re.compile(r"\W*(?:and |is it |are they |where (?:is|are) (?:it|they) )?made (?:in\b|by\b|\W*$)", re.IGNORECASE)
_WHEN_HERE = re.compile(
    r"\b(?:when|how (?:soon|fast|quick\w*|long))\b[^.?!]{0,30}\b(?:arrive|deliver\w*|get here|be here|ship\w*|reach)\b", re.IGNORECASE
)
_EITHER = re.compile(r"\b(?:or|against|vs|versus)\b", re.IGNORECASE)
_WHICH = re.compile(r"\b(?:which|what|who)\b", re.IGNORECASE)
_TO_GO_WITH = re.compile(
    r"\b(?:an?|some)\s+(?!thing)[\w' -]{2,40}?\s(?:that |which )?(?:to go|goes|going|matching|to match)\b", re.IGNORECASE
)
_OF_IT = re.compile(r"\W*(?:and |ok |so |but )*(?:is|does|will|can|would|could) (?:it|this|that|they|these|the)\b", re.IGNORECASE)
_BARE = re.compile(r"\W*(?:(?:and|ok|so|what about|how about) )?(?:the |its |their )?[a-z][a-z-]+(?: [a-z][a-z-]+)?\W*$", re.IGNORECASE)
_FOR_THAT = re.compile(
    r"\b(?:an?|some|any|need|want|matching|suitable)\s+(?:[\w'-]+\s+){1,3}?(?:for|to fit|to go with|compatible with)\s+"
    r"(?:the|my|this|that|our|an?)?\s*$",
    re.IGNORECASE,
)
_STATED_AS = re.compile(r"^\W*(?:which|what) [a-z]+ (?:are|is|come|comes)(?: (?:in|from|by|for|of))?\s*$", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:for|on|of|with|about|when i buy|if i (?:buy|order|get))\s+(?:the|your|an?|my|this|that|one)?\s*$", re.IGNORECASE
)
_PICKS = re.compile(
    r"\W*(?:(?:and|so|ok|hi|hello)\W+)*(?:(?:do|have) you (?:have |got |sell )?)?(?:which|what|any|anything|something|things?|everything|"
    r"products?|"
    r"items?|goods|furniture|show me|list|all)\b",
    re.IGNORECASE,
)
_HAS_SOME = re.compile(
    r"\W*(?:and |so |ok )?(?:is|are) there\b(?! (?:an?|any|other|more)\b)|\W*(?:and |so )?in (?:which|what)\b", re.IGNORECASE
)
_ANY_OTHER = re.compile(
    r"\b(?:(?:is|are) there (?:an?|any|other|more)|other|others|another|which \w+ (?:are|is|has|have))\b", re.IGNORECASE
)
_SOME_OTHER = re.compile(
    r"\W*(?:(?:and|ok|hmm|so|well|no)\W+)*(?:(?:do|have) you (?:have|got)? ?|is there |got )?(?:something|anything|what) else\b"
    r"(?! (?:do|does|can|could|is|should|did)\b)",
    re.IGNORECASE,
)
_OF_A_KIND = re.compile(
    r"\W*(?:(?:and|so|ok|hi|hello|also)\W+)*(?:(?:do|does|is|are|can|could|will|would|has|have) (?:the|your|one|these|those)\b|"
    r"how (?:\w+ )?(?:do|does|is|are|can|will|should) (?:i |you )?(?:the|your|one|a|an)?\b|how (?:long|much|high|deep|wide|hot|strong)\b|"
    r"(?:where|from where) (?:do|does|is|are) (?:the|your)\b|what (?:temperature|size|voltage|material) )",
    re.IGNORECASE,
)
_WHENCE = re.compile(r"\b(?:come|comes|made|from|grown|sourced)\b", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"\W*(?:and|or|what|how)\s+(?:about|for|with)\b", re.IGNORECASE)
_ASKS_HOW = re.compile(rf"\W*(?:and |so |ok )*(?:how|what|why|{cues.WHETHER})\b", re.IGNORECASE)


def about_goods(sight: Sight, state: DialogueState) -> Plan | None:
    """The move for a message about products, or None where it is about none."""
    text = spelling.mended(spelling.plain(sight.understanding.text))
    naming, reference = sight.naming, sight.reference
    u, faq = sight.understanding, sight.faq.score if sight.faq else 0.0
    if naming.missing and u.intent in PRODUCT_INTENTS and u.confidence >= _SURE and faq < FAQ_LIKELY and not u.of_kind("first_last_name"):
        return Plan(Move.MISSING, naming.missing, "asks for a product that does not exist")
    if (plan := _by_measure(sight, state, text)) is not None:
        return plan
    if (plan := _insists(sight, state, text)) is not None:
        return plan
    if _leaves_out(sight, state, text) or _narrows(sight, state, text):
        return Plan(Move.SEARCH, "refine", "says more of the last search")
    if cues.MORE.search(text) and state.wish and state.subject == "product":
        return Plan(Move.MORE, why="wants more of the same")
    if state.wish and sight.wish.core and sight.kind_known and _SAME_TERMS.search(text) and not naming.ids:
        return Plan(Move.SEARCH, "same terms", "another kind of thing under the terms of the last search")
    if cues.RANGE.search(text) and not sight.wish.core:
        return Plan(Move.RANGE, why="what there is altogether")
    if _of_some_other(sight, state, text):
        several = len(state.focus or state.shown) > 1
        return Plan(Move.MORE if several else Move.SIMILAR, why="something else than what is spoken of")
    if (detail := _asks_on(sight, state, text)) is not None:
        return Plan(Move.FACTS, detail, "asks on about what was shown")
    if _of_those_shown(sight, state, text):
        return _of_several(sight, state, text) or (
            _of_spoken(sight, text) if reference.ids or reference.beyond else _of_shelf(sight, state, text) or _like_those(sight, text)
        )
    if cues.ELSEWHERE.search(text) and not naming.ids:
        return None
    if reference.way in {"pronoun", "group"} and not naming.ids and faq >= FAQ_HOPED and _WHEN_HERE.search(text) and sight.ask is None:
        return Plan(Move.FAQ, why="asks when goods would arrive")
    if reference.way == "pronoun" and reference.ids and not naming.ids and cues.AGAIN.search(text) and sight.ask is None:
        return Plan(Move.FACTS, why="asks when the one spoken of is there again")
    if (plan := _text_for_the_named(sight, text)) is not None:
        return plan
    if (value := _stated_value(sight, text)) is not None:
        return Plan(Move.SEARCH, f"stated {value}", "goods of which a value of the shop's is stated")
    if faq_first(sight) or (cues.CARE.search(text) and not (naming.ids or reference.ids)):
        return None
    if (
        sight.of_kind
        and faq < FAQ_HOPED
        and not (naming.ids or reference.ids or cues.SHOP_DOES.search(text))
        and _asks_of_kind(sight, text)
    ):
        return Plan(Move.FACTS, "of the kind", "asks something of the few of a kind")
    if sight.faq is not None and not naming.ids and (about_the_shop(sight) or text_over_goods(sight)):
        return None
    if _of_nothing(sight, state, text):
        return Plan(Move.FACTS, why="asks of something that was not named")
    if naming.missing and not sight.understanding.of_kind("first_last_name"):
        return Plan(Move.MISSING, naming.missing, "names a product that does not exist")
    spoken = naming.ids or reference.ids
    return _of_several(sight, state, text) or (
        _of_spoken(sight, text) if spoken or reference.way == "ordinal" else _of_shelf(sight, state, text)
    )


def _insists(sight: Sight, state: DialogueState, text: str) -> Plan | None:
    """What goods must be free of, state to be, or come from: asked of those spoken of, or looked for ("which wines are vegan")."""
    wish, spoken = sight.wish, sight.naming.ids or sight.reference.ids
    asked, placed = bool(freedom.asked_of(text)) or origin.asks(text), bool(wish.origins or wish.barred)
    if sight.ask is not None or not (wish.free or asked or placed):
        return None
    if spoken and asked:
        return Plan(Move.FACTS, why="asks what it is free of, or from where")
    if sight.faq is not None and sight.faq.score >= (FAQ_SURE if wish.free else FAQ_LIKELY) and not placed:
        return None
    if origin.asks(text) and wish.core and sight.kind_known and not spoken:
        return Plan(Move.SEARCH, why="asks where goods of a kind are from")
    if not (wish.free or placed) or spoken or (placed and state.shown and _MADE_IN.match(text)):
        return None
    if wish.core and sight.kind_known:
        return Plan(Move.SEARCH, why="a kind of product that must be free of something")
    if state.wish and state.subject == "product" and not wish.core:
        return Plan(Move.SEARCH, "refine", "says what it must be free of")
    return None if wish.core and not wish.free else Plan(Move.SEARCH, why="anything that is free of something")


def _text_for_the_named(sight: Sight, text: str) -> Plan | None:
    """The shop's text, where a matter of the shop's is asked of a product: "delivery cost for the oslo sofa"; none where the product is
    asked for itself."""
    mention, faq = next(iter(sight.naming.mentions), None), sight.faq
    if mention is None or faq is None or (sight.ask is not None and sight.desk) or faq.score < FAQ_LIKELY:
        return None
    beside = bool(_BESIDE.search(text[: mention.start])) and sight.understanding.intent != "price_question"
    nearer = faq.score >= FAQ_SURE and faq.score > sight.goods
    matter = bool(matters_of_the_shop(sight)) and (faq.score >= FAQ_SURE or sight.understanding.intent not in PRODUCT_INTENTS)
    does = bool(cues.SHOP_DOES.search(text)) and bool(matters_of_the_shop(sight))
    return Plan(Move.FAQ, why="a matter of the shop's, for a product") if does or (beside and (nearer or matter)) else None


def _stated_value(sight: Sight, text: str) -> str | None:
    """The attribute and its value, of two words or more, of which goods are picked out: "which furniture needs no assembly"."""
    if sight.naming.ids or sight.reference.ids or sight.wish.free or not _PICKS.match(text):
        return None
    options = sight.understanding.of_kind("option")
    values = (str(e.value) for e in options if " " in e.surface.strip() or _STATED_AS.search(text[: e.start]))
    return next((value for value in values if "=" in value), None)


def _of_some_other(sight: Sight, state: DialogueState, text: str) -> bool:
    """Whether something else than the products spoken of is wanted, of their kind: "something else i could play on"."""
    shown = bool(state.focus or state.shown) and bool(state.wish) and state.subject == "product" and not cues.PRONOUN.search(text)
    free = not (sight.naming.ids or sight.kind_known or sight.wish.constrained or sight.ask is not None)
    return shown and free and bool(_SOME_OTHER.match(text))


def _of_nothing(sight: Sight, state: DialogueState, text: str) -> bool:
    """Whether a few words ask something of "it", and nothing was named or shown."""
    pointed = state.shown or state.focus or sight.naming.ids or sight.ask is not None or sight.kind_known or state.subject == "order"
    unread = sight.faq is None or sight.faq.score < FAQ_WORTH
    return not pointed and unread and len(text.split()) <= _FEW and bool(_OF_IT.match(text))


def _by_measure(sight: Sight, state: DialogueState, text: str) -> Plan | None:
    """Products ranked by what they state ("the lightest tent"), or those that have more of it than another ("anything warmer?")."""
    measure = measures.asked(text)
    if sight.ranking is None or sight.ask is not None or len(sight.naming.mentions) > 1:
        return None
    if cues.BEST_RATED.search(text) or (measure is not None and measure.degree == "superlative"):
        return Plan(Move.MOST, why="the first of a kind by a measure")
    if _RATHER.match(text) or (_WANTS_MORE.search(text) and len(text.split()) <= _LONG):
        return Plan(Move.BEYOND, why="more of a measure than what is spoken of")
    return None


def _like_those(sight: Sight, text: str) -> Plan | None:
    """ "What's a good alternative?" of what was shown, whatever else the words may sound like."""
    return Plan(Move.SIMILAR, why="like those shown") if cues.SIMILAR.search(text) and not sight.wish.core else None


def _leaves_out(sight: Sight, state: DialogueState, text: str) -> bool:
    """Whether a few words only say what is not wanted of what was searched for: "not the striped ones", "anything that isn't blue"."""
    brief = len(text.split()) <= _BRIEF and bool(state.wish) and state.subject == "product"
    told = any(match["words"] for match in cues.NEGATION.finditer(text)) and (sight.faq is None or sight.faq.score < FAQ_LIKELY)
    return brief and told and bool(sight.wish.excluded) and not (sight.wish.core or sight.naming.ids) and sight.ask is None


def _narrows(sight: Sight, state: DialogueState, text: str) -> bool:
    """Whether a few words only add a trait to what was searched for: "in size L and green"."""
    wish = sight.wish
    brief = (
        len(text.split()) <= _BRIEF
        and bool(state.wish)
        and state.subject == "product"
        and bool(_WITH_TRAIT.match(text) or _RATHER.match(text))
    )
    if wish.limits and state.wish and state.subject == "product" and len(text.split()) <= _BRIEF and not _ASKS_HOW.match(text):
        return not (sight.naming.ids or sight.ask is not None or (sight.kind_known and sight.wish.core))
    traits = wish.colours or wish.materials or wish.sizes
    return (
        brief
        and bool(traits or _RATHER.match(text))
        and not (sight.kind_known or sight.naming.ids or sight.reference.ids)
        and sight.ask is None
    )


def _asks_on(sight: Sight, state: DialogueState, text: str) -> str | None:
    """For a few words that ask on about the products just shown without pointing at any ("battery life?", "ok what's the price"): which
    of them are meant; None where they ask for something else."""
    u, words = sight.understanding, len(text.split())
    elsewhere = sight.naming.ids or sight.reference.ids or sight.reference.way or sight.ask is not None or sight.kind_known
    if (
        len(state.focus) == 1
        and words <= _TRAIT
        and "?" in text
        and _ABLE.search(text)
        and sight.ask is None
        and state.subject == "product"
    ):
        return "those shown"  # "washable?"
    if sight.kind_known and len(state.focus) == 1 and words <= _TRAIT and "?" in text and u.of_kind("material") and not sight.naming.ids:
        return "those shown"  # "wool?" of the one spoken of
    if _in_talk(sight, state, text):
        return "those shown"
    if not state.shown or state.subject != "product" or elsewhere or words > _BRIEF or _THE_SHOP.search(text) or cues.SEEKS.search(text):
        return None
    if (cues.PRICE.search(text) or cues.STOCK.search(text)) and words <= _FEW and not any(p.search(text) for p in _OF_THE_LIST):
        return "which one"
    clipped = bool(_CLIPPED.match(text)) or (bool(_BARE.match(text)) and _of_an_amount(sight) and not cues.FOREIGN.search(text))
    idle = u.intent in BY_INTENT and u.confidence >= _IDLE and not clipped
    asks = "?" in text or clipped or bool(_ASKS.match(text))
    faq = sight.faq.score if sight.faq else 0.0
    if _MADE_IN.match(text):
        return "those shown"
    if idle or not asks or faq >= FAQ_WORTH or not sight.wish.words or sight.wish.constrained or cues.CARE.search(text):
        return None
    return None if any(p.search(text) for p in _OF_THE_LIST) else "those shown"


def _in_talk(sight: Sight, state: DialogueState, text: str) -> bool:
    """Whether a question turns on words of what is spoken of, and on nothing that the shop does: "are the recipes in grams?"."""
    pointed = sight.naming.ids or sight.reference.ids or sight.reference.way or sight.ask is not None
    if not sight.of_spoken or pointed or state.subject != "product" or len(text.split()) > _BRIEF or sight.wish.constrained:
        return False
    asks = bool(_ASKS.match(text) or _HAS_SOME.match(text)) and not _ANY_OTHER.search(text)
    elsewhere = cues.SHOP_DOES.search(text) or cues.SEEKS.search(text) or cues.FOREIGN.search(text) or cues.MOOD.search(text)
    return asks and not elsewhere and not any(pattern.search(text) for pattern in _OF_THE_LIST)


def _of_an_amount(sight: Sight) -> bool:
    """Whether the words are those of the shelf or of an amount: "refresh rate"."""
    return sight.words_known or any(word in word_list("measured") for word in sight.wish.words)


def _of_those_shown(sight: Sight, state: DialogueState, text: str) -> bool:
    """Whether a few words ask on about the products just shown ("anything cheaper?"), whatever text they may resemble."""
    asks_on = any(p.search(text) for p in (cues.CHEAPER, cues.DEARER, cues.CHEAPEST, cues.DEAREST, cues.COMPARE, cues.SIMILAR))
    return bool(state.shown) and state.subject == "product" and asks_on and not sight.naming.ids and len(text.split()) <= _BRIEF


def _of_several(sight: Sight, state: DialogueState, text: str) -> Plan | None:
    mentions, group = sight.naming.mentions, len(sight.reference.ids) > 1
    for name, pattern in (("cheapest", cues.CHEAPEST), ("dearest", cues.DEAREST)):
        if pattern.search(text) and (group or (len(mentions) > 1)):
            return Plan(Move.EXTREME, name, "of those shown")
    if (cues.DIFFERENCE.search(text) or cues.COMPARE.search(text)) and len(mentions) <= 1 and len(state.focus) > 1 and not sight.naming.ids:
        return Plan(Move.COMPARE, "focus", "the products just compared")
    if len(mentions) > 1 and _EITHER.search(text[mentions[0].end : mentions[-1].start]) and _WHICH.search(text):
        return Plan(Move.COMPARE, why="one or the other of those named")
    measure = measures.asked(text)
    if len(mentions) > 1 and measure is not None and measure.degree != "positive":
        return Plan(Move.COMPARE, why="which of those named has more of a measure")
    if len(mentions) > 1 or (group and not sight.naming.ids):
        if cues.DIFFERENCE.search(text) or cues.COMPARE.search(text) or cues.CHEAPER.search(text) or cues.DEARER.search(text):
            return Plan(Move.COMPARE, why="several products side by side")
    elif len(mentions) == 1 and cues.COMPARE.search(text) and state.focus and not set(state.focus) & set(sight.naming.ids):
        return Plan(Move.COMPARE, "with focus", "a named product with the one spoken of")
    return None


def _of_spoken(sight: Sight, text: str) -> Plan:
    if sight.reference.way == "price":
        return Plan(Move.FACTS, why="about one picked by its price")
    for name, pattern in (("cheapest", cues.CHEAPEST), ("dearest", cues.DEAREST)):
        if pattern.search(text) and sight.variants:
            return Plan(Move.EXTREME, name, "of its variants")
    if _TO_GO_WITH.search(text) and not sight.naming.ids and sight.wish.core and sight.kind_known:
        return Plan(Move.SEARCH, why="names the kind of product that is to go with it")
    mention = next(iter(sight.naming.mentions), None)
    if mention is not None and sight.kind_known and sight.wish.core and _FOR_THAT.search(text[: mention.start]):
        return Plan(Move.SEARCH, why="something for the one that is named")
    if cues.GOES_WITH.search(text) and not _OF_IT.match(text):
        return Plan(Move.GOES_WITH, why="with the one spoken of")
    if cues.SIMILAR.search(text):
        return Plan(Move.SIMILAR, "cheaper" if cues.CHEAPER.search(text) else "", "like the one spoken of")
    if cues.CHEAPER.search(text) or cues.DEARER.search(text):
        return Plan(Move.CHEAPER, "dearer" if cues.DEARER.search(text) else "", "than the one spoken of")
    if (
        not sight.naming.ids
        and sight.reference.way == "pronoun"
        and sight.wish.core
        and sight.kind_known
        and (
            sight.understanding.intent in {"product_search", "recommend"}
            or (cues.SEEKS.search(text) and sight.understanding.of_kind("category"))
        )
    ):
        return Plan(Move.SEARCH, why="names a kind of product")
    return Plan(Move.FACTS, why="about a product")


def _of_shelf(sight: Sight, state: DialogueState, text: str) -> Plan | None:
    """Moves about kinds of products, and refinements of the last search."""
    u, faq = sight.understanding, sight.faq.score if sight.faq else 0.0
    named = u.of_kind("category", "money_max", "money_min", "colour", "material")
    ours = of_the_shelf(sight, text)
    if u.intent in BY_INTENT and u.confidence >= 0.6 and not named and not ours and not only_goods(sight, text):
        return None
    if sight.of_kind and _asks_of_kind(sight, text):
        return Plan(Move.FACTS, "of the kind", "asks something of the few of a kind")
    if only_goods(sight, text):
        return Plan(Move.SEARCH, why=f"nothing but goods, {sight.goods:.2f}")
    if u.confidence < 0.5 and not sight.kind_known and not named and faq >= FAQ_WORTH:
        return None
    for name, pattern in (("cheapest", cues.CHEAPEST), ("dearest", cues.DEAREST)):
        if pattern.search(text) and sight.variants and not sight.wish.core:
            return Plan(Move.EXTREME, name, "of its variants")
        if pattern.search(text) and _ANYTHING.search(text) and not (sight.kind_known or state.shown):
            return Plan(Move.EXTREME, name, "of everything")
        if pattern.search(text) and (sight.kind_known or ((state.shown or state.wish) and not sight.wish.core)):
            return Plan(Move.EXTREME, name, "of a kind")
    if (cues.CHEAPER.search(text) or cues.DEARER.search(text)) and state.shown and not (sight.wish.core and sight.kind_known):
        return Plan(Move.CHEAPER, "dearer" if cues.DEARER.search(text) else "", "than those shown")
    if (cues.CHEAPER.search(text) or cues.DEARER.search(text)) and not (state.shown or sight.wish.core) and len(text.split()) <= _BRIEF:
        return Plan(Move.CHEAPER, "dearer" if cues.DEARER.search(text) else "", "than what was never shown")
    if cues.SIMILAR.search(text) and state.shown and not sight.wish.core:
        return Plan(Move.SIMILAR, "cheaper" if cues.CHEAPER.search(text) else "", "like those shown")
    if re.search(r"\bhow many\b", text, re.IGNORECASE) and sight.kind_known and not cues.PRONOUN.search(text):
        return Plan(Move.COUNT, why="how many of a kind")
    elliptic = (_ONES.search(text) or _WHAT_ABOUT.match(text) or _RATHER.match(text)) and not u.of_kind("category")
    if state.wish and ((not sight.wish.core and sight.wish.constrained) or (elliptic and sight.wish.words)):
        return Plan(Move.SEARCH, "refine", "narrows the last search")
    wants = u.intent in PRODUCT_INTENTS or sight.understanding.of_kind("category", "money_max", "money_min")
    if (
        sight.kind_known
        and sight.wish.core
        and (wants or faq < FAQ_LIKELY)
        and (u.intent != "out_of_scope" or ours or _seeks(sight, text) or _opens_with_goods(sight, text))
    ):
        return Plan(Move.SEARCH, why="a kind of product")
    if u.intent in {"product_search", "recommend"} and (faq < FAQ_LIKELY or u.confidence >= 0.6 or seeks_goods(sight)) and sight.wish.words:
        return Plan(Move.SEARCH, why="a wish in words")
    return None


def _asks_of_kind(sight: Sight, text: str) -> bool:
    """Whether a question is asked about all of a kind: "do the chairs stack?", "where does the honey come from?"; no search for some."""
    if not _OF_A_KIND.match(text) or cues.SEEKS.search(text) or cues.MOOD.search(text) or sight.wish.constrained or sight.ask is not None:
        return False
    if any(pattern.search(text) for pattern in (*_OF_THE_LIST, cues.FOREIGN, cues.BEST_RATED, cues.HOW_MANY, cues.STOCK, cues.PRICE)):
        return False
    foreign = sight.understanding.intent == "out_of_scope" and not of_the_shelf(sight, text)
    if foreign or sight.goods < GOODS_FAINT:
        return False
    measure = measures.asked(text)
    return bool(sight.wish.context or len(sight.wish.core) > 1 or measure is not None or _WHENCE.search(text)) and (
        measure is None or measure.degree == "positive"
    )


def _seeks(sight: Sight, text: str) -> bool:
    u = sight.understanding
    return bool(u.of_kind("money_max", "money_min") or (cues.SEEKS.search(text) and u.of_kind("category")))


def _opens_with_goods(sight: Sight, text: str) -> bool:
    """Whether a message begins with the kind of thing it wants, and asks nothing: "watch for men that looks classy"."""
    kinds = sight.understanding.of_kind("category")
    return bool(kinds) and "?" not in text and not text[: kinds[0].start].strip()
