"""What a message asks of the order desk: which reading or which write, and whether it asks how things work in general.

Rules over wording come first, the classifier's label where they are silent; refuses to know orders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.shopper import cues
from assistant.shopper.state import Held
from assistant.types import Understanding

_I = re.IGNORECASE
_POLICY_WORD = re.compile(
    r"\b(?:polic(?:y|ies)|fees?|penalt(?:y|ies)|rules?|terms|allowed to|deadline|window|in general|usually|normally)\b", _I
)
_HISTORY = re.compile(
    r"\b(?:was|were|has been|have been|been|got|did you|why)\s+(?:\w+\s+)?(?:cancell?ed|returned|exchanged|"
    r"refunded)\b|\balready (?:cancell?ed|returned|exchanged)\b|"
    r"(?:^|[.,;!?]\s*)(?:and |so |but |ok |or )?(?:is|was|are|were|has|have|did|got)\b(?![^.?!]*\b(?:possible|able|can|could|to be)\b)"
    r"[^.?!,]{0,40}\b(?:cancell?ed|returned|exchanged|refunded)\b|"
    r"\b(?:i|we)(?:'ve| have| had)? (?:just |recently )?(?:cancell?ed|returned|exchanged|sent (?:it|them|back))\b",
    _I,
)
_DONE_ALREADY = re.compile(
    r"\b(?P<which>(?:the|my|that|this|which|a) (?:\w+ )?)(?:cancell?ed|returned|exchanged|refunded|replaced) "
    r"(?=(?:ones?|orders?|parcels?|packages?|items?|things?|stuff|goods)\b)",
    _I,
)
"""What an order or an item is called by what was done with it: "the cancelled one"."""
_WRITES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "cancel",
        re.compile(
            r"\bcancel(?:l?ing|led|l?ation)?\b(?! (?:that|this)\W*$)|"
            r"\bcall(?:ing)? (?:(?:it|this|that|everything|all of it|the (?:whole |entire )?(?:thing|order|purchase|lot)) )?off\b|"
            r"\bstop (?:the|my|this) (?:order|shipment)\b|"
            r"\b(?:get rid of|undo|drop|scrap) (?:the|my|this) order\b",
            _I,
        ),
    ),
    (
        "exchange",
        re.compile(
            r"\b(?:exchang\w*|swap\w*|trad(?:e|ing)|replac(?:e|ing)|replacement|in place of|same (?:one |thing |item )?again|"
            r"(?:identical|exact same|very same) (?:one|thing|item|model|product|colou?r|size)?|"
            r"send (?:me )?(?:a|another) (?:new|working) one)\b",
            _I,
        ),
    ),
    (
        "return",
        re.compile(
            r"\b(?:return(?:ing|s|ed)?|send(?:ing)? (?:it |them |this |these |the [\w ]{2,40} |my [\w ]{2,40} |"
            r"something |everything )?back|(?:giv(?:e|ing)|bring(?:ing)?|hand(?:ing)?|go(?:es)?) (?:(?:it|them|this|"
            r"that|the [\w ]{2,30}|my [\w ]{2,30}) )?back"
            r"(?! (?:to me|the money|my money))|(?:pick(?:ed)?|collect(?:ed)?|fetch(?:ed)?) (?:it |them |this |that )?(?:up )?again|"
            r"(?:collect|fetch) (?:it|them|this|that|these|those|all|everything|the|my)|"
            r"(?!(?:money|get|call|come|write|got|text|mail|hold|funds?|refund|cash|paid|me|you|us|i|hear|answer)\b)[\w']+ back "
            r"(?:pls|plz|please|to (?:you|the shop|the store))|take (?:it|them|this|that|the [\w ]{2,30}) back)\b",
            _I,
        ),
    ),
    (
        "address",
        re.compile(
            r"\b(?:chang\w*|updat\w*|modif\w*|correct\w*|edit\w*|fix|wrong|incorrect|different|new|another|other|"
            r"re-?direct\w*|re-?rout\w*|switch\w*|moved|moving)\b[^.?!]{0,60}\b(?:address|(?<!in )place(?! of)|home|apartment|"
            r"house)\b"
            r"|\b(?:ship|send|deliver|mail|redirect|forward|be (?:sent|shipped|delivered))\b"
            r"[^.?!]{0,50}\b(?:to (?:my |a |the |our )?(?:new|other|"
            r"different|another|home|office|work|default|old)|to \d+\b|to (?:my|our) [\w ]{2,25} (?:address|place|house|flat)\b|instead)|"
            r"\b(?:rather|prefer|want|like)\b[^.?!]{0,30}\b(?:at|to) (?:my|the) [^.?!]{0,20}\baddress\b|"
            r"\b(?:have|get|want)\b[^.?!]{0,25}\b(?:sent|shipped|delivered|forwarded) to \d+\b|"
            r"\bshould (?:go|be (?:sent|shipped|delivered)) to\b|\b(?:typo|mistake|"
            r"error)\b[^.?!]{0,20}\baddress\b|\b(?:use|take)\b[^.?!]{0,20}\baddress (?:on|in|"
            r"from|of) (?:my|the) (?:profile|account|file)\b|"
            r"\baddress\b[^.?!]{0,40}\b(?:is wrong|is incorrect|is (?:my |the |an )?old|is (?:out of date|"
            r"outdated)|has changed|needs|should be|changed|to be)\b|\bi(?:'ve|"
            r" have)? (?:just |recently )?moved\b",
            _I,
        ),
    ),
    (
        "payment",
        re.compile(
            r"\b(?:chang\w*|switch\w*|updat\w*|modif\w*|use|using|mov\w*|put|charge|(?:be|get|being|have it) (?:charged|billed|taken|paid)|"
            r"bill|pay)\b[^.?!]{0,60}\b(?:payment(?: method)?|pay\s?pal|(?:gift|credit|debit)\s?cards?|visa|mastercard|"
            r"card)\b(?![^.?!]{0,20}\bbalance)",
            _I,
        ),
    ),
    (
        "modify",
        re.compile(
            r"\b(?:remov(?:e[sd]?|ing)|delet(?:e[sd]?|ing)|add(?:ing)?)\b[^.?!]{0,60}\b(?:from|to|in) (?:my |the |"
            r"this )?(?:\w+ )?order\b|\b(?:picked|ordered|chose|chosen|selected|took|bought|got) (?:the |a )?wrong\b|"
            r"\bwrong (?:sizes?|colou?rs?|versions?|models?|options?|variants?)\b|\b(?:chang\w*|switch\w*|modif\w*|"
            r"updat\w*|adjust\w*|upgrad\w*|downgrad\w*|mak(?:e|ing)|edit\w*|alter\w*|correct\w*)\b[^.?!]{0,160}\b(?:to|"
            r"into|for|instead|colou?rs?|sizes?|versions?|options?|items?|order|variant|model)\b",
            _I,
        ),
    ),
)
_REFUND = re.compile(
    r"\b(?:refund(?:ed|s)?|money back|back (?:the|my) money|reimburs\w*|(?:get|got|see|receive|have) (?:the|my|any) money|how much (?:do|"
    r"will|would) i get|where (?:does|do|will|did) (?:the|my) money go|"
    r"(?:happens?|becomes?) (?:to|with|of) (?:the|my) money)\b",
    _I,
)
_READS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "paid_with",
        re.compile(
            r"\b(?:which|what|how)\b[^.?!]{0,40}\b(?:did you|was|were|have you|has been|got|"
            r"do you) (?:\w+ )?(?:charged?|billed?|debit(?:ed)?)\b",
            _I,
        ),
    ),
    (
        "balance",
        re.compile(
            r"\bbalance\b|\b(?:left|remaining|available|much)\b[^.?!]{0,30}\bgift\s?cards?\b|"
            r"\bwhat(?:'s|s| is| do i| have i|'ve i| did i)?(?: got| have| still| left| now| there)* (?:on|in) (?:that|the|my|"
            r"this) (?:gift )?card\b|"
            r"\b(?:anything|something|much|funds|credit|value)(?: is| still| left| there| remaining| do i have)* on (?:that|the|"
            r"my|this) (?:gift )?card\b|"
            r"\bmoney\b[^.?!]{0,12}\b(?:on|left)\b[^.?!]{0,20}\bcard\b|\b(?:much|left)\b[^.?!]{0,20}\bgift (?:one|thing)\b|"
            r"\bgift\s?cards?\b[^.?!]{0,40}\b(?:left|remaining|worth|balance|hold|have on it|funds)",
            _I,
        ),
    ),
    (
        "methods",
        re.compile(
            r"\b(?:payment methods?|cards?|ways to pay|payment options)\b[^.?!]{0,40}"
            r"\b(?:do i have|i have|on file|(?:of|for|about|from) me|"
            r"saved|on my (?:account|profile)|my account|stored|registered|linked)\b|\b(?:my|saved|stored) (?:payment methods|"
            r"cards)\b",
            _I,
        ),
    ),
    (
        "address",
        re.compile(
            r"\b(?:address|where (?:does|do|is) (?:it|this|that|they|my (?!money|refund)\w+|the (?!money|refund)\w+) go(?:ing)?(?: to)?|"
            r"where(?:'s| is| was| will| are| did| were| does| do| has| have) [^.?!]{0,40}\b(?:sent|send|shipp?(?:ed|ing)?|"
            r"deliver(?:ed|ing)?|"
            r"going|being sent|heading|headed|bound|destined|end up|dropp?(?:ed)? off|posted|mailed|dispatched to)\b(?! from)|"
            r"destination|(?:shipped|sent|delivered|going|shipping|delivering|deliver) to (?:where|which)|(?:which|"
            r"what) (?:address|city|place)|(?:ship(?:ped|ping)?|sent|delivered|goes|going|go) (?:it |that |"
            r"this |them )?to|where to|to where|live)\b",
            _I,
        ),
    ),
    (
        "tracking",
        re.compile(
            r"\b(?:track\w*|(?:shipment|parcel|package) (?:number|id)|where(?:'s| is| are| has)\b(?! the refund| my refund|"
            r" my money)[^.?!]{0,40}\b(?:order|package|parcel|delivery|shipment|stuff|things?|it|w\d+)|whereabouts)\b",
            _I,
        ),
    ),
    (
        "refund",
        re.compile(
            _REFUND.pattern + r"|\b(?:get|got|getting|given|giv(?:e|ing)|paid|pay|credited|received?) (?:it|that|this|the (?:sum|amount|"
            r"rest|difference)|everything|mine) back\b",
            _I,
        ),
    ),
    (
        "paid_with",
        re.compile(
            r"\b(?:how (?:i|we) paid|how (?:did|was|is|have) (?:i|it|this|that|we|order|#\w+)[^.?!]{0,40}"
            r"\b(?:pay|paid|charged)|what (?:did i|"
            r"i) (?:use to )?pa(?:y|id) with|paid (?:with|by|for (?:it |this |that )?with)|pay with|payment method|means of payment|"
            r"which (?:one|card|account|method) (?:is|was) (?:it|that|this) (?:on|charged to|paid with|paid from)|"
            r"(?:by|with|in|through) (?:which|what) (?:means|method|card|way)|"
            r"(?:which|what) (?:card|payment)|payment (?:info|details|used)|charged? (?:to )?(?:which|what)|"
            r"method of payment)\b",
            _I,
        ),
    ),
    (
        "total",
        re.compile(
            r"\b(?:totals?|sum|how much (?:did|was|were|have|is|for|does)|(?:what|how much) (?:did|have) i (?:pay|paid|"
            r"spend|spent)|amount|cost me|came to|come to|worth|price|cost|paid)\b",
            _I,
        ),
    ),
    ("count", re.compile(r"\bhow many (?:orders|purchases)\b", _I)),
    (
        "list",
        re.compile(
            r"\banything (?:still |else |left |at all )*(?:open|pending|outstanding|on order|under ?way|on (?:its|the) way|to come)\b|"
            r"\bwhich (?:ones?|of (?:them|these|those|my orders))? ?(?:is|are|was|were|has|have)(?:n't| not)? (?:been )?(?:still |already |"
            r"now |yet )?(?:pending|delivered|processed|cancell?ed|shipped|open|sent|arrived)\b|\b(?:(?:all|list|show|see|which|what|"
            r"view|overview of|any|recent|past|previous|open|pending|delivered|cancelled) (?:(?:of |me |me all |the |"
            r"all |are |are all )*(?:my |the )?)?(?:\w+ ){0,1}(?:orders|purchases)|(?:show|list|"
            r"see)\b[^.?!]{0,20}\b(?:pending|open|delivered|"
            r"cancelled) ones|(?:show|list|see) (?:me )?mine|order (?:history|list|numbers?|"
            r"ids?)\b(?! is)|my (?:own )?orders|"
            r"what(?:'s| is| do| have|'ve)?(?: i| we)?(?: have| got| have got|'ve got)? on order|orders (?:do )?i (?:have|made|"
            r"placed)|(?:what|everything|"
            r"things) (?:all )?(?:that )?(?:i(?:'?ve| have)?|have i|did i)(?: ever| all| already)* (?:bought|ordered|"
            r"purchased)(?! (?:in|with|on)\b))\b",
            _I,
        ),
    ),
    (
        "contents",
        re.compile(
            r"\b(?:what(?:'s| is| are| was| were| did| do| all)?\b[^.?!]{0,30}\b(?:in (?:it|that|this|my|the|order|"
            r"there)|inside|order(?:ed)?|items?|bought|buy|contain\w*|inside)|items?|contents?|contains?|"
            r"products? (?:in|of|are)|which (?:products?|things|items)|how many (?:items|things|products)|details|"
            r"list (?:the|what)|(?:which|what) (?:size|colou?r|model|version|material|\w+) (?:is|was|did|are|"
            r"were)[^.?!]{0,50}\b(?:order\w*|buy|bought|get|pick|choose|take)|"
            r"(?:which|what) (?:size|colou?r|model|version|material|type|kind) (?:is|was|are|were)|"
            r"(?:which|what) [\w ]{2,25} (?:do|does|did|has|have|had) (?:the|my|it|its|this|that|these|those)\b|"
            r"how many [\w-]+ (?:were|was|are|did i|have i))\b",
            _I,
        ),
    ),
    (
        "status",
        re.compile(
            r"\b(?:status|state|cancell?ed|shipped|delivered|arriv\w*|processed|pending|progress|dispatched|sent (?:out|yet)|"
            r"on (?:its|the) way|eta|when (?:will|do|does|is|can)|received?|update on|happening with|going on with)\b",
            _I,
        ),
    ),
    (
        "profile",
        re.compile(
            r"^\W*(?:and )?(?:my |the )?(?:e-?mail|phone|name)\W*$|\b(?:my (?:e-?mail|name|profile|details|"
            r"account (?:details|info\w*)|data|user ?id|information)|"
            r"on file for me)\b",
            _I,
        ),
    ),
)
_ORDERISH = re.compile(
    r"\b(?:my|the|this|that|an?|last|latest|recent|first|pending|delivered|"
    r"#?w\d{5,})\s*(?:\w+\s+){0,2}(?:orders?|purchases?|parcels?|packages?|shipments?|deliver(?:y|ies))\b|"
    r"\bi(?:'?ve| have)? (?:ordered|bought|purchased|received|paid|returned)\b|\bgift\s?card balance\b|"
    r"\bbalance (?:of|on|left)\b|^\W*(?:my )?(?:gift ?card )?balance\W*$|\bthe status\b|"
    r"\b(?:anything|something) (?:still |else |left |at all )*(?:open|pending|outstanding|on order|under ?way|to come)\b|"
    r"\bof mine\b|\bmoney (?:left )?on (?:the|my)\b|\b(?:did|have) i (?:ever |"
    r"just )?(?:order|buy|purchase|ordered|bought)\b|"
    r"\bon file\b|\b(?:list|show|see) (?:me )?mine\b|\bgift one\b|"
    r"\bmy (?:account|profile|gift\s?card|address|payment|refund|items?|money)\b|\bmy (?:\w+ )?(?:pending|"
    r"delivered)\b|\border (?:number|id|status|history|no)\b|\btracking\b|\byou (?:have|hold|keep|store|got) (?:of|for|about|on) me\b",
    _I,
)
_BY_INTENT = {
    "track_order": "tracking",
    "order_status": "status",
    "order_contents": "contents",
    "order_list": "list",
    "payment_info": "paid_with",
    "track_refund": "refund",
    "cancel_order": "cancel",
    "change_order": "modify",
    "change_shipping_address": "address!",
    "modify_items": "modify",
    "return_items": "return",
    "exchange_items": "exchange",
    "change_payment": "payment",
    "get_refund": "refund",
}
_ASKS_ABOUT = re.compile(r"^(?:\S+@\S+\W+)?\W*(?:is|are|was|were|does|did|which|what|where|when) ", _I)
_OF_ITEM = re.compile(
    r"\b(?:what|which) (?:is|was|are|were) the [\w -]{2,20} of (?:the|my) [\w -]{2,30}|"
    r"\bthe (?:size|colou?r|material|price|cost|model|version|type|make|brand|capacity|length|storage) of (?:the|my) [\w -]{2,30}|"
    r"^\W*(?:and |ok |so )?(?:what about |how about |and )(?:the|my) [\w -]{2,30}\W*$|\b(?:is|are|was|were) (?:the|my) [\w -]{2,40}\?",
    _I,
)
_WENT = re.compile(
    r"\b(?:did|was|were|has|(?<!i )(?<!we )(?<!still )have|is|are)\b[^.?!]{0,60}"
    r"\b(?:send|sent|ship|shipped|deliver|delivered|go|gone|going)\b[^.?!]*\?",
    _I,
)
_E_MAIL = re.compile(r"\be-?mail address(?:es)?\b", _I)
_SWAPPED = re.compile(
    r"\b(?:pop|put|stick|have|get|take|give me|send me|do|make it|ship)\b[^.?!]{0,60}\binstead\b|"
    r"\binstead\b[^.?!]{0,20}\b(?:have|get|take)\b",
    _I,
)
"""Another thing in the place of one in the order that is talked about: "can you put the blue one in there instead?"."""
_TO_BE = re.compile(
    r"\b(?:can|could|may|might) (?:it|they|that|this|those|these|(?:the|my) [\w ]{2,25}?) (?:still |also |please |rather |perhaps )*"
    r"(?:be|come in)\b|"
    r"\b(?:can|could) i (?:still |also |please |perhaps )*(?:have|get) (?:it|them|that|this|those|(?:the|my) [\w ]{2,25}?) in\b",
    _I,
)
"""What one's own thing might be instead: "that lamp of mine, can it be blue?"."""
_MINE = re.compile(r"\b(?:my|of mine|(?:i|we)(?:'ve| have)? (?:just )?(?:ordered|bought|got))\b", _I)
_OTHERWISE = re.compile(r"[a-z]\s*[:=]\s*\w|\b(?:better|too \w+|instead|rather|please|pls|plz)\b", _I)
"""What tells, beside an order's number and a trait, that the trait is wished for: "W1, lamp: blue"."""
_THEN = re.compile(r"\bthen\b|\bat least\b|\brather\b|\binstead\b", _I)
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_OPENING = re.compile(
    r"^\W*(?:(?:hi|hiya|hello|hey|good (?:morning|day|afternoon|evening)|please|so|ok|okay|and|thanks?|well|um+)\b\W*)*", _I
)
_ELLIPTIC = re.compile(
    r"\b(?:it|its|that|this|them|they|those|these|items?|everything|one|ones|total|refund|address|tracking|"
    r"status|card|"
    r"inside|contents|shipp\w*|deliver\w*|arriv\w*|paid|pay|get back|^\W*(?:and )?(?:the )?(?:cost|price)\W*$|money|where to|"
    r"to where|order|"
    r"e-?mail|phone)\b",
    _I,
)
_WANTS_REFUND = re.compile(
    r"^(?!.*\b(?:know|check|see|status|where|when|arriv\w*|received?|yet|how|track|update|did|was|has|have you|ever)\b)(?:.*\b(?:want|need|"
    r"like|get|give|request|demand)\b.*\b(?:refund(?:ed)?|money back)\b|(?:.*[.,;!:] ?)?\W*(?:please )?refund\b)",
    _I | re.DOTALL,
)
_ALREADY = re.compile(r"\b(?:know|check|see|status|track|when|yet|already|ever)\b", _I)
_WISHES_REFUND = re.compile(
    r"\b(?:i|we)(?:'d| would)? (?:want|like|need|demand|expect|request)(?: to)?(?: get| have| receive| be given| ask for)? "
    r"(?:a |an |my |the |our )?(?:full |complete )?(?:refund(?:ed)?|money back)\b",
    _I,
)
_AS_BEFORE = re.compile(r"\b(?:same|original|as before|like before|i (?:used|paid)|was used|it was paid)\b", _I)
_WHEREABOUTS = re.compile(r"\bwhere(?:'s| is| are)\b|\bstatus\b|\barriv\w*|\btrack\w*", _I)
_PARTS = re.compile(
    r"[?.!;]\s+|,\s*|\s+(?:and|also|plus)\s+(?=(?:also |then )?(?:how|what|when|where|who|which|why|do|does|"
    r"did|is|are|was|has|have|can|will|tell|show)\b)",
    _I,
)
_HOUSE = re.compile(r"\b\d{1,5}[a-z]? (?:\w+ ){1,3}(?:street|st|road|rd|lane|ln|avenue|ave|drive|court|place|way|square|row)\b", _I)
_TO_HOUSE = re.compile(rf"\b(?:to|at)\b[^.?!]{{0,40}}{_HOUSE.pattern}", _I)
_OF_DIFFERENCE = re.compile(r"\bdifference\b", _I)
_TOO = re.compile(r"^\W*(?:oh |ok |now )*(?:and|also|plus|then)\b|\b(?:too|as well|also)\W*(?:please|pls)?\W*$", _I)
_ARROW = re.compile(r"\w\s*(?:->|=>|→)\s*\w")
_WANTS = re.compile(
    r"\b(?:want(?:ed)?|prefer|need(?:ed)?|should (?:have been|be)|rather|meant|instead|(?:else|rest|other things) "
    r"(?:as is|as it is|the same|unchanged|stays?)|otherwise (?:as is|the same))\b",
    _I,
)
_GAVE_UP = re.compile(
    r"\b(?:no longer|don't|do not) (?:want|need|like) (?:the|my|this|that|these|those|a) (?!order\b|purchase\b)|"
    r"\bno (?:use|need) for (?:the|my|this|that|these|those) (?!order\b)",
    _I,
)
_TRAITS = ("option", "colour", "size", "material", "product", "category")
WRITES = frozenset(name for name, _ in _WRITES)
_OWN_ADDRESS = re.compile(
    r"\b(?:default|account|profile|saved|home|on file)\b[^.?!]{0,20}\baddress\b|\baddress (?:on|in|of) (?:my|"
    r"the) (?:account|profile|file)\b|\bmy address\b|"
    r"\baddress (?:do )?(?:you |u )?(?:have|got|hold|keep|is saved|is stored)\b[^.?!]{0,12}\b(?:for|of|about) me\b",
    _I,
)


