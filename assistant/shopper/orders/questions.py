"""What a message asks to know of an order or an account: where it is, what is in it, what it cost.

Owns the words that ask for each reading; refuses to read requests for a change, and to know orders.
"""

from __future__ import annotations

import re

from assistant.shopper import cues, spelling
from assistant.types import Understanding

_I = re.IGNORECASE
_REFUND = re.compile(
    r"\b(?:refund(?:ed|s)?|money back|back (?:the|my) money|reimburs\w*|(?:get|got|see|receive|have) (?:the|my|any) money|how much (?:do|"
    r"will|would) i get|where (?:does|do|will|did) (?:the|my) money go|"
    r"(?:the|my|that|any|your|much) (?:money|amount|sum|payment|funds)\b[^.?!]{0,40}?\b(?:back|again|returned|credited|refunded|repaid)\b|"
    r"(?:how (?:long|many days|soon|fast|quick\w*)|when|until)\b[^.?!]{0,25}\b(?:the|my|that) money\b|"
    r"(?:where|which|what)\b[^.?!]{0,30}\b(?:did|has|does|will|is|was) (?:the|my|that) money\b|"
    r"(?:anything|something|it|that|money|amount) (?:been |be |get |got |was |is )*(?:paid|given|sent|transferred|credited) back\b|"
    r"paid back\b|\b(?:i|we)(?: will| would|'ll|'d| do| did)? (?:get|got|receive|have) back\b|"
    r"(?:happens?|becomes?) (?:to|with|of) (?:the|my) money|"
    r"(?:don'?t|do not|can'?t|cannot) (?:see|find) (?:it|that|any of it|anything) (?:in|on) my (?:bank|account|card|paypal)|"
    r"(?:see|get|have|receive)\b[^.?!]{0,25} in(?:to)? my (?:paypal|bank|account))\b",
    _I,
)
_READS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "arrival",
        re.compile(
            r"\b(?:when|(?:on )?(?:what|which) (?:date|day|time))\b[^.?!]{0,20}\b(?:did|was|were|has|have)\b[^.?!]{0,30}"
            r"\b(?:arrive|come|get here|get there|delivered|dropped off|received?|reach me)\b",
            _I,
        ),
    ),
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
            r"\bhow much (?:money )?(?:is|'s|do i have|have i(?: got)?)(?: there| still| left)* on (?:it|there|that one)\b|"
            r"\b(?:what|which|how much|any|the) (?:amount |sum |money |credit |value |funds )?(?:do|have|is|are|did)?[^.?!]{0,15}"
            r"\b(?:have|got|left|remain\w*|still|there|available)\b[^.?!]{0,12} (?:on|in) (?:the|my|that|this) gift ?card|"
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
            r"where(?: exactly| precisely)?(?:'s| is| was| will| are| did| were| does| do| has| have) [^.?!]{0,40}"
            r"\b(?:sent|send|shipp?(?:ed|ing)?|"
            r"deliver(?:ed|ing)?|"
            r"going|being sent|heading|headed|bound|destined|end up|dropp?(?:ed)? off|posted|mailed|dispatched to)\b(?! from)|"
            r"destination|(?:which|what) (?:street|town|zip|post ?code|house|"
            r"state(?! (?:is|are|was|does) (?:it|this|that|they|the|my)\b)|country)\b|"
            r"(?:shipped|sent|delivered|going|shipping|delivering|deliver) to (?:where|which)|(?:goes|going|sent|shipped) where\b|(?:which|"
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
            r"\b(?:totals?|sum|enough (?:to pay|to cover|for)|"
            r"how much (?:did|was|were|have|is|for|does)|(?:what|how much) (?:did|have) i (?:pay|paid|"
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
            r"ids?)\b(?! is)|(?:which|what|whats|what's|the) (?:is the )?(?:order )?(?:number|id|nr|no) (?:has|is|of|have|carries)\b"
            r"(?! (?:it|this|that) )[^.?!]{0,30}\b(?:pending|delivered|cancell?ed|processed|open|shipped|newest|latest)\b|"
            r"my (?:own )?orders|"
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
            r"\b(?:what(?! (?:state|status)\b)(?:'s| is| are| was| were| did| do| all)?\b[^.?!]{0,30}\b(?:in (?:it|that|this|my|the|order|"
            r"there)|inside|order(?:ed)?|items?|bought|buy|contain\w*|inside)|items?|contents?|contains?|"
            r"products? (?:in|of|are)|which (?:products?|things|items)|how many (?:items|things|products)|details|"
            r"list (?:the|what)|(?:show|see|view|read)(?: me)? (?:the|my|that|this) (?:whole )?order\b(?! (?:history|status|number))|"
            r"(?:which|what) (?:size|colou?r|model|version|material|(?!state\b|status\b)\w+) (?:is|was|did|are|"
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
            r"on (?:its|the) way|eta|when (?:it|they|this|that|(?:the|my) \w+) (?:will |should )?(?:comes?|arrives?|gets? here|ships?)\b|"
            r"how far (?:along|is|are|has|have)\b|where [^.?!]{2,30} stands?|"
            r"how [^.?!]{2,30} (?:is )?coming along|updates?|"
            r"when (?:will|do|does|is|can)|received?|update on|happening with|going on with)\b",
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
_LEFT = re.compile(r"\b(?:left|balance|remain\w*|gift|worth|still)\b", _I)
_OF_ITEM = re.compile(
    r"\b(?:what|which) (?:is|was|are|were) the [\w -]{2,20} of (?:the|my) [\w -]{2,30}|"
    r"\bthe (?:size|colou?r|material|price|cost|model|version|type|make|brand|capacity|length|storage) of (?:the|my) [\w -]{2,30}|"
    r"^\W*(?:and |ok |so )?(?:what about |how about |and )(?:the|my) [\w -]{2,30}\W*$|\b(?:is|are|was|were) (?:the|my) [\w '-]{2,40}\?",
    _I,
)
_ELLIPTIC = re.compile(
    r"\b(?:it|its|that|this|them|they|those|these|items?|everything|one|ones|total|refund|address|tracking|"
    r"status|card|"
    r"inside|contents|shipp\w*|deliver\w*|arriv\w*|paid|pay|get back|^\W*(?:and )?(?:the )?(?:cost|price)\W*$|money|where to|"
    r"to where|order|"
    r"e-?mail|phone)\b",
    _I,
)
_ALREADY = re.compile(r"\b(?:know|check|see|status|track|when|yet|already|ever)\b", _I)
_WISHES_REFUND = re.compile(
    r"\b(?:i|we)(?:'d| would)? (?:want|like|need|demand|expect|request)(?: to)?(?: get| have| receive| be given| ask for)? "
    r"(?:a |an |my |the |our )?(?:full |complete )?(?:refund(?:ed)?|money back)\b",
    _I,
)
_WHEREABOUTS = re.compile(r"\bwhere(?:'s| is| are)\b|\bstatus\b|\barriv\w*|\btrack\w*", _I)
_PARTS = re.compile(
    r"[?.!;]\s+|,\s*|\s+(?:and|also|plus)\s+(?=(?:also |then )?(?:how|what|when|where|who|which|why|do|does|"
    r"did|is|are|was|has|have|can|will|tell|show)\b)",
    _I,
)
_OWN_ADDRESS = re.compile(
    r"\bwhere (?:do |did )?(?:you think )?i live\b|"
    r"\b(?:default|account|profile|saved|home|on file)\b[^.?!]{0,20}\baddress\b|\baddress (?:on|in|of) (?:my|"
    r"the) (?:account|profile|file)\b|\bmy address\b|"
    r"\baddress (?:do )?(?:you |u )?(?:have|got|hold|keep|is saved|is stored)\b[^.?!]{0,12}\b(?:for|of|about) me\b",
    _I,
)


