"""Which move answers a message: a pure function of the dialogue's state and of what is in sight.

Rules run from the dangerous to the harmless: attacks and alarms, consent, identity, orders, products, the shop's texts, small talk.
Refuses to look anything up and to write anything.
"""

from __future__ import annotations

import re

from assistant.shopper import cues, spelling
from assistant.shopper.consent import amends, consent
from assistant.shopper.goods import about_goods
from assistant.shopper.lines import BY_INTENT
from assistant.shopper.orders.asks import read_ask
from assistant.shopper.orders.postal import corrects_part
from assistant.shopper.orders.requests import says_write
from assistant.shopper.plan import Move, Plan, Sight
from assistant.shopper.state import DialogueState
from assistant.shopper.weighing import (
    FAQ_CLEAR,
    FAQ_GUESS,
    FAQ_HOPED,
    FAQ_LIKELY,
    FAQ_SURE,
    FAQ_WORTH,
    GOODS_LIKELY,
    PRODUCT_INTENTS,
    matters_of_the_shop,
    only_the_shop_says,
    seeks_another,
    text_over_goods,
)
from assistant.shopper.words import word_list

_BRIEF = 8
_SURE = 0.5
_ASKS_FOR_A_THING = re.compile(
    r"\W*(?:hi|hello|hey)?\W*(?:do you|have you|got|you)\s+(?:guys\s+|also\s+)?(?:have|sell|carry|stock|got)?\s*(?:an?|any|some)\s+"
    r"(?:[\w'-]+\s+)?[\w'-]+\W*$",
    re.IGNORECASE,
)
_PRIVATE_SURE = 0.75
_OWN = re.compile(r"\b(?:i|i'?m|my|me|mine|we|our|us)\b", re.IGNORECASE)
_OWN_ORDER = re.compile(
    r"\b(?:my|this|that|the) (?:\w+ )?(?:orders?|parcels?|packages?|deliver(?:y|ies)|purchases?|shipments?|"
    r"stuff)\b|\bi(?:'ve| have)? (?:just )?(?:bought|ordered|purchased|received)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:^|[,.;!]\s*)(?:and |but |so )?(?:how|when|what|where|which|who|can|may|could|should|must|do|does|is|are|will|would|am)\b",
    re.IGNORECASE,
)
_THE_ONE = re.compile(
    r"^\W*(?:(?:it'?s|that'?s|i mean|i meant|sorry|ok|the) )*(?:the|my|that) (?:\w+ ){0,3}?(?:one|order|parcel|package)\b", re.IGNORECASE
)
_ONES = re.compile(r"\bones?\b", re.IGNORECASE)
_ANSWERS = frozenset(
    {"affirm", "select", "give_details", "give_reason", "modify_items", "exchange_items", "return_items", "change_payment", "deny"}
)
_IDENTITY = ("email", "zip", "first_last_name")
_MY_NAME = re.compile(r"\bname\b(?! (?:a|the|some|any|me)\b)", re.IGNORECASE)
_SAME_FOR = re.compile(
    r"\b(?:what about|how about|same (?:for|with|goes|reason|thing)|and (?:also |then )?(?:for |with )?(?:order )?#?\w*\d)", re.IGNORECASE
)
_EMPTY_TALK = frozenset({"thanks", "chitchat", "help", "out_of_scope"})
_OF_ITEMS = frozenset({"return", "exchange", "modify"})
_OF_ACCOUNT = frozenset({"list", "count", "profile", "methods", "balance"})
_ASKED_OUTRIGHT = frozenset({"tracking", "refund", "paid_with", "address", "total"})
_QUESTION_OR_ORDER = re.compile(
    r"^\W*(?:(?:and|ok|please|so|then|can you|could you) )*(?:track|where|how|what|when|which|who|tell|show)\b", re.IGNORECASE
)
_WITH_METHOD = _OF_ITEMS | {"payment"}
_IN_ORDER = re.compile(r"\bin (?:it|there|that|the order|my order)\b", re.IGNORECASE)
_ADVICE = re.compile(
    r"\b(?:dos(?:e|age)|symptoms?|diagnos\w*|prescri\w*|cure|treat(?:ment)? (?:for|of|my)|medicine|medication|"
    r"headache|fever|pregnan\w*|blood pressure|infection|rash|is it legal|legal advice|sue|invest(?:ing|ment)?|"
    r"stocks? (?:market|to buy)|tax(?:es)? return|mortgage)\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\W*(?:and |but |ok |so )?(?:why|how come)(?: not| so| is that| ever not| can'?t (?:you|i|it)(?: \w+){0,3})?\W*", re.IGNORECASE
)
_SENDS_IT = re.compile(
    r"^(?=.*\b(?:how|where|who|what|which)\b)(?=.*\b(?:post|send|ship|mail|drop|label|instructions?|steps|parcel|box|courier|carrier|"
    r"goes?|hand)\b)(?!.*\b(?:refund\w*|money|paid|track\w*|new one)\b)(?!.*\bdid\b)",
    re.IGNORECASE,
)
"""After something was done: how what goes back is sent, "and where to with it, who tells me where it goes?"."""
_OWN_ADDRESS = re.compile(
    r"\b(?:my|the) (?:default|account|profile|saved|user|main|primary) (?:\w+ )?address\b(?![^.?!]*\border)", re.IGNORECASE
)
_REFUND_TIME = re.compile(
    r"\b(?:how (?:long|soon|quick\w*|fast)|when)\b[^.?!]{0,40}\b(?:refund\w*|money back)\b|\brefunds?\b[^.?!]{0,30}\b(?:take|time|long)\b",
    re.IGNORECASE,
)