@dataclass(frozen=True, slots=True)
class OrderAsk:
    """`topic` is a read or a write; `general` asks how it works rather than to have it done; `own` is about the account, not an order;
    `wanted` says that a refund is asked for and not just asked about, `of_item` that no more than an item is named ("and the lamp").
    """

    topic: str
    write: bool
    general: bool = False
    own: bool = False
    wanted: bool = False
    of_item: bool = False


def read_ask(understanding: Understanding, *, in_order: bool = False) -> OrderAsk | None:
    """What the message asks of the order desk, or None where it asks nothing of it.

    `in_order`: the last answer was about an order, so that "what's in it?" is about one too.
    """
    text = _E_MAIL.sub("e-mail", _DECIMAL.sub(",", cues.mended(cues.plain(understanding.text))))
    general = bool(_POLICY_WORD.search(text)) or (bool(cues.GENERAL.match(_OPENING.sub("", text))) and not _specific(understanding, text))
    topic = _write(text, understanding) or (
        "return"
        if _WANTS_REFUND.search(text)
        and not general
        and (understanding.intent == "get_refund" or understanding.of_kind("product", "category"))
        else ""
    )
    if (
        not topic
        and not general
        and understanding.of_kind("order_id")
        and understanding.of_kind("product", "category")
        and _GAVE_UP.search(text)
    ):
        topic = "return"
    if not topic and in_order and not general and _SWAPPED.search(text) and understanding.of_kind(*_TRAITS):
        topic = "modify"
    if not topic and not general and _TO_BE.search(text) and understanding.of_kind(*_TRAITS[:4]):
        topic = (
            "modify" if understanding.of_kind("order_id") or (_MINE.search(text) and understanding.of_kind("product", "category")) else ""
        )
    if topic:
        return OrderAsk(topic, write=True, general=general)
    elliptic = in_order and (
        (not understanding.of_kind("product", "category") and bool(_ELLIPTIC.search(text))) or bool(_OF_ITEM.search(text))
    )
    if not elliptic and not _orderish(understanding, text) and not (in_order and cues.PAST.search(text)):
        return None
    reads = [name for name, pattern in _READS if pattern.search(text)]
    if "profile" in reads and understanding.of_kind("first_last_name", "email"):  # "my name is" says it and asks nothing
        reads.remove("profile")
    if not reads and in_order and _OF_ITEM.search(text):
        return OrderAsk("contents", write=False, of_item=True)
    if "refund" in reads and reads[0] in ("address", "tracking", "paid_with") and re.search(r"\brefund", text, _I):
        reads.insert(0, "refund")
    topic = next(iter(reads), "") or _BY_INTENT.get(understanding.intent, "")
    if topic in {"list", "count"} and understanding.of_kind("order_id"):
        topic = "contents"
    elif topic == "list" and understanding.of_kind("product") and _WHEREABOUTS.search(text):
        topic = "tracking"
    if not topic and understanding.of_kind("order_id") and "?" not in text and understanding.of_kind(*_TRAITS[:4]) and not general:
        topic = "modify" if _OTHERWISE.search(text) else ""
    if not topic:
        return OrderAsk("status", write=False) if understanding.of_kind("order_id") else None
    if topic.rstrip("!") in WRITES and topic != "address" and not (understanding.of_kind("order_id") or _ORDERISH.search(text)):
        return None
    if topic.rstrip("!") in WRITES and (topic != "address") and _ASKS_ABOUT.match(text):  # the classifier's guess only, and a question
        return OrderAsk("contents", write=False)
    if (topic in WRITES and topic != "address") or topic.endswith("!"):
        return OrderAsk(topic.rstrip("!"), write=True, general=general)
    own = bool(_OWN_ADDRESS.search(text)) and topic == "address"
    return OrderAsk(topic, write=False, general=general, own=own, wanted=topic == "refund" and _wants_refund(text))