def readings(understanding: Understanding, text: str) -> list[str]:
    """The readings that a text asks for, the likeliest first."""
    found = [name for name, pattern in _READS if pattern.search(text)]
    if "profile" in found and understanding.of_kind("first_last_name", "email"):  # "my name is" says it and asks nothing
        found.remove("profile")
    if (
        "refund" in found
        and found[0] in ("address", "tracking", "paid_with")
        and re.search(r"\brefund|\bmoney (?:came|come|been|get)", text, _I)
    ):
        found.insert(0, "refund")
    if "refund" in found and found[0] == "balance" and not _LEFT.search(text):  # "when is the money on my card again?"
        found.insert(0, "refund")
    return found


def goes_on(understanding: Understanding, text: str) -> bool:
    """Whether a text says little enough, and names no goods, to be about the order that is talked about, or about an item of it."""
    return (not understanding.of_kind("product", "category") and bool(_ELLIPTIC.search(text))) or of_item(text)


def by_price(text: str) -> bool:
    """Whether a text asks for what costs most or least."""
    return bool(cues.DEAREST.search(text) or cues.CHEAPEST.search(text))


def of_item(text: str) -> bool:
    """Whether a text asks about one item: "the colour of my lamp", "and the lamp"."""
    return bool(_OF_ITEM.search(text))


def whereabouts(text: str) -> bool:
    """Whether a text asks where something is."""
    return bool(_WHEREABOUTS.search(text))


def own_address(text: str) -> bool:
    """Whether a text speaks of the address of the account, not of an order's."""
    return bool(_OWN_ADDRESS.search(text))


def wishes_refund(text: str) -> bool:
    """Whether somebody says that they would like their money back, and asks nothing of a refund under way."""
    return bool(_WISHES_REFUND.search(text)) and not _ALREADY.search(text)


def parted(text: str) -> tuple[str, ...]:
    """The questions of a message, one after the other, where it has several."""
    parts = [part.strip(" ,.;!") for part in _PARTS.split(spelling.mended(spelling.plain(text))) if part]
    return tuple(part for part in parts if part) if len(parts) > 1 else ()
