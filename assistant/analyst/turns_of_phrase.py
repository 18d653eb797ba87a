"""Phrases that are heard as a whole, where their words taken one by one say less.

Owns the patterns only; what each means in a turn is decided by `turn`.
"""

from __future__ import annotations

import re

HOW_IT_WENT = re.compile(
    r"(?:and |so )?how (?:did|has|have|had|is|are|was|were|does|do) .*\b(?:do|done|doing|perform\w*|far(?:e|ed|ing)|get on)\b"
)
MORE_OFTEN = re.compile(
    r"\b(?:order|buy|purchas|bought|shop|came|come|visit)\w*\b(?: \w+){0,3}? (?:more|less) (?:often|frequently|regularly|times)\b"
    r"|\b(?:more|less) (?:often|frequent|frequently|regular|regularly|loyal)\b"
)
BOTH = re.compile(
    r"(?:and |what about |now )?(?:for )?(?:both|the two|these two|those two|the both|them both)(?: of them)? "
    r"(?:together|combined|in total|in all|in sum|added up|added together|summed|taken together|put together|as one)(?: please)?"
    r"|(?:and )?(?:for )?(?:both|the two|both of them)"
)
WHICH_OF_TWO = re.compile(
    r"(?:and |so )?(?:which|who)(?: one| of (?:them|the two|those|these))?(?:'s| is| was| are| were| did| does| has| had) (?:the )?"
    r"(?P<how>better|higher|bigger|greater|larger|stronger|more|worse|lower|smaller|less|weaker)"
)
"""After two questions that one value or time tells apart: the greater or the less of the two."""
SUMMED = ("in total", "altogether", "in all")
"""All time in a question by itself; after one about a period, the sum over that."""
OF_THEM = re.compile(r"\bhow many of (?:them|those|these)\b(?! (?:did|do|have|were) (?:we|they|i) )")
LOWER = re.compile(r"\b(?:worse|lower|smaller|weaker)$")