def read_on(understanding: Understanding, asked: Held | None) -> OrderAsk | None:
    """What was asked for last, asked for another item of the same order: "and the kettle in black too"; else None.

    With a trait it is a change of that item, also after a refusal: "then the kettle in black at least".
    """
    text = cues.plain(understanding.text)
    other = bool(understanding.of_kind(*_TRAITS[:4])) and bool(_TO_BE.search(text) or ("?" not in text and _THEN.search(text)))
    if asked is None or not (other or ("?" not in text and _TOO.search(text))):
        return None
    before = read_ask(asked.understanding(), in_order=True)
    if before is None or not before.write or before.topic not in ("return", "exchange", "modify"):
        return None
    return OrderAsk("modify", write=True) if other and before.topic == "return" else before


def says_write(text: str) -> bool:
    """Whether a text asks in so many words for something to be done with an order."""
    return any(pattern.search(cues.mended(cues.plain(text))) for _, pattern in _WRITES) or bool(_WANTS_REFUND.search(text))


def parted(text: str) -> tuple[str, ...]:
    """The questions of a message, one after the other, where it has several."""
    parts = [part.strip(" ,.;!") for part in _PARTS.split(cues.plain(text)) if part]
    return tuple(part for part in parts if part) if len(parts) > 1 else ()