def decide(sight: Sight, state: DialogueState) -> Plan:
    """The move for a message."""
    for step in (_danger, consent, _anger, _identity, _courtesy, _orders, _complaints, about_goods, _texts, _rest):
        plan = step(sight, state)
        if plan is not None:
            return _kept_to(plan, sight, state)
    return Plan(Move.LOST, why="no rule applied")


def _danger(sight: Sight, state: DialogueState) -> Plan | None:
    text = spelling.plain(sight.understanding.text)
    if cues.ATTACK.search(text):
        return Plan(Move.LINE, "prompt_attack", "attack")
    if cues.DISCOUNT_PLOY.search(text):
        return Plan(Move.LINE, "discount", "asks for a price of its own making")
    if cues.PAYMENT_DISPUTE.search(text):
        return Plan(Move.HANDOFF, "payment", "a payment is disputed")
    if cues.ALARM.search(text):
        return Plan(Move.HANDOFF, "alarm", "safety or law at stake")
    if cues.PERSON.search(text):
        return Plan(Move.HANDOFF, "handoff", "asked for a person")
    if cues.MONEY.search(text):
        return Plan(Move.LINE, "advice", "what to do with one's money")
    if cues.OTHERS.search(text) or (cues.OTHERS_NAMED.search(text) and not sight.naming.ids) or cues.INSIDE.search(text):
        return Plan(Move.LINE, "private_data", "somebody else's data")
    u = sight.understanding
    if u.intent == "private_data" and u.confidence >= _PRIVATE_SURE and not (_OWN.search(text) or state.identifying or u.of_kind("zip")):
        return Plan(Move.LINE, "private_data", "the shop's or somebody else's affairs")
    return None


def _anger(sight: Sight, state: DialogueState) -> Plan | None:
    """Angry again, and nothing in it that can be done: a person is better at that."""
    if not sight.angry or state.angry < 1 or sight.ask is not None or sight.understanding.of_kind(*_IDENTITY):
        return None
    return Plan(Move.HANDOFF, "angry", "angry for the second time in a row")


def _identity(sight: Sight, state: DialogueState) -> Plan | None:
    kinds = {e.kind for e in sight.understanding.of_kind(*_IDENTITY)}
    if sight.desk and state.customer_id and cues.INTRODUCES.search(sight.understanding.text):
        return Plan(Move.IDENTIFY, why="says who they are")
    if not sight.desk or not kinds:
        gives = sight.understanding.intent == "give_details" and sight.understanding.confidence >= 0.6 and state.draft is None
        asked = sight.desk and not state.customer_id and sight.ask is None and (state.identifying or gives) and _short(sight)
        return Plan(Move.IDENTIFY, why="says who they are") if asked else None
    addressed = sight.ask is not None and sight.ask.topic == "address" and sight.ask.write
    if (state.draft is not None and state.draft.action == "address") or (addressed and state.customer_id):
        return None
    if sight.ask is not None and not state.customer_id and kinds & {"first_last_name"}:
        return Plan(Move.IDENTIFY, why="says who they are")
    if not state.customer_id and "first_last_name" in kinds and _MY_NAME.search(sight.understanding.text) and not sight.naming.ids:
        return Plan(Move.IDENTIFY, why="says who they are")
    if kinds & {"email"} or state.identifying or kinds >= {"zip", "first_last_name"}:
        return Plan(Move.IDENTIFY, why="says who they are")
    return None


