"""How expressions of time are written: patterns, each with its maker; the first match wins its characters.

What a pattern makes is `period_makers`' concern.
"""

from __future__ import annotations

import re

from assistant.analyst.calendar_words import DAY_WORDS, MONTH_NAMES, NUMBERS, WEEKDAY_NAMES
from assistant.analyst.named_days import ALSO_GOODS, WRITTEN
from assistant.analyst.period_makers import (
    Maker,
    make_ago,
    make_christmas,
    make_day,
    make_days_of_month,
    make_days_to,
    make_edge_of_month,
    make_edge_of_year,
    make_fortnight,
    make_half,
    make_iso_week,
    make_last_n,
    make_month_year,
    make_months_of_year,
    make_months_to,
    make_more_days,
    make_named_day,
    make_nth_weekday,
    make_numeric,
    make_numeric_after_weekday,
    make_numeric_month,
    make_occasion,
    make_one_before,
    make_part_of_month,
    make_quarter,
    make_quarters,
    make_relative_month,
    make_relative_season,
    make_relative_weekday,
    make_rest,
    make_season,
    make_short_half,
    make_short_quarter,
    make_short_year,
    make_step_shift,
    make_this_last_next,
    make_to_date,
    make_to_date_before,
    make_to_that_day,
    make_week_earlier,
    make_week_of,
    make_whole,
    make_year_only,
    make_year_shift,
    make_year_span,
)

_M = rf"(?P<month>{'|'.join(sorted(MONTH_NAMES, key=len, reverse=True))})"

_Y = r"(?:of |in )?(?:the year |year )?(?P<year>(?:19|20)\d\d|'\d\d)"

_YO = rf"(?: {_Y})?"

_YB = (
    r"(?P<before>(?: of| in)?(?:(?: the)? (?:year before|previous year|prior year|year earlier)| a year (?:earlier|before|ago)| last "
    r"(?:year|yr)| this (?:year|yr)))?"
)

_YBM = _YB[:-1]

_D = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"

_DW = rf"(?P<day>{'|'.join(sorted(DAY_WORDS, key=len, reverse=True))})"

_ORD = r"(?P<ord>first|1st|second|2nd|third|3rd|fourth|4th|last|final|latter)"

_ORD1 = r"(?P<ord>first|1st|second|2nd|third|3rd|fourth|4th)"

_UNIT = r"(?P<unit>days?|weeks?|wks?|months?|mths?|quarters?|qtrs?|years?|yrs?|weekends?)"

_COUNT = rf"(?P<count>\d+|{'|'.join(NUMBERS)})"

_AFTER = r"after(?! (?:day|week|month|quarter|year)\b)"
""" "Month after month" is each of them."""
_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)"

_XMAS = r"(?:christmas|xmas|x mas|holiday|festive)(?: (?:shopping|trading|selling))?"

_WD = rf"(?:(?:{'|'.join(WEEKDAY_NAMES)}) (?:the )?)?"

_WHICH = r"(?P<which>last|previous|past|prior|this|the current|current|next|coming|following)"
_ALL = (
    r"all[ -]time|of all time|ever|overall|all the data|all (?:of )?(?:our |the )?data|(?:the |over the |in the )?(?:whole|entire|full|"
    r"complete) (?:period|time|data(?: ?set)?|range|history|time ?span|record)"
    r"|since (?:the )?(?:beginning|start|launch|we started|we opened|day one)(?! of)|from the (?:very )?beginning|in total|altogether|"
    r"lifetime|(?:the )?full history|all years|both years|across (?:all )?the years"
    r"|for all dates|any ?time|to date|throughout|all dates|since records began|on record|in the records|all periods|up to now|until "
    r"now|so far|historically|in all|across all time|at all times"
)