def _wants_refund(text: str) -> bool:
    return bool(_WANTS_REFUND.search(text)) or bool(_WISHES_REFUND.search(text) and not _ALREADY.search(text))


def _write(text: str, understanding: Understanding) -> str:
    text = _DONE_ALREADY.sub(r"\g<which>", text)
    if _HISTORY.search(text) or re.search(r"\b(?:status|track) of my (?:return|exchange|refund|cancellation)\b", text, _I):
        return ""
    found = [(match.start(), place, name) for place, (name, pattern) in enumerate(_WRITES) if (match := pattern.search(text))]
    if _WENT.search(text):
        found = [entry for entry in found if entry[2] != "address"]
    names = {name for _, _, name in found}
    if "payment" in names and _OF_DIFFERENCE.search(text) and not re.search(r"\bpayment\b", text, _I):
        names.discard("payment")  # how the difference of a change is paid is a detail of the change
        found = [entry for entry in found if entry[2] != "payment"]
    if names <= {"modify"} and _TO_HOUSE.search(text) and understanding.of_kind("zip") and _orderish(understanding, text):
        return "address"
    if not names:
        traits = understanding.of_kind(*_TRAITS[:4])
        wants = understanding.of_kind("order_id") and ((traits and _WANTS.search(text)) or _ARROW.search(text))
        if _WANTS.search(text) and any(e.value == "wrong size" for e in understanding.of_kind("reason")):
            return "exchange"
        return "modify" if wants and "?" not in text else ""
    if names & {"modify", "payment", "address"} and not (names & {"cancel", "return", "exchange"}):
        return _of_changes(names, text, understanding)
    first = min((entry for entry in found if entry[2] in {"cancel", "return", "exchange"}), default=None)
    return first[2] if first else ""