def _short(sight: Sight) -> bool:
    words = sight.understanding.text.split()
    return (
        len(words) <= 4
        and (sight.understanding.intent == "give_details" or sight.understanding.confidence < 0.5)
        and not cues.THANKS.search(sight.understanding.text)
        and all(w.strip(",.").isalpha() for w in words)
    )


def _courtesy(sight: Sight, state: DialogueState) -> Plan | None:
    text = spelling.plain(sight.understanding.text)
    for name, pattern in (("greeting", cues.GREETING), ("goodbye", cues.BYE), ("thanks", cues.THANKS)):
        if pattern.search(text) and not (name == "goodbye" and (state.draft or state.held) and cues.ENOUGH.search(text)):
            return Plan(Move.LINE, name, "courtesy")
    if state.identifying and not state.customer_id and cues.agrees(text) and len(text.split()) <= 4:
        return Plan(Move.IDENTIFY, why="a yes to the question who they are")
    if state.draft is None and state.held is None and not state.identifying and sight.ask is None:
        if cues.agrees(text) and len(text.split()) <= 4:
            return Plan(Move.LINE, "nothing_pending", "a yes to nothing")
        if cues.declines(text) and len(text.split()) <= 3 and not (state.wish and sight.wish.excluded):
            return Plan(Move.LINE, "denied", "a no to nothing")
    if cues.ABUSE.search(text) and sight.ask is None and not sight.naming.ids:
        return Plan(Move.LINE, "abuse", "insult with nothing to act on")
    return None


def _orders(sight: Sight, state: DialogueState) -> Plan | None:
    ask = sight.ask
    if not sight.desk:
        return None
    faq = sight.faq.score if sight.faq else 0.0
    if (
        ask is not None
        and ask.topic == "address"
        and ask.write
        and _OWN_ADDRESS.search(sight.understanding.text)
        and not state.draft
        and not sight.understanding.of_kind("order_id")
    ):
        return Plan(Move.HANDOFF, "account", "the account's own address is changed by a person")
    if _general_question(sight, state):
        return Plan(Move.FAQ, why="a question about the rules, which the shop's text answers")
    if ask is not None and ask.general and not sight.understanding.of_kind("order_id"):
        if faq >= FAQ_LIKELY:
            return Plan(Move.FAQ, why="asks how it works")
        if ask.write:
            return Plan(Move.EXPLAIN, ask.topic, "asks for the rule")
    if _asks_what_to_send(sight, state):
        done = _done_last(state)
        return Plan(Move.EXPLAIN, done if done in ("cancel", "exchange") else "return", "how to send things back")
    if (
        _REFUND_TIME.search(sight.understanding.text)
        and not sight.understanding.of_kind("order_id")
        and faq < FAQ_LIKELY
        and not state.order_id
    ):
        return Plan(Move.EXPLAIN, "refund", "how long refunds take")
    if (
        state.subject == "order"
        and state.asked is not None
        and not state.pending
        and _WHY.fullmatch(spelling.plain(sight.understanding.text))
    ):
        before = read_ask(state.asked.understanding(), in_order=True)
        return Plan(Move.EXPLAIN, before.topic if before is not None else "", "asks why")
    if _picks_way(sight, state):
        return Plan(Move.CONTINUE, "either", "says which of two requests is meant")
    if _same_again(sight, state):
        return Plan(Move.CONTINUE, "again", "asks for the same with another order")
    if state.draft is not None and _continues(sight, state):
        return Plan(Move.CONTINUE, state.draft.action, "gives a detail that was asked for")
    if state.held is not None and state.customer_id and _picks_order(sight) and not _wishes_anew(sight, state):
        return Plan(Move.CONTINUE, "held", "names the order that was asked for")
    if ask is not None and _order_over_product(sight, state):
        return Plan(Move.ORDER, ask.topic, "asks the order desk")
    return None


