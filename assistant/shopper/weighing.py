"""Whether a message is about goods or about a text of the shop's: the evidence of both, weighed.

Owns the scores from which evidence counts; refuses to decide the move, which is `policy`'s.
"""

from __future__ import annotations

from assistant.shopper import cues, spelling
from assistant.shopper.plan import Sight
from assistant.shopper.words import word_list

FAQ_SURE = 0.60
"""Score from which the shop's own text answers whatever else the message may mean."""

FAQ_LIKELY = 0.42
"""Score from which the shop's text answers where nothing about products or orders is asked."""

FAQ_GUESS = 0.24
"""Score from which the shop's text is better than nothing."""

FAQ_WORTH = 0.33
"""Score from which the shop's text is the better guess where the classifier has none."""

FAQ_HOPED = 0.28
"""Score that is enough where the classifier says that the shop's rules are asked about."""

FAQ_CLEAR = 0.38
"""Score from which the shop's text answers what the classifier takes for none of the shop's business: idle questions stay far below."""

GOODS_SURE = 0.5
"""Cosine with the nearest product from which a message is about goods, whatever the classifier says."""

GOODS_LIKELY = 0.4
"""Cosine from which a category's word in a message means the category: "saw" may be a verb."""

GOODS_FAINT = 0.33
"""Cosine under which no question is about a kind of goods, whatever its words."""

GOODS_CLEAR = 0.6
"""Cosine from which a message that names no kind is one for goods: "hiking maps of the alps"."""

GOODS_NEAR, FAIRLY_SURE = 0.45, 0.9
"""The same where the classifier is this sure of a message that names no category."""

DOUBT = 0.7
"""Confidence below which "out of scope" yields to goods that are near: to send a buyer away is the worse mistake."""

SURE_INTENT, LIKELY_INTENT = 0.6, 0.45
"""Confidence from which a question is taken to be about the shop: less is needed where a text of the shop's fits."""

AHEAD = 0.05
"""By how much a text's score must beat the nearest product's to be the better evidence."""

CURT = 3
"""Words up to which a message with a category's name is a search, and a no is only a no."""

PRODUCT_INTENTS = frozenset(
    {
        "product_search",
        "product_question",
        "price_question",
        "check_stock",
        "compare_products",
        "similar_products",
        "recommend",
        "place_order",
        "select",
    }
)


def faq_first(sight: Sight) -> bool:
    if sight.faq is None or sight.faq.score < FAQ_SURE or sight.naming.ids:
        return False
    if sight.reference.way in {"ordinal", "description"} or seeks_goods(sight):
        return False
    about_it = sight.reference.ids and sight.understanding.intent in PRODUCT_INTENTS
    return not (about_it and (cues.PRICE.search(sight.understanding.text) or cues.STOCK.search(sight.understanding.text)))


def of_the_shelf(sight: Sight, text: str) -> bool:
    """Whether what the classifier takes for none of the shop's business is about its goods: a kind of them, most of the words known to
    the shelf and a product near, or one named; and no poem is asked for. To send a buyer away is the worse mistake."""
    if sight.understanding.intent != "out_of_scope" or cues.FOREIGN.search(text) or cues.ELSEWHERE.search(text):
        return False
    u = sight.understanding
    near = GOODS_LIKELY if u.confidence < FAIRLY_SURE or u.of_kind("category") else GOODS_NEAR
    return bool(sight.naming.ids) or (sight.kind_known and bool(sight.wish.core) and sight.words_known and sight.goods >= near)


def seeks_goods(sight: Sight) -> bool:
    """Whether a kind of product is looked for, by its price or in so many words: no text of the shop's is the answer to that."""
    u = sight.understanding
    bounded = bool(u.of_kind("money_max", "money_min"))
    return sight.kind_known and bool(sight.wish.core) and (bounded or (u.intent in {"product_search", "recommend"} and u.confidence >= 0.5))


def seeks_another(sight: Sight) -> bool:
    """Whether a message that speaks of damage looks for goods: "our kettle leaks, we need a new one, 40 at most", "no ripped ones"."""
    u = sight.understanding
    bounded = bool(u.of_kind("money_max", "money_min", "money"))
    wanted = sight.kind_known and bool(sight.wish.core) and (bounded or u.intent == "product_search")
    return wanted and bool(sight.wish.excluded or cues.ANOTHER.search(u.text))


def only_the_shop_says(sight: Sight) -> bool:
    """Whether a message speaks of what no product is about, and the shop's best text with it: a trade price, what came by mistake."""
    return sight.faq is not None and sight.faq.score >= FAQ_HOPED and bool(sight.faq.shared & word_list("shop_matters"))


def matters_of_the_shop(sight: Sight) -> frozenset[str]:
    """The things that both a message and the shop's best text are about, but for those that anything may be about."""
    return sight.faq.shared - word_list("of_anything") if sight.faq is not None else frozenset()


def text_over_goods(sight: Sight) -> bool:
    """Whether the shop's texts are nearer to the message than any product, and nothing in it asks for goods."""
    u = sight.understanding
    if only_the_shop_says(sight):
        return True
    if (
        sight.faq is None
        or sight.faq.score < FAQ_GUESS
        or sight.faq.score < sight.goods + AHEAD
        or sight.reference.way in {"ordinal", "description"}
    ):
        return False
    if (
        u.of_kind("money_max", "money_min")
        or (len(u.text.split()) <= CURT and sight.kind_known and u.intent in PRODUCT_INTENTS)
        or (u.of_kind("category") and (sight.goods >= GOODS_LIKELY or len(u.text.split()) <= CURT))
        or (u.intent in {"recommend", "product_search"} and u.confidence >= 0.8 and (sight.kind_known or cues.MOOD.search(u.text)))
    ):
        return False
    pointed = sight.reference.ids and (sight.faq.score < FAQ_LIKELY or u.intent in PRODUCT_INTENTS)
    return not cues.SEEKS.search(spelling.plain(u.text)) and not pointed


def about_the_shop(sight: Sight) -> bool:
    """Whether the classifier is sure of a question about the shop, and no product, price or kind is named that would gainsay it."""
    u = sight.understanding
    products = u.of_kind("money_max", "money_min") or sight.reference.way in {"ordinal", "description"}
    if sight.reference.ids and (sight.faq is None or sight.faq.score < FAQ_LIKELY):
        return False
    enough = LIKELY_INTENT if sight.faq is not None and sight.faq.score >= FAQ_CLEAR and not u.of_kind("category") else SURE_INTENT
    return u.intent in word_list("faq_intents") and u.intent != "place_order" and u.confidence >= enough and not products


def only_goods(sight: Sight, text: str) -> bool:
    """Whether the message merely names goods or a wish for some ("a steak for Sunday", "something to read"), or is as likely to."""
    faq = sight.faq.score if sight.faq else 0.0
    if sight.understanding.intent != "out_of_scope" or sight.goods < max(GOODS_SURE, faq + AHEAD) or not sight.wish.words:
        return False
    first = next(iter(text.casefold().split()), "")
    doubtful = sight.understanding.confidence < DOUBT or first not in word_list("filler")
    return bool(cues.MOOD.search(text)) or ((sight.kind_known or sight.goods >= GOODS_CLEAR) and doubtful)