def _of_changes(names: set[str], text: str, understanding: Understanding) -> str:
    """Which of the changes to a pending order is meant: "change", "card" and "to" alone say little."""
    if "address" in names and not re.search(r"\bpayment\b", text, _I):
        return "address"
    if (
        "payment" in names
        and not (_AS_BEFORE.search(text) and understanding.of_kind("product", "category", "option", "colour", "size", "material"))
        and (understanding.of_kind("payment_method") or "payment" in text.lower())
        and re.search(r"\b(?:chang|switch|instead|rather|updat|different|another|other|modif|move|put)\w*", text, _I)
    ):
        return "payment"
    if "modify" in names and (
        _orderish(understanding, text) or (understanding.intent in {"modify_items", "change_order"} and not re.search(r"\?", text))
    ):
        return "modify"
    return ""


def _orderish(understanding: Understanding, text: str) -> bool:
    return (
        bool(understanding.of_kind("order_id"))
        or bool(_ORDERISH.search(text))
        or (understanding.intent in _BY_INTENT and understanding.confidence >= 0.5)
    )


def _specific(understanding: Understanding, text: str) -> bool:
    """Whether the message speaks of an order of the writer's own rather than of orders at large."""
    if understanding.of_kind("order_id", "reason", "first_last_name", "email") or _HOUSE.search(text):
        return True
    return (
        bool(re.search(r"\b(?:my|this|that|these|those|it|them|the) (?:\w+ ){0,3}(?:orders?|purchases?|packages?|parcels?)?\b", text, _I))
        and not re.search(r"\b(?:an?|any|orders|items|products) (?:order|item|product|purchase)\b", text, _I)
        and bool(re.search(r"\b(?:my|this|that|it)\b", text, _I))
    )