def _picks_way(sight: Sight, state: DialogueState) -> bool:
    """Whether a message says which of several requests is meant, of which an order allows only one, and no more than that."""
    ask, u = sight.ask, sight.understanding
    if state.either and (ask is None or ask.of_item) and sight.of_order and len(u.text.split()) <= _BRIEF and "?" not in u.text:
        return True
    if ask is None or not ask.write or ask.general or u.of_kind("order_id", "option", "colour", "size", "material", "payment_method"):
        return False
    asked = [read_ask(held.understanding(), in_order=True) for held in state.either]
    return any(before is not None and before.topic == ask.topic for before in asked)


def _asks_what_to_send(sight: Sight, state: DialogueState) -> bool:
    """Whether it is asked how what goes back is sent: in so many words, or by less after a return or an exchange."""
    text = spelling.plain(sight.understanding.text)
    if state.subject != "order" or not state.order_id or sight.understanding.of_kind("order_id"):
        return False
    return bool(cues.SENDING.search(text)) or (_done_last(state) in ("return", "exchange") and bool(_SENDS_IT.search(text)))


def _done_last(state: DialogueState) -> str:
    """The kind of the write that was asked for last, where something was done; else empty."""
    asked = read_ask(state.asked.understanding(), in_order=True) if state.asked is not None and state.done else None
    return asked.topic if asked is not None else ""


def _general_question(sight: Sight, state: DialogueState) -> bool:
    """Whether somebody not yet known asks how things work, of no order of their own, and the shop's text says it."""
    u = sight.understanding
    text = spelling.plain(u.text)
    if state.customer_id or state.draft or u.of_kind("order_id", *_IDENTITY) or _OWN_ORDER.search(text):
        return False
    asks = "?" in text or bool(_QUESTION.search(text))
    enough = FAQ_SURE if state.identifying else FAQ_LIKELY
    return sight.ask is not None and asks and sight.faq is not None and sight.faq.score >= enough


def _same_again(sight: Sight, state: DialogueState) -> bool:
    """Whether what was asked for last is asked for with another order: "and W2?", "what about #3, same reason"."""
    named = {str(e.value).lstrip("#").upper() for e in sight.understanding.of_kind("order_id")}
    own = state.order_id.lstrip("#").upper()
    writes = sight.ask is not None and (sight.ask.write or sight.ask.topic != "status")
    return (
        state.asked is not None
        and bool(state.customer_id)
        and len(named - {own}) == 1
        and not writes
        and bool(_SAME_FOR.search(sight.understanding.text))
    )


def _wishes_anew(sight: Sight, state: DialogueState) -> bool:
    """Whether a message asks for a change with its details where only a question was held: "the kettle of W1: 2 liters"."""
    if sight.ask is None or not sight.ask.write or state.held is None or not sight.understanding.of_kind("option", "colour", "size"):
        return False
    before = read_ask(state.held.understanding(), in_order=True)
    return before is None or not before.write


def _picks_order(sight: Sight) -> bool:
    """Whether a message does nothing but pick an order: by number, place, status or an item of it."""
    ask, u = sight.ask, sight.understanding
    if ask is not None and ((ask.write and says_write(u.text)) or not (ask.write or ask.topic == "status" or not u.of_kind("order_id"))):
        return False
    if ask is not None and (ask.topic in _OF_ACCOUNT or (ask.topic in _ASKED_OUTRIGHT and _QUESTION_OR_ORDER.search(u.text))):
        return False
    if u.of_kind("order_id", "ordinal") or (_THE_ONE.search(u.text) and "?" not in u.text):
        return True
    return len(u.text.split()) <= _BRIEF and "?" not in u.text and bool(u.of_kind("product", "category") or _ONES.search(u.text) or ask)


def _continues(sight: Sight, state: DialogueState) -> bool:
    """Whether a message adds to the draft: it asks nothing else, or asks for the same with more detail."""
    draft = state.draft
    if draft is None:
        return False
    named = {str(e.value).lstrip("#").upper() for e in sight.understanding.of_kind("order_id")}
    if named - {draft.order_id.lstrip("#").upper()}:
        return False
    if draft.action == "address" and corrects_part(spelling.plain(sight.understanding.text)):
        return True
    if sight.ask is not None and sight.ask.of_item and draft.action in _OF_ITEMS and "?" not in sight.understanding.text:
        return True
    if (
        draft.action in _OF_ITEMS
        and sight.ask is not None
        and not sight.ask.write
        and amends(sight)
        and "?" not in sight.understanding.text
    ):
        return True
    if sight.ask is None:
        return _adds(sight, draft.action)
    if sight.ask.write:
        return (
            sight.ask.topic == draft.action
            or (draft.action == "cancel" and sight.ask.topic == "modify" and _only_a_reason(sight))
            or {sight.ask.topic, draft.action} <= {"modify", "exchange"}
            or (sight.ask.topic == "payment" and draft.action in {"return", "exchange", "modify"})
        )
    if sight.understanding.of_kind("payment_method") and draft.action in _WITH_METHOD and "?" not in sight.understanding.text:
        return True
    return bool(sight.understanding.of_kind("reason")) or (
        sight.ask.topic in {"paid_with", "address", "refund"}
        and draft.action in {"return", "exchange", "modify", "address"}
        and "?" not in sight.understanding.text
    )