_NO_AMOUNT = r"(?<!£ )(?<!more than )(?<!less than )(?<!at least )(?<!fewer than )(?<!exceeding )"
_NO_POUNDS = r"(?! (?:pounds?|gbp|quid)\b)"
""" "Orders over 2000 pounds": a number of four digits that is no year."""
_NOT_RANKED = r"(?<!best )(?<!worst )(?<!biggest )(?<!highest )(?<!lowest )(?<!busiest )(?<!strongest )(?<!top )(?<!weakest )"
""" "The best month to date" is a month of all the data."""
_BESIDE = r"(?P<beside>(?:the )?week (?:before|after|following|of|leading up to|up to) (?:the )?)"
_AT = r"(?:(?<=\bat )|(?<=\bover )|(?<=\bduring )|(?<=\baround )|(?<=\bsince )|(?<=\bbefore )|(?<=\bafter ))"

_OCCASIONS: tuple[tuple[str, Maker], ...] = tuple(
    (pattern, make_occasion(name))
    for name, written, goods in (*((n, w, False) for n, w in WRITTEN.items()), *((n, w, True) for n, w in ALSO_GOODS.items()))
    for pattern in (
        rf"{_BESIDE}(?:{written}){_YO}{_YB}",
        rf"{_WHICH} (?:{written})(?P<week> week)?",
        rf"{_Y} (?:{written})(?P<week> week)?",
        rf"(?:{written})(?P<week> week)? {_Y}",
        rf"{_AT}(?:{written})(?P<week> week)?(?! [a-z])" if goods else rf"(?:{written})(?P<week> week)?{_YB}",
    )
)

