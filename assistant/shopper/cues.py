"""Wordings that are safer to recognise by rule than by classifier: consent, refusal, attacks, and what is asked about a product.

Owns patterns over one message; refuses to know the conversation. Where a cue and the classifier disagree, the dialogue policy
trusts the cue.
"""

from __future__ import annotations

import re

_I = re.IGNORECASE
WHETHER = r"(?:is|are|does|do|can|could|will|would|has|have|did|was)\b"
"""What a question for a yes or no begins with, to be built into patterns."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:{pattern})" for pattern in patterns), _I)


_INTERJECTION = (
    r"^\W*(?:(?:h+m+|u+m+|u+h+|e+r+m*|oh+|ah+|well|ok(?:ay)?|so|right|actually|sorry|fine|alright|then|great|"
    r"good|perfect|cool|nice|lovely|splendid|wonderful|excellent|brilliant|super|awesome|fantastic|thanks|thank you|cheers|ta|and|both|"
    r"all|that)\b\W*){0,3}"
)
_YES = _any(
    _INTERJECTION + r"(?:ye+s+|ye+p+|ye+a+h*|yu+p+|ya|ja+|jep|jawohl|oui|s[ií]|y|aye|"
    r"m+h+m+|u+h[ -]?hu+h|sure|certainly|absolutely|definitely|indeed|naturally|"
    r"of course|by all means|spot on|roger|confirmed|confirm|"
    r"i confirm|agreed|correct|exactly|precisely|affirmative|"
    r"go ahead|please do|kindly do|do it|do so|do (?:that|this)\W*(?:please|pls|plz|then|now|thanks)?\W*$|proceed|please proceed|go for it|"
    r"carry on|make it so|book it|get it done|let'?s (?:go|do (?:it|that|this))|that'?s (?:right|correct|fine)|"
    r"looks good|sounds good|all (?:good|correct))\b",
    r"^\W*(?:ok|okay|okey|k|fine|alright|all right|great|perfect|right)\W*(?:,|\.|!|-)?\s*(?:yes|then|please|"
    r"go ahead|do it|do that|proceed|confirm(?:ed)?|i confirm|sounds good)?\W*$",
    r"\b(?:i (?:do )?confirm|yes,? please|go ahead|please proceed|you may proceed)\b",
    r"(?:[,.;:!]\s*|\bis (?:a )?)(?:yes|yep|yeah)\W*$|[.;!]\s*(?:(?:is |all )?(?:confirmed|agreed|correct|approved))\W*$",
    r"^\W*(?:yes\W+)?(?:that|this|it)(?:'?s| is) (?:exactly |just |precisely )?what i(?:'d)? (?:want(?:ed)?|meant|asked for|like)\W*$",
    r"^\W*(?:lovely|splendid|wonderful|excellent|brilliant)\W*$",
    _INTERJECTION + r"go on\b",
    r"^\W*(?:now |ok |so |and )*(?:it|that|this|all)(?:'?s| is| looks)? (?:now )?(?:right|correct|good|fine|ok|okay|perfect)(?: now)?"
    r"(?:\W+(?:so |then |please )*(?:go|go on|do it|send it|ship it|proceed))?\W*$",
    r"^\W*that(?:'?s| is) (?:it|all)\W+(?:then |so )?(?:yes|ye[ps]|please|go ahead|do it|correct|right|exactly)\b",
    r"^\W*(?:go|ok go|makes sense|works for me|fine by me|fine with me|suits me)\W*$",
    r"^[^\w👎❌]*[👍👌✅✔]",
    _INTERJECTION + r"(?:it|that|this|all|everything)?\W*(?:'s|is|are)? ?(?:ok|okay|fine|good|right|correct|perfect|great) "
    r"(?:so|like (?:that|this)|for me|by me|with me)\b",
    _INTERJECTION + r"is (?:ok|okay|fine|good|right|correct|perfect)\b",
    r"\bi (?:do )?agree\b(?! to disagree)",
    _INTERJECTION + r"please (?:change|cancel|return|exchange|send|ship|update|swap|refund|move) (?:it|them|that|this)\b",
    r"^\W*i (?:already |just )?said (?:yes|ok|okay|go ahead|do it)\b",
    r"^\W*(?:ok|okay|alright|all right|fine|right|good)\W+(?:then )?(?:cancel|return|exchange|change|send)(?: (?:it|them|this))?"
    r"\W*(?:then|please|pls|thanks)?\W*$",
)
_NOT_YES = _any(
    r"\b(?:no|not|nope|never|don'?t|doesn'?t|didn'?t|isn'?t|haven'?t|wouldn'?t|do not|can'?t|cannot|won'?t|wait|"
    r"hold on|hang on|stop|but|however|"
    r"unless|if|instead|actually|rather|except|maybe|perhaps|later|first|before|"
    r"changed? my mind|(?<!please )change (?:it|that|to)|unsure|think about|let me think|wrong|incorrect|also|"
    r"another|different|other|only)\b",
    r"\?",
)
_NOTHING_MORE = _any(
    r"\b(?:and |but |with )?(?:no (?:more|other|further|additional)(?: (?:changes?|corrections?|items?|things?|orders?|ones?))?|"
    r"nothing (?:else|more|further|other)|not(?:hing)? (?:a thing|anything) (?:else|more)|no(?:t an?)? "
    r"(?:problem|issue|objections?|doubts?|worries|questions?|rush|hurry|reservations))\b",
)
"""A no that limits no yes: "yes, and nothing else", "no objections, go ahead"."""
_NO = _any(
    _INTERJECTION + r"(?:no|nope|nah|no thanks?|no thank you|never mind|nevermind|nvm|stop|wait|hold on|hang on|forget (?:it|"
    r"that|about it)|leave it|let it be|don'?t|do not|please don'?t|not now|not yet|"
    r"changed? my mind|i(?:'ve| have) changed my mind|i changed my mind|rather not|better not|cancel that|scratch that)\b",
    r"^[^\w👍👌✅✔]*[👎❌]",
)
LEAVES_AS_IS = _any(
    r"\b(?:leave|keep|let)\b[^.?!;]{0,30}\b(?:as|the way|like) (?:it|they|that) (?:is|are|was|were|stands?)\b(?! (?:but|only|except))",
    r"\bleave (?:the|my) (?:whole )?order (?:alone|be)\b|\bdon'?t (?:do|change|touch) anything\b|\bforget the (?:whole|entire) thing\b",
)
"""That all is to stay as it is, whatever was asked for before."""

PERSON = _any(
    r"\b(?:talk|speak|chat|connect(?: me)?|transfer(?: me)?|put me through|get me|pass me|hand me|escalate|"
    r"switch me|redirect me)\b[^.?!]{0,40}\b(?:human|person|people|agent|representative|rep|someone|somebody|"
    r"operator|manager|supervisor|boss|owner|staff|employee|colleague|support team|customer service|real)\b",
    r"\b(?:real|live|actual) (?:person|human|agent|people)\b(?!\s+(?:or|wear))",
    r"\b(?:want|need|give me|get|prefer|like|call) (?:a|an|to see a|your|the|some)?\s*(?:human|real person|"
    r"manager|supervisor|operator|agent|representative)\b",
    r"^\W*(?:human|agent|representative|operator|person)(?:\s+please|\s+now)?\W*$",
    r"\bcan (?:a|some) (?:human|person|colleague) (?:help|answer|call)\b",
    r"\b(?:have|ask) (?:someone|somebody|a person|a human|your manager|an agent)\b[^.?!]{0,25}\b(?:call|contact|help|answer|reply)\b",
    r"\b(?:ask for|where is) (?:your|the) (?:manager|boss|supervisor)\b",
    r"\bmember of (?:staff|(?:the|your) (?:team|staff))\b",
    r"\bput (?:a|some|one of (?:your|the)) (?:human|person|colleagues?|agents?|employees?|staff|people|team) on\b",
    r"\bno more (?:bots?|robots?|machines?|chatbots?)\b",
    r"\bget (?:hold of|through to) (?:a|an|some|one of)\b[^.?!]{0,20}\b(?:human|person|people|agents?|colleagues?|staff)\b",
)
ALARM = _any(
    r"\b(?:my lawyer|an? lawyer|attorney|legal action|sue you|suing|take you to court|small claims|"
    r"consumer protection|trading standards|file a police|police report)\b",
    r"\b(?:caught fire|on fire|electric(?:al)? shock|electrocuted|exploded|injured|injury|burned (?:me|my)|"
    r"burnt (?:me|my)|bleeding|in hospital|poison(?:ed|ing)?|allergic reaction)\b",
    r"\b(?:defamation|lawsuit)\b",
)
PAYMENT_DISPUTE = _any(
    r"\b(?:chargeback|disput(?:e|ing) (?:the|a|this|my) (?:charge|payment|transaction))\b",
    r"\b(?:paid (?:for )?(?:\w+ )?(?:twice|double)|(?:debited|billed|taken) (?:\w+ ){0,2}twice)\b|"
    r"\b(?:charged (?:me )?(?:twice|double|two times)|double[- ]charged|(?:un|not )authori[sz]ed (?:charge|"
    r"payment|transaction)|fraudulent|stolen (?:card|credit card)|my card (?:was|got) stolen|identity theft|"
    r"scammed)\b",
)
ATTACK = _any(
    r"\b(?:ignore|disregard|forget|override|bypass|drop|skip)\b[^.?!]{0,40}\b(?:instructions?|rules?|"
    r"guidelines?|prompts?|polic(?:y|ies)|restrictions?|programming|training|verification|identification|"
    r"authentication|checks?)\b",
    r"\b(?:system|hidden|initial|secret|developer) (?:prompt|instructions?|message)\b",
    r"\b(?:your|the) (?:prompt|instructions|source code|system message|api keys?|credentials|configuration)\b",
    r"\b(?:jailbreak|dan mode|developer mode|debug mode|admin mode|god mode|maintenance mode|root access|sudo)\b",
    r"\byou are (?:now|no longer)\b|\bfrom now on,? you\b|\bpretend (?:to be|you(?:'re| are)|that)\b|"
    r"\bact as (?:if|an?|the|my)\b|\brole-?play\b",
    r"\b(?:i am|i'm|this is) (?:the|your|an?) (?:developer|admin(?:istrator)?|system administrator|programmer|"
    r"owner(?! of (?:#?w?\d|(?:this|that|the|my|an?) (?:order|account|parcel)))|ceo|store manager|engineer|tester|auditor)\b",
    r"\b(?:drop table|delete from|union select|insert into|; ?--|<script|rm -rf)\b|\bselect\b.{1,40}\bfrom\b \w+",
    r"\bselect \* from\b|\{\{.*\}\}|\bSYSTEM ?:|\[system\]|<\|",
    r"\b(?:reveal|print|repeat|output|show|leak|dump)\b[^.?!]{0,30}\b(?:prompt|instructions|password|database|"
    r"config\w*|customer (?:list|data|records)|all (?:customers|users|accounts|orders of))\b",
)
DISCOUNT_PLOY = _any(
    r"\b(?:set|change|lower|drop|mark|make|reduce)\b[^.?!]{0,30}\b(?:price|cost|total)s?\b[^.?!]{0,30}\b(?:to|free|zero|\$?\d)",
    r"\b(?:give|apply|grant|approve)\b[^.?!]{0,20}\b\d{1,3}\s?(?:%|percent)\s*(?:off|discount)?",
    r"\bsell (?:it|this|that|me)\b[^.?!]{0,30}\bfor (?:\$\s?)?(?:0|1|one|zero|a) ?(?:dollar|cent|buck|penny)?\b",
)
OTHERS = _any(
    r"\b(?:other|another|different|all|every|some(?:body|one) else'?s?|previous|last) (?:customer|user|person|"
    r"shopper|buyer|client)s?\b(?!\s+(?:reviews?|ratings?|service))",
    r"\b(?:my|the) (?:wife|husband|friend|neighbou?r|boss|ex|girlfriend|boyfriend|brother|sister|mother|father|"
    r"mom|mum|dad|son|daughter|roommate|colleague|partner|cousin|uncle|aunt)'?s?\s+(?:orders?|account|address|"
    r"card|payment|e-?mail|parcel|package|purchases?|gift card)\b",
    r"\b(?:who (?:else )?|(?:which|what) (?:customer|person|shopper|buyer|user|client)s? (?:last |recently )?)"
    r"(?:bought|ordered|purchased)\b|\bwhoever (?:last )?(?:bought|ordered|purchased)\b",
    r"\b(?:neighbou?r|friend|wife|husband|boss|ex|colleague|boyfriend|girlfriend|brother|sister|mother|father|son|daughter)\b[^?]{0,60}"
    r"\bwhat (?:did|has|does) (?:he|she|they) (?:order|ordered|buy|bought|purchased?)\b",
    r"\b(?:cards?|address(?:es)?|orders?|phone|e-?mails?|data|details?|name|number|account)\b[^.?!]{0,20}\b(?:of|from|for) "
    r"(?:the )?(?:customer|user|client)\b",
    r"\b(?:tell me|what|which|show|list)\b[^.?!]{0,20}\b(?:my|the) (?:wife|husband|friend|neighbou?r|boss|ex|girlfriend|"
    r"boyfriend|brother|sister|mother|father|mom|mum|dad|son|daughter|roommate|colleague|partner|cousin|uncle|"
    r"aunt)\b[^.?!]{0,25}\b(?:order|buy|bought|purchas)\w*",
    r"\b(?:list|give|show|tell|send)\b[^.?!]{0,30}\b(?:customers|users|customer (?:list|database|e-?mails|"
    r"names|addresses|phone numbers))\b",
)
OTHERS_NAMED = re.compile(
    r"\b(?!(?:What|Where|Who|How|When|It|That|There|Here|Today|Let|My|"
    r"Is)\b)[A-Z][\w-]+(?: [A-Z][\w-]+)?'s (?:last |latest |recent |open )?(?:orders?|account|address|parcels?|"
    r"packages?|purchases?|e-?mail|gift ?cards?|balance)\b|"
    r"\b(?:address|phone|(?:phone|order|account|card|tracking) number|e-?mail|orders?|card|parcels?) "
    r"(?:do |did )?(?:you |u )?(?:have |hold |keep |got |is )?(?:for|of|about|on) "
    r"(?:[A-Z][a-z'-]+ [A-Z][a-z'-]+)\b(?!\W+(?:\d|zip|post))|\b(?:did|has|does) (?:[A-Z][a-z'-]+ ){1,2}(?:order|buy|bought|purchase|"
    r"ordered)\b"
)
ELSEWHERE = _any(
    r"\b(?:book|reserve)\b[^.?!]{0,25}\b(?:flights?|hotels?|rooms?|tickets?|taxi|cab|restaurant|holiday|trip|train|appointment)\b"
)
"""Wishes of daily life that no shop for goods fulfils, whatever word of theirs a product may bear."""
MONEY = _any(
    r"\b(?:put|invest) (?:my |our |all my |some )?(?:money|savings|cash|pension)\b[^.?!]{0,20}\b(?:in|into)\b|"
    r"\b(?:buy|sell|invest in) (?:\w+ )?(?:shares|bitcoins?|crypto\w*|stocks? (?:of|in))\b"
)
"""Questions for an adviser on money."""
INSIDE = _any(
    r"\b(?:profits?|revenue|turnover|profit margins?|sales figures|mark-?up)\b",
    r"\b(?:did|have) you (?:guys |already )?(?:sell|sold)\b|\bwhat did you pay for\b",
)
FOREIGN = _any(
    r"\b(?:write|compose|tell|sing|give|make|invent)\b(?: me| us)? (?:an?|some|another) (?:[\w-]+ ){0,2}"
    r"(?:poem|jokes?|story|essay|song|limerick|haiku|riddle|code|script|speech)\b(?! (?:books?|album|cd))",
    r"\btranslate\b|\b(?:python|java\w*|c\+\+|html|sql) (?:code|script|program)|\bhomework\b|\bsolve\b",
    r"\bwho (?:won|invented|discovered|is the (?:president|king|queen|pope|prime minister|ceo)|killed|founded)\b",
    r"\bwhat time is it\b|\bhow long does it take to (?:learn|read|drive|fly|walk|get to)\b",
    r"\b(?:capital|population|president|king|queen|prime minister|currency|history|flag) of\b|\bmeaning of life\b|\bbelieve in\b",
    r"\b(?:weather|forecast)\b.*\b(?:today|tomorrow|tonight|weekend|week|like|in)\b|\bgoing to rain\b",
    r"\bwhat(?:'s| is) \d+ ?(?:[-+*x/]|plus|minus|times|divided by) ?\d+\b|\b(?:cause|cure|prevent)s? (?:cancer|\w+ disease)\b",
    r"\bhow (?:do|can|should|would) (?:i|you|we) (?:fix|remove|get \w+(?: \w+)? out of|train|lose|learn|become|make money|cook|bake)\b"
    r"(?! (?:it|this|that|these|those|them)\b)",
)
"""What no shop answers, whatever goods its words may name: a poem about coffee, who invented the phone."""
PAST = _any(r"\b(?:did|was|were|paid)\b")
ABUSE = _any(
    r"\b(?:fuck\w*|f\*+k?\w*|shit\w*|bullshit|asshole|bitch|bastard|wank\w*|cunt|dickhead|moron|idiot(?:ic)?|"
    r"imbecile|dumbass|motherf\w+|piece of (?:crap|garbage|trash))\b",
    r"\b(?:you(?:'re| are|r)?|this|ur)\s+(?:so |such |a |an |just |really |absolutely |total(?:ly)? |fucking |"
    r"damn |completely )*(?:stupid|useless|dumb|pathetic|worthless|garbage|trash|terrible bot|crap|loser|"
    r"rubbish bot)\b",
    r"\b(?:stupid|useless|dumb|idiotic) (?:bot|machine|robot|thing|chatbot|computer|ai|assistant)\b|"
    r"\bshut up\b|\bi hate you\b|\bgo to hell\b|\bscrew you\b",
)

ANGER = _any(
    r"\b(?:ridiculous|unacceptable|outrageous|disgraceful|disgusting|appalling|furious|fed up|sick of|"
    r"had enough|rip[- ]?off|scam\w*|worst (?:shop|store|service|company|experience)|"
    r"never (?:again|buy|order|shop)\w*|(?:so|very|really) angry|pissed|joke of a|waste of (?:time|money)|"
    r"third time|wtf|are you (?:kidding|serious|joking))\b",
)
ANOTHER = _any(
    r"\b(?:new|another|different|second|better|sturdier|replacement) ones?\b|\b(?:need|want|after|looking for|time for|get) (?:me |us )?"
    r"(?:a |an |some )?(?:new|another|replacement)\b|\b(?:to )?replace (?:it|them|that|this)\b|\breplacement for\b"
)
CARE = _any(
    r"\b(?:can|could|may|should|must|do|does|how|is it (?:ok|safe|okay)|safe) (?:\w+ ){0,3}?(?:wash|tumble|"
    r"iron|dry[- ]?clean|bleach|clean|polish|care for|take care of)\b",
)

GREETING = _any(
    r"^\W*(?:hi|hello|hey|heya|hiya|howdy|good (?:morning|afternoon|evening|day)|greetings|yo|hola|"
    r"hallo)(?:\s+(?:there|all|everyone|team|you|again|shop|bot|clerk|guys|folks))*\W*$"
)
THANKS = _any(
    r"^\W*(?:(?:ok|okay|great|perfect|cool|awesome|nice|super|wonderful|lovely|no|alright|got it|that'?s all|"
    r"good)\W+)*(?:many |lots of )?(?:thanks?|thank you|thx|ty|cheers|much appreciated|"
    r"appreciate it)\b(?!.*\?)"
    r"(?!.*\b(?:furnish|provide|supply|(?:give|send|tell|show|forward) me|let me (?:know|have)|please \w+ (?:me|the|my))\b)"
    r"(?!.*\b(?:but|also|and (?:how|what|can|could|do|is))\b).{0,50}$"
)
BYE = _any(
    r"^\W*(?:(?:ok|okay|thanks?|thank you|great|alright|that'?s all)\W+)*(?:bye|goodbye|good bye|bye bye|"
    r"see you|see ya|cya|farewell|good night|have a (?:nice|good|great) (?:day|one|evening|night|weekend)|"
    r"that'?s (?:all|it)(?: for (?:now|today))?)\b[^?]{0,40}$"
)

ENOUGH = _any(r"^\W*(?:(?:ok|okay|thanks?|great|alright|and)\W+)*that'?s (?:all|it|everything)\b")
"""What ends a list as well as a visit."""

CHEAPEST = _any(
    r"\bcheapest\b",
    r"\blowest[- ]pric\w*|\blowest (?:cost|price)|\bleast (?:expensive|dear|pricey|costly)\b|\bmost (?:affordable|inexpensive)\b|"
    r"\b(?:lowest|smallest|least) (?:price|cost)\b|\bcosts? (?:the )?least\b|\bmost budget[- ]friendly\b|"
    r"\bbest price\b|\b(?:for )?(?:the )?least money\b|\b(?:lowest|smallest) price tag\b",
    r"\b(?:hurts?|strains?|empties|burdens?)\b[^.?!]{0,20}\b(?:purse|wallet|pocket|budget|account)\b[^.?!]{0,10}\bleast\b",
    r"\b(?:easiest|kindest|lightest|gentlest) (?:on|to|for) (?:my|the|our) (?:purse|wallet|pocket|budget)\b",
)
DEAREST = _any(
    r"\b(?:most expensive|dearest|priciest|costliest|most costly|highest[- ]priced?|highest (?:price|cost)|costs? (?:the )?most)\b"
)
BEST_RATED = _any(
    r"\b(?:best|highest|top)[- ](?:rated|rating|ratings|reviewed|reviews?)\b|\bmost stars\b|\b(?:best|highest) (?:customer|user|average) "
    r"(?:reviews?|ratings?)\b|\brated (?:the )?(?:best|highest)\b"
)
CHEAPER = _any(
    r"\b(?:cheaper|less expensive|lower[- ]priced?|more affordable|less pricey|lower price|more budget)\b(?!\s+than\s+\$?\d)",
    r"\btoo (?:expensive|pricey|dear|much money)\b",
    r"\b(?:any|some)thing less\b|\bfor less\b(?! than)|\bcost(?:s|ing)? less\b(?! than \W?\d)",
)
DEARER = _any(
    r"\b(?:more expensive|pricier|dearer|higher[- ]priced?|more up-?market|fancier|more premium|"
    r"costlier|costs? more|costing more)\b(?!\s+than\s+\$?\d)"
)
DIFFERENCE = _any(
    r"\b(?:price (?:difference|gap)|(?:gap|margin) (?:in|of|between) (?:the )?prices?|how far apart|difference in (?:the )?price|"
    r"how much (?:cheaper|more expensive|dearer|"
    r"more|less)\b|difference (?:between|in) (?:the )?(?:prices?|costs?)|"
    r"by how (?:much|many)\b|how much (?:could|can|would|will|do) (?:i|we|you) save\b|"
    r"how (?:much|many (?:dollars|bucks|pounds|euros)) .{3,80} (?:above|below|over|under|beyond) the\b)"
)
COMPARE = _any(
    r"\bcompar\w+|\b(?:difference|differ|differs|different) (?:between|from)\b|\bversus\b|\bvs\.?\b|"
    r"\bwhich(?: one)?(?:'s)? (?:of (?:these|those|them|the) )?(?:two )?(?:is |are |costs? |"
    r"has )?(?:the )?(?:cheaper|better|dearer|more expensive|less|more|bigger|lower|higher|lighter|heavier|"
    r"warmer|larger|smaller|thicker|thinner|longer|shorter|stronger|wider|lightest|heaviest|warmest|biggest|largest|smallest|thickest|"
    r"thinnest|longest|shortest|strongest|widest|tallest|brightest)\b|"
    r"\bweighs? (?:the )?(?:least|most)\b|\bput\b.{3,80}\b(?:next to|beside|against|alongside)\b|\b(?:price|money)[- ]wise\b|"
    r"\bweigh (?:up )?.{3,60} against\b|\b(?:what|which)(?: one| of (?:them|these|those|em|the two))? "
    r"(?:sets? (?:me|you|us|one) back|(?:do|have) you (?:have|got)?) ?(?:more|less|most|fewer)\b|"
    r"\bwhich (?:one |of [a-z]{3,5} (?:two )?)(?:should|would|do) (?:i|you) (?:take|get|buy|choose|pick|recommend|suggest|go for)\b|"
    r"\b(?:is|are) .{3,80} (?:cheaper|more expensive|dearer) than\b|\bwhich (?:one )?(?:is|"
    r"of .{3,80} is) (?:the )?(?:cheaper|more expensive|dearer|pricier)\b|\bside by side\b"
)
SIMILAR = _any(
    r"\b(?:similar|alternatives?|comparable|(?<!n't )(?<!not )like (?:it|this|that|these|those|them)\b|more like|"
    r"something like (?:the|it|this|that)|along (?:the|those|these|similar) lines|"
    r"in the spirit of|akin to|close to (?:the|this|that) (?=[a-z])|"
    r"same (?:style|kind|type|sort)|in the (?:same )?(?:style|vein|manner|spirit) of|"
    r"in (?:that|this|the same) (?:style|vein|manner|spirit)\b|"
    r"others? (?:are )?(?:of|in) (?:that|this|the same|its) (?:kind|sort|type|line|style)|"
    r"instead of (?:it|this|that)|resembl\w+|such as (?:the|this|that)|other options|equivalent)\b"
)
GOES_WITH = _any(
    r"\b(?:(?:go|goes|going|fits?) (?:well |together )?with|match(?:es)? (?:well )?with|pairs? (?:well )?with|"
    r"to go with|combine with|accessor(?:y|ies) for|(?:bought|buy|purchased?|ordered) (?:together|"
    r"along(?:side)?) ?(?:with)?|(?:also|else) (?:buy|bought|order|purchase)|"
    r"(?:buy|buys|get|take) with (?:it|this|that|them)|add(?:ed)? to (?:it|this|that))\b"
)
_MUCH_OF_WHAT = (
    r" (?!(?:exactly|roughly|about|altogether|together|money|cash|extra|cheaper|postage|delivery|shipping|tax|it|they|these|those|that|"
    r"this|one|for)\b)"
    r"[a-z]+ (?:is|are|was|does|do|did|has|have|can|could|will|would|in|fits?|comes?|goes)\b(?! (?:the|this|that|it|they) \w+ cost)|"
    r" (?:can|could|will|does|do|did)\b[^.?!]{1,40}\b(?:carry|hold|bear|support|weigh|fit|take up|contain)\b"
)
"""After "how much" what asks for an amount of something, or in something, and not for a price: "how much caffeine is in it"."""
PRICE = _any(
    r"\b(?:how much(?! (?:weight|water|space|room|power|load|storage|memory|light|heat|noise|charge|sugar|cotton|wool)\b)"
    rf"(?!{_MUCH_OF_WHAT})|"
    r"prize of|prices?|priced|costs?|pricing|what (?:would|do|does|will) (?:it|they|this|that|i|"
    r"the .{2,60}) (?:cost|pay|run)|how expensive|what'?s the damage|"
    r"what (?:do|would|did|are) (?:you|u|ya|they) (?:want|asking|ask|take|charging)(?: from me)? for|asking price|"
    r"set (?:me|us|you|one) back|"
    r"(?:go|goes|going|sell|sells|selling|retail|retails|retailing) (?:for|at)\b(?= *(?:\?|$))|what (?:is|are|'s|does|do) [^.?!]{2,60} "
    r"(?:going|go|sell|selling|retail) for|how many (?:dollars|bucks|euros|pounds)|"
    r"what (?:does|would|will|do) (?:that|it|this|they|all that|it all) (?:come to|add up to|make)|charge for|quote (?:me|us))\b",
    r"\b(?:is|are) (?:\$?\d[\d.,]*|[a-z]+ (?:hundred|thousand))(?: dollars| bucks| usd)?(?: about| still| the)? (?:right|correct)\b",
)
SHOP_DOES = _any(
    r"\b(?:deliver\w*|ship\w*|arriv\w*|dispatch\w*|return\w*|refund\w*|exchang\w*|send\w*|pay\w*|instal?ments?|invoice|wrap\w*|warranty|"
    r"guarantee|spare parts?|repair\w*|discounts?|vouchers?|pick(?: it| them)? up|collect)\b"
)
"""What the shop does with goods, and no product of itself."""
AGAIN = _any(
    r"\bwhen (?:is|are|will|would|do|does|can)\b(?! (?:i|we|(?:the|my|your|our) (?:money|refund|order))\b)[^.?!]{1,40}"
    r"\b(?:back(?: in)?|in(?: stock)? again|have (?:it|them|more|some)(?: \w+)? again|in)(?=\W*$|\W*[?.,!])",
)
"""When goods will be there again."""
STOCK = _any(
    r"\b(?:in stock|out of stock|stock|avail[aei]+b\w*|avalab\w*|in store|sold out|still there|"
    r"(?:is|are) there (?:still )?enough (?:of )?(?:it|them|these|those|the\b)|what(?:'?s| is) the count|"
    r"in (?:the|your) (?:warehouse|depot|stock ?room|store ?room)|"
    r"how many (?:[\w'-]+ ){0,10}?(?:left|have|got|are there|remain\w*|available|supply|spare|in (?:stock|store|total))|"
    r"got any(?=\W*(?:$|[?.,;]))|"
    r"how many (?:of (?:them|those|these|it) )?(?:do|did|does|can) (?:you|u|ya|they|the shop)\W*$|"
    r"any (?:[\w'-]+ ){0,8}left|how many (?:exactly|precisely|altogether|in all)\W*$|"
    r"to be had|obtainable|purchasable|"
    r"still have|left in|units(?! (?:is|are) (?:it|they|there in|in (?:it|the|a)|included))(?! does (?:it|this|the [\w' -]+) "
    r"(?:have|come|include))|how many (?:[\w'-]+ ){0,10}?(?:can|could|may) i (?:order|buy|get|have)|inventory|"
    r"in (?:any|what) quantit(?:y|ies)|have (?:so |very )?many of|"
    r"on hand|do you still|restock\w*)\b",
    AGAIN.pattern,
)
HOW_MANY = _any(r"\bhow many\b|\bnumber of\b|\bquantity\b|\bcount\b")
OPTIONS = _any(
    r"^\W*(?:and |ok |what about |which |what )?(?:the )?(?:sizes|colou?rs|options|variants|versions)\W*$",
    r"\b(?:which|what|any other|other|how many|all(?: the)?|list|different) (?:\w+ )?(?:colou?rs?|sizes?|"
    r"options?|variants?|versions?|models?|materials?|varieties|kinds of|types of|styles?|configurations?|"
    r"finish(?:es)?)\b|\b(?:come|comes|available|sell it|have it) in\b(?! stock)",
)
MORE = _any(
    r"^\W*(?:(?:show|give|see|any|can i see|got|are there|do you have|anything)\s+(?:me\s+)?)?(?:more|(?:the )?others|"
    r"else|(?:the )?other ones|some more|more options|more results|other options|any others|the rest)(?:\s+(?:please|"
    r"of them|like these|options|results))?\W*$",
    r"^\W*(?:(?:sorry|no|hmm+|ok|but|well)\W+)*(?:something|anything) else\b(?:\W+(?:please|then|like that))?\W*$",
    r"^\W*(?:(?:sorry|no|hmm+|ok|but|well)\W+)*(?:i )?(?:don'?t|do not) (?:really )?(?:like|want|fancy) (?:any|either|those|these|them)\b"
    r"(?: of (?:them|these|those))?\W*$|^\W*none of (?:these|those|them)\W*$|"
    r"^\W*(?:these|those) are(?: all)? (?:ugly|no good|not for me)\W*$",
)
PRONOUN = _any(
    r"\b(?:it|its|it'?s|this|(?<!thing )(?<!one )(?<!ones )that|this one|that one|the one|same one|the item|the product|the thing)\b"
)
POINTS = _any(r"\b(?:it|them|this|that|these|those|instead|both|same)\b")
"""What a second thought about the same things says of them: "rather exchange it"."""
PLURAL = _any(
    r"\b(?:these|those|them|they|both|either|the (?:two|three|four)|all of (?:them|these|those)|the ones|"
    r"ones (?:you|above)|of the (?:above|list))\b"
)
MOOD = _any(
    r"\b(?:gifts?|presents?|pressies?|something|somethin|sumthing|summat|smth|sth|anything|ideas?|surprise)\b",
    r"\bwhat (?:can|could|should|shall|might|do) (?:i|we) (?:get|give|buy|bring)\b|\bwhat to (?:get|give|buy|bring)\b|"
    r"\bwhat(?: would| will|'d|'ll)? helps?\b",
)
GENERAL = _any(
    r"\b(?:how (?:do|can|could|would|should|to|does)|what(?:'s| is| are| if|'re| should)|can i|could i|may i|"
    r"am i|is it possible|is there|are there|do you|does|are you|will you|when (?:will|do|does|is)|where (?:do|"
    r"can)|why|who|in case|tell me about|explain|policy|policies|rules?|terms)\b"
)
NEGATION = re.compile(
    r"\b(?:not(?: made (?:of|from|out of))?(?: in)?(?: a| an| the| any)?|no|non|without(?: a| an| any)?|"
    r"except(?: for)?(?: the)?|excluding|other than|anything but|isn'?t|aren'?t|don'?t (?:want|like)(?: a| an|"
    r" any| the)?|"
    r"avoid(?:ing)?|allergic to|an? allergy to|intolerant (?:of|to)|"
    r"nothing(?: (?:in|with|from|of|made (?:of|from|out of)))?(?: a| an| any| the)?|"
    r"hate(?: (?:anything|everything|all))?(?: (?:in|with|made of))?|but not|"
    r"free (?:of|from)|instead of)"
    r"(?: (?:ones?|something|anything)(?: (?:to|that|which|for|meant|made of|of|is|are|you|i|can be|wear|use|carry|have|has|worn|used))+)?"
    r"[ -]+(?P<words>[a-z][a-z-]+(?:(?:,? (?:or|nor|and) |"
    r", )(?:any )?[a-z][a-z-]+)*)|\b(?P<free>[a-z]+)[- ]free\b",
    _I,
)


def agrees(text: str) -> bool:
    """Whether the message is an explicit yes and nothing that limits it."""
    plain = _NOTHING_MORE.sub(" ", text.replace("’", "'"))
    return bool(_YES.search(plain)) and not _NOT_YES.search(plain)


def declines(text: str) -> bool:
    """Whether the message says no, or calls off what is under way."""
    return bool(_NO.search(_NOTHING_MORE.sub(" ", text.replace("’", "'"))))


RANGE = _any(
    r"\bwhat (?:all|else|stuff|sort of stuff) do you (?:sell|have|offer|carry)\b|\bwhat (?:all )?(?:categories|"
    r"departments|products|kinds? of (?:products|things|stuff)|"
    r"sorts? of (?:products|things)|things) (?:do you|does|are|have)\b|\bwhat (?:do you|does (?:this|"
    r"your) (?:shop|store)) (?:sell|have|offer|carry|stock)\b|\b(?:product range|your range|your catalogue|"
    r"your catalog|assortment)\b"
)


INTRODUCES = re.compile(
    r"\b(?:I am|I'm|[Mm]y name is|[Tt]his is|i am|i'm)\s+(?:also |actually |really )?(?P<name>[A-Z][\w'-]+ [A-Z][\w'-]+)"
)
SENDING = _any(
    r"\b(?:return|shipping|mailing) (?:label|instructions)\b|\binstructions\b|\blabel\b",
    r"\bhow (?:(?:do|can|should|would|will|must) (?:i|we)|to) (?:send|ship|mail|post|get|give|bring|"
    r"return)\b[^.?!]{0,30}(?:\bit\b|\bthem\b|\bthis\b|\bthat\b|\bback\b|\bto (?:you|the shop|the store)\b)",
    r"\bwhere (?:do|should|can|must|will|would) (?:i|we|it|they|these|those|the [\w ]{2,25}) (?:have to |need to )?"
    r"(?:be )?(?:send|sent|ship|shipped|drop|dropped|bring|brought|post|posted|mail|mailed|return|returned|take|taken)\b",
    r"\b(?:know|told?|tells?|say|idea|learn|find out|hear) (?:me |us )?(?:how|where) (?:to|i|we|it|they|these|those)\b[^.?!]{0,20}"
    r"\b(?:send|ship|drop|bring|post|mail|return|goes?|must)\b|\bwhere to (?:send|ship|drop|bring|post|mail|return|take)\b",
    r"\b(?:steps|procedure|process|details|directions|paperwork|slip) (?:for|of|about|on|to) (?:the |a |my )?"
    r"(?:return\w*|exchange\w*|shipping|sending|posting)\b|"
    r"\bwhat (?:do|should|must|shall) i do with (?:it|them|this|these|those|the [\w ]{2,25})\b|"
    r"\b(?:print|box|pack|wrap|courier|carrier|post office)\b[^.?!]{0,60}\b(?:return|back|label|it|them)\b[^.?!]*\?",
    r"\bhow (?:do|does|will|should|would|is|are) (?:the|my|it|this|that|they|those|these)\b[^.?!]{0,30}\b(?:get|come|go|"
    r"travel|sent|picked|collected)"
    r"\b[^.?!]{0,12}\b(?:back|up)\b",
    r"\bwhat (?:happens|do i (?:have to )?do|comes|must i do) (?:next|now|then)\b|\bnext steps?\b|"
    r"^\W*(?:and |so |ok )*(?:what(?:'?s| is) next|now what|what now)\W*$",
)

SEEKS = _any(
    r"\b(?:do|d'?)\s?(?:you|u|ya) (?:guys |all |also |still )*(?:sell|have|carry|stock|got|offer)\b|\b(?:got|"
    r"have you got) any\b|\b(?:looking|searching|hunting) for\b|\bi(?:'?m| am) after\b|\b(?:show|find|get) me\b|^\W*(?:i )?(?:need|"
    r"want)\b"
)
DEFECT = _any(
    r"\b(?:broke|died|is dead|malfunction\w*|snapped|ripped|tore|fell apart|came apart|fell off|came off|stopped working|shattered|leaks|"
    r"leaking|(?:is|was|are|were|arrived|came) (?:broken|damaged|cracked|faulty|defective|torn)|(?:doesn't|"
    r"does not|don't|won't) (?:work|turn on|switch on|start|close|charge))\b"
)