def _only_a_reason(sight: Sight) -> bool:
    """Whether a message that sounds like a change only says why: "was a mistake, i ordered wrong"."""
    u = sight.understanding
    return bool(u.of_kind("reason")) and not u.of_kind("option", "colour", "size", "material", "product", "order_id")


def _adds(sight: Sight, action: str) -> bool:
    """Whether a message that asks nothing of the order desk holds a detail, or is at least an answer and no question."""
    u = sight.understanding
    text = spelling.plain(u.text)
    asks = "?" in text or bool(cues.GENERAL.match(text))
    if u.of_kind("payment_method", "reason", "option", "colour", "size", "material", "ordinal", "zip"):
        return not (asks and u.intent in PRODUCT_INTENTS and not u.of_kind("payment_method", "reason"))
    if asks or not sight.readable:
        return False
    return action == "address" or sight.of_order or bool(u.of_kind("product", "category", "quantity")) or u.intent in _ANSWERS


def _order_over_product(sight: Sight, state: DialogueState) -> bool:
    """Whether an ask of the order desk is one although products are named as well."""
    if sight.ask is None:
        return False
    if sight.ask.write or sight.understanding.of_kind("order_id") or (sight.ask.topic == "tracking" and state.order_id):
        return True
    if state.subject == "order" and (
        not sight.naming.ids or _IN_ORDER.search(sight.understanding.text) or cues.PAST.search(sight.understanding.text)
    ):
        return True
    personal = re.search(r"\b(?:my|i|i've|mine|me)\b|\border\b", sight.understanding.text, re.IGNORECASE)
    return bool(personal) or (not sight.naming.ids and not sight.wish.core)


def _complaints(sight: Sight, state: DialogueState) -> Plan | None:
    """Something bought is broken: never a search for another one."""
    u = sight.understanding
    if (
        not cues.DEFECT.search(spelling.plain(u.text))
        or seeks_another(sight)
        or (u.intent in {"product_search", "product_question"} and "?" in u.text)
    ):
        return None
    fits = sight.faq is not None and sight.faq.score >= FAQ_HOPED and bool(sight.faq.shared & word_list("of_damage"))
    return Plan(Move.FAQ, "sorry", "something bought is broken") if fits else Plan(Move.LINE, "defect", "something bought is broken")


def _texts(sight: Sight, state: DialogueState) -> Plan | None:
    faq, intent = (sight.faq.score if sight.faq else 0.0), sight.understanding.intent
    if cues.ELSEWHERE.search(sight.understanding.text) and faq < FAQ_LIKELY:
        return Plan(Move.LINE, "out_of_scope", "a service that is none of a shop's")
    if cues.FOREIGN.search(sight.understanding.text) and intent == "out_of_scope" and faq < FAQ_SURE:
        return Plan(Move.LINE, "out_of_scope", "what no shop answers")
    if _ADVICE.search(sight.understanding.text) and faq < FAQ_SURE:
        return Plan(Move.LINE, "advice", "medicine, law or money")
    doubtful = intent == "out_of_scope" and sight.understanding.confidence < 0.7
    if cues.CARE.search(sight.understanding.text) and faq < FAQ_WORTH:
        return Plan(Move.LINE, "no_text", "how to care for something, which no text says")
    asks_shop = intent in word_list("faq_intents") or (sight.ask is not None and not sight.desk)
    if (
        faq >= FAQ_SURE
        or (faq >= FAQ_LIKELY and (asks_shop or intent not in BY_INTENT))
        or (faq >= FAQ_HOPED and asks_shop)
        or (faq >= FAQ_GUESS and sight.ask is not None and not sight.desk)
        or (faq >= FAQ_CLEAR and intent in {"out_of_scope", "chitchat", "help"})
        or (faq >= FAQ_GUESS and text_over_goods(sight) and intent not in BY_INTENT)
        or only_the_shop_says(sight)
        or (faq >= FAQ_HOPED and intent == "out_of_scope" and not sight.kind_known and matters_of_the_shop(sight))
        or (faq >= FAQ_WORTH and (doubtful or (intent not in BY_INTENT and sight.understanding.confidence < 0.5)))
    ):
        return Plan(Move.FAQ, why=f"the shop's text fits, {faq:.2f}")
    if intent == "contact_human_agent" and sight.understanding.confidence >= 0.5:
        return Plan(Move.HANDOFF, "handoff", "asked for a person")
    return None