PATTERNS: tuple[tuple[re.Pattern[str], Maker], ...] = tuple(
    (re.compile(rf"(?<![\w'/.-])(?:{pattern})(?![\w/])"), make)
    for pattern, make in (
        (
            r"(?:the )?(?:"
            + _M
            + "|"
            + _SEASON
            + r"|q(?P<q>[1-4])|"
            + _XMAS
            + r"(?: season)?) (?:before|previous to|prior to) (?:that|it|then)",
            make_one_before,
        ),
        *_OCCASIONS,
        (r"(?:the )?day before yesterday", make_named_day),
        (
            r"(?:(?P<short>[ymq])td|(?P<unit>year|month|quarter) to date) (?:as )?(?:at|to|of|until|up to|on) (?:the )?"
            + _D
            + r"(?: of)? "
            + _M
            + " "
            + _Y,
            make_to_that_day,
        ),
        (
            r"as (?:at|of|per|on) (?:the )?"
            + _D
            + r"(?: of)? "
            + _M
            + " "
            + _Y
            + r" (?:(?P<short>[ymq])td|(?P<unit>year|month|quarter) to date)",
            make_to_that_day,
        ),
        (
            r"(?P<how>(?:week|wk) (?:of|starting|commencing|beginning|from|ending)(?: on)?|w/c|wc|w/e|we|week) (?:the )?"
            + _WD
            + r"(?P<num>\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4})",
            make_week_of,
        ),
        (
            r"(?P<how>(?:week|wk) (?:of|starting|commencing|beginning|from|ending)(?: on)?|w/c|wc|w/e) (?:the )?"
            + _WD
            + _D
            + r"(?: of)? "
            + _M
            + _YO,
            make_week_of,
        ),
        (
            r"(?P<how>(?:week|wk) (?:of|starting|commencing|beginning|from|ending)(?: on)?|w/c|wc|w/e) (?:the )?"
            + _WD
            + _M
            + " "
            + _D
            + _YO,
            make_week_of,
        ),
        (
            r"(?:the )?(?:(?P<length>fortnight|week)|" + _COUNT + r" (?P<unit>days|weeks)) (?:up )?(?:to|until|till|through|ending|ended)"
            r"(?: on)?(?: and including)? (?:the )?"
            + _WD
            + r"(?:"
            + _D
            + r"(?: of)? "
            + _M
            + _YO
            + r"|(?P<num>\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}))",
            make_days_to,
        ),
        (
            _WD + r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}",
            lambda g, m: make_numeric(g, m) if m.group(0)[0].isdigit() else make_numeric_after_weekday(g, m),
        ),
        (r"(?:\d{1,2}/(?:19|20)\d\d|(?:19|20)\d\d[-/](?:0[1-9]|1[0-2]))", make_numeric_month),
        (r"(?P<one>(?:19|20)\d\d) ?[-/–] ?(?P<two>(?:19|20)\d\d)", make_year_span),
        (
            _WD
            + r"(?P<one>[0-3]?\d)(?:st|nd|rd|th)? (?:to|until|till|through|and|-|–) (?:the )?"
            + _WD
            + r"(?P<two>[0-3]?\d)(?:st|nd|rd|th)?(?: of)? "
            + _M
            + _YO,
            make_days_of_month,
        ),
        (
            _M + r" (?P<one>[0-3]?\d)(?:st|nd|rd|th)? (?:to|until|till|through|-|–) (?:the )?(?P<two>[0-3]?\d)(?:st|nd|rd|th)?" + _YO,
            make_days_of_month,
        ),
        (r"(?:calendar week|week|wk|cw|kw) ?(?P<week>[0-5]?\d)(?: of)?" + _YO, make_iso_week),
        (r"(?:the )?(?P<week>[0-5]?\d)(?:st|nd|rd|th) (?:calendar )?week(?: of)?(?: the)? " + _Y, make_iso_week),
        (
            r"(?:the )?" + _ORD + rf" (?P<weekday>{'|'.join(WEEKDAY_NAMES)})(?: of| in)?(?: the month of)? " + _M + _YO,
            make_nth_weekday,
        ),
        (r"(?:the )?(?P<edge>first|last|final|opening|closing) " + _COUNT + r" days (?:of|in)(?: the)? " + _M + _YO, make_edge_of_month),
        (r"(?:the )?(?P<edge>first|last|final|opening|closing) " + _COUNT + r" days (?:of|in)(?: the)?(?: year)? " + _Y, make_edge_of_year),
        (
            r"(?:the )?(?P<edge>first|last|final|opening|closing) "
            + _COUNT
            + r" (?P<unit>months|quarters) (?:of|in)(?: the)?(?: year)? "
            + _Y,
            make_months_of_year,
        ),
        (r"(?:the )?(?:very )?(?P<edge>first|last|final|opening|closing) day (?:of|in)(?: the month of)? " + _M + _YO, make_edge_of_month),
        (
            r"(?:the )?"
            + _COUNT
            + r" (?P<unit>months|quarters) (?:up )?(?:to|until|till|through|(?:ending|ended)(?: in)?)"
            + r"(?: the)?(?: end of)?(?: \d{1,2})? "
            + _M
            + _YO,
            make_months_to,
        ),
        (
            r"(?:the )?(?P<unit>year|half year|quarter|month) (?:to|ending|ended|ending in|ended in)(?: on)?(?: the)?(?: end of)?"
            r"(?: (?:3[01]|2[89])(?:st|th)?(?: of)?)? " + _M + _YO,
            make_months_to,
        ),
        (r"(?:the )?" + _ORD + r" (?P<part>half|week) of " + _M + _YO, make_part_of_month),
        (_WD + r"(?:the )?" + _D + r"(?: of)? " + _M + _YO + r"(?! ?\d)", make_day),
        (_WD + r"(?:the )?" + _DW + r"(?: day)?(?: of)? " + _M + _YO + r"(?! ?\d)", make_day),
        (_M + r"(?: of)? " + _Y, make_month_year),
        (_Y + " " + _M, make_month_year),
        (_WD + _M + r" (?P<day>[0-3]?\d)(?:st|nd|rd|th) " + _Y, make_day),
        (_WD + _M + r" (?P<day>[0-3]?\d)(?:st|nd|rd|th)?" + r" " + _Y, make_day),
        (_M + r" (?:- )?'?(?P<short>\d\d)(?!\d|st|nd|rd|th)", make_short_year),
        (_WD + _M + " " + r"(?:the )?" + _D + r"(?! \d{4})", make_day),
        (r"(?:rest|remainder|balance) of (?:the |this )?(?:" + _M + _YO + r"|(?:current )?(?P<unit>week|month|quarter|year))", make_rest),
        (_WHICH + " " + _M, make_relative_month),
        (_WHICH + " " + _SEASON, make_relative_season),
        (_WHICH + " " + _XMAS + r"(?: (?:season|period|run up|time))?", make_relative_season),
        (_WHICH + rf" (?P<weekday>{'|'.join(WEEKDAY_NAMES)})", make_relative_weekday),
        (_Y + r" ?(?:q|quarter )(?P<q>[1-4])", make_quarter),
        (r"(?:q|quarter )(?P<q>[1-4]) ?(?:- |of )?'(?P<short>\d\d)(?!\d)", make_short_quarter),
        (r"(?:q|quarter )(?P<q>[1-4]) (?:- )?(?P<short>\d\d)(?!\d)", make_short_quarter),
        (r"(?:q|quarter |qtr |qtr)(?P<q>[1-4])" + "(?: of)?" + _YO + _YB, make_quarter),
        (r"(?P<q>[1-4])q" + _YO, make_quarter),
        (
            r"(?:the )?(?P<one>first|second|third|1st|2nd|3rd) (?:and|to|till|until|through|&|-) (?:the )?"
            r"(?P<two>second|third|fourth|2nd|3rd|4th) (?:quarters?|qtrs?)(?: of)?" + _YO,
            make_quarters,
        ),
        (r"(?:the )?" + _ORD + r" (?:quarter|qtr)(?: of)? " + _Y, make_quarter),
        (r"(?:the )?" + _ORD1 + r" (?:quarter|qtr)" + _YB, make_quarter),
        (r"h(?P<h>[12]) ?(?:- |of )?'(?P<short>\d\d)(?!\d)", make_short_half),
        (r"h(?P<h>[12]) (?:- )?(?P<short>\d\d)(?!\d)", make_short_half),
        (_Y + r" h(?P<h>[12])", make_half),
        (r"h(?P<h>[12])" + _YO + _YB, make_half),
        (r"(?:the )?" + _ORD + r" half(?: of)?(?: the)? " + _Y, make_half),
        (r"(?:the )?" + _ORD1 + r" half" + _YB, make_half),
        (r"(?:the )?run up to " + _XMAS + _YO + _YB, make_christmas),
        (_XMAS + r"(?: (?:season|period|run up|time|quarter))? " + _Y, make_christmas),
        (_Y + " " + _XMAS + r"(?: (?:season|period|run up))?", make_christmas),
        (_XMAS + r" (?:season|period|run up)" + _YB, make_christmas),
        (_SEASON + r"(?: of)? " + _Y, make_season),
        (_M + "(?: of| in)?" + _YBM, make_month_year),
        (_SEASON + "(?: of| in)?" + _YBM, make_season),
        (_Y + r" (?:so far|to date|ytd|year to date)", make_year_only),
        (r"(?P<how>ly|py|[lp](?=ytd)|(?:last|prior|previous)(?: year'?s?)?) ?(?P<short>[ymqw])td", make_to_date_before),
        (r"(?P<how>last|prior|previous) (?P<unit>year|month|quarter|week)'?s? to date", make_to_date_before),
        (r"(?P<short>[ymqw])td(?: of| in| for)?" + _YO + _YB, make_to_date),
        (_NOT_RANKED + r"(?P<unit>year|month|quarter|week) to date" + _YO + _YB, make_to_date),
        (r"(?:of |in |for )?the (?P<unit>year|month|quarter|week) (?:so far|until now|till now)", make_to_date),
        (r"so far (?:this|in this|in the current) (?P<unit>year|month|quarter|week)", make_to_date),
        (r"this (?P<unit>year|month|quarter|week) (?:so far|to date|till now|until now)", make_to_date),
        (
            r"(?:the |our )?"
            + _WHICH
            + " "
            + _COUNT
            + r"(?: full| complete| whole)? "
            + r"(?P<unit>days?|weeks?|wks?|months?|mths?|quarters?|qtrs?|years?|yrs?)",
            make_last_n,
        ),
        (_WHICH + r" (?:calendar|full|complete|whole|financial) (?P<unit>weeks?|months?|quarters?|years?)", make_this_last_next),
        (r"(?P<which>trailing|rolling) " + _COUNT + r" (?P<unit>days?|weeks?|months?|quarters?|years?)", make_last_n),
        (_COUNT + r" (?P<unit>days?|weeks?|months?|quarters?|years?|yrs?) (?:ago|back)", make_ago),
        (
            (
                r"(?:in |over |during |from )?(?:the |at the )?same (?:period|time|month|months|quarter|week|days?|date|dates|span|stretch|"
                r"season)(?: of| in)? (?:the )?(?:last|previous|prior|preceding) (?:year|yr)"
            ),
            make_year_shift,
        ),
        (
            (
                r"(?:the )?same (?:period|time|month|months|quarter|week|days?|date|dates|span|stretch|season)(?: of| in)? (?:the |a )?"
                r"(?:year|yr) (?:before|earlier|ago|prior)"
            ),
            make_year_shift,
        ),
        (r"(?:at |by |around )?this time last (?:year|yr)", make_year_shift),
        (r"(?:the )?same (?:day|weekday) (?:of )?(?:last week|the week before|a week (?:earlier|before|ago))", make_week_earlier),
        (r"(?:the |one |a )?(?:year|yr) (?:before|earlier|prior|previously|ago)(?: that| then)?", make_year_shift),
        (r"(?:the )?(?:previous|prior|preceding) (?:year|yr)", make_year_shift),
        (
            r"(?:the )?(?:(?:same|previous|prior|preceding) )?"
            + _COUNT
            + r" (?P<unit>days?|weeks?|months?|quarters?|years?) (?:before|prior|earlier|preceding)(?: that| those| them)?",
            make_step_shift,
        ),
        (r"the (?:previous|prior|preceding) " + _COUNT + r" (?P<unit>days?|weeks?|months?|quarters?)", make_step_shift),
        (r"(?:the )?same (?:month|period|quarter|week|time)(?: as)? (?:before|earlier)", make_year_shift),
        (
            r"(?:(?:the )?same (?:month|period|quarter|week|day|time) )?(?:one|a) (?P<unit>year|month|week) on(?! \w)",
            make_step_shift,
        ),
        (
            r"(?:the |one |a )?(?P<unit>day|week|month|quarter|year) (?:before|"
            + _AFTER
            + r"|earlier|later|prior|following)(?: that| it)?",
            make_step_shift,
        ),
        (r"(?:the )?(?P<unit>one|ones) (?:before|after|prior|previous)(?: that| it| them)?", make_step_shift),
        (r"the (?:previous|prior|preceding|following|next) (?P<unit>day|week|month|quarter|period)", make_step_shift),
        (r"(?:previous|prior|preceding) (?P<unit>period)", make_step_shift),
        (_WHICH + r" (?P<fortnight>fortnight)", make_fortnight),
        (_WHICH + " " + _UNIT, make_this_last_next),
        (r"today|yesterday|tomorrow|(?:the |our )?(?:last|latest|most recent) (?:trading|business|open) day", make_named_day),
        (_M + _YB, make_month_year),
        (r"(?P<season>spring|summer|autumn|winter)" + _YB, make_season),
        (
            _NO_AMOUNT + r"(?:fy|cy)? ?(?:the year |calendar year |year |fiscal year )?(?P<year>(?:19|20)\d\d|'\d\d)" + _NO_POUNDS,
            make_year_only,
        ),
        (_ALL, make_whole),
        (r"(?:the )?(?:last|past) (?P<count>\d+)", make_more_days),
    )
)