def _unlikely(sight: Sight) -> bool:
    """Whether a courtesy is only a guess of the classifier's."""
    surest = 0.7 if sight.understanding.intent == "goodbye" else _SURE
    return sight.understanding.intent in {"greeting", "thanks", "goodbye"} and sight.understanding.confidence < surest


def _rest(sight: Sight, state: DialogueState) -> Plan:
    intent = sight.understanding.intent
    faq = sight.faq.score if sight.faq else 0.0
    elsewhere = intent == "out_of_scope" or intent in word_list("faq_intents")
    if elsewhere and faq < FAQ_WORTH and sight.wish.core and _ASKS_FOR_A_THING.match(spelling.plain(sight.understanding.text)):
        return Plan(Move.SEARCH, why="asks whether the shop has a thing")
    if not sight.readable and not sight.understanding.entities:
        return Plan(Move.LOST, why="no word that is one")
    if intent in BY_INTENT and not ((sight.words_known and sight.understanding.confidence < 0.35) or _unlikely(sight)):
        idle = intent == "chitchat" and sight.understanding.confidence < 0.6
        return Plan(Move.LINE, "out_of_scope" if idle else BY_INTENT[intent], "the classifier")
    if sight.ask is not None and not sight.desk:
        return Plan(Move.LINE, "no_orders", "the shop keeps no orders here")
    if state.shown and intent in PRODUCT_INTENTS and not sight.wish.core:
        return Plan(Move.FACTS, why="about what was shown")
    seeks = cues.SEEKS.search(spelling.plain(sight.understanding.text))
    if faq >= FAQ_GUESS and not sight.kind_known and not seeks and intent not in PRODUCT_INTENTS - {"place_order"}:
        return Plan(Move.FAQ, why="the nearest of the shop's texts")
    if faq >= FAQ_WORTH and not sight.kind_known and not seeks and sight.goods < GOODS_LIKELY:
        return Plan(Move.FAQ, why="the nearest of the shop's texts, and no goods are near")
    if intent in word_list("faq_intents") - {"place_order"} and sight.understanding.confidence >= 0.5 and not sight.kind_known:
        line = "abuse" if intent == "complaint" else "no_text"
        return Plan(Move.LINE, line, "the shop's texts do not cover it")
    sought = seeks or bool(cues.MOOD.search(spelling.plain(sight.understanding.text))) or intent in PRODUCT_INTENTS
    if (sight.wish.core and (intent in PRODUCT_INTENTS or sight.words_known or seeks)) or (
        (sight.wish.words or sight.wish.constrained) and (sight.words_known or sight.wish.constrained) and sought
    ):
        return Plan(Move.SEARCH, why="a wish in words")
    if intent in word_list("faq_intents") and sight.faq is not None and sight.faq.score >= 0.3:
        return Plan(Move.FAQ, why="the nearest of the shop's texts")
    return Plan(Move.LOST, why="nothing understood")


def _kept_to(plan: Plan, sight: Sight, state: DialogueState) -> Plan:
    """The plan, or the question once more where a write is under way and the message is neither understood nor about known goods."""
    guess = plan.move is Move.LOST or (plan.move in (Move.SEARCH, Move.FACTS) and not (sight.kind_known or sight.naming.ids))
    guess = guess or (plan.move is Move.LINE and plan.detail in _EMPTY_TALK)
    guess = guess or (plan.detail == "goodbye" and bool(cues.ENOUGH.search(spelling.plain(sight.understanding.text))))
    return (
        Plan(Move.ASK_AGAIN, "thanks" if plan.detail == "thanks" else "", plan.why)
        if guess and state.draft is not None and state.subject == "order"
        else plan
    )
