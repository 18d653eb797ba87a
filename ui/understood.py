"""What a staff question was understood as, as a form under its answer: figure, period, filters and groups to choose anew.

Draws what `assistant.analyst.mending` says can be chosen; the page's script sends back what was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from assistant.analyst.mending import Choice, Form
from assistant.analyst.synonyms import Proposal
from ui.sheet import words_of


def understood(record: Mapping[str, Any], form: Form | None, turn: int, proposals: Sequence[Proposal] = ()) -> str:
    """What the question was understood as, with controls to correct it; `proposals` are words that corrections taught."""
    if form is None:
        return ""
    parts = [
        _figure_choice(form),
        *(_period_choice(ends, n, said) for n, (ends, said) in enumerate(zip(form.periods, form.spoken, strict=True))),
        _filter_choice(form, turn),
        _group_choice(form),
        _LEARNING,
    ]
    learn = Markup("").join(_proposed(p, turn) for p in proposals)
    words = _in_short(record, form)
    return str(
        Markup(
            '<section class="sc-understood" data-turn="{0}"><details data-key="understood">'
            "<summary>What I understood <span>{1}</span></summary>"
            '<form data-mend="{0}" id="sc-mend-{0}">{2}</form></details>{3}</section>'
        ).format(turn, words, Markup("").join(parts), learn)
    )


_LEARNING = Markup(
    '<div class="sc-mend-end"><button type="submit" class="sc-button sc-strong">Answer as corrected</button>'
    '<p class="sc-hint">Kept with your name. The same words will be understood like this from now on.</p></div>'
)


def _in_short(record: Mapping[str, Any], form: Form) -> str:
    """The chosen parts in a few words."""
    figure = next((c.title for c in form.metrics if c.value == form.metric), "")
    if record.get("status") != "answered" and not figure:
        figure = "no figure yet"
    when = " against ".join(form.spoken)
    by = next((f"by {c.title}" for c in form.groups if c.value == form.by), "")
    return " · ".join(part for part in (figure, *form.kept, when, by) if part)


def _options(choices: Sequence[Choice], chosen: str) -> Markup:
    """Options under their headings."""
    groups: dict[str, list[Choice]] = {}
    for choice in choices:
        groups.setdefault(choice.group, []).append(choice)
    shown = []
    for heading, members in groups.items():
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(c.value, Markup(" selected") if c.value == chosen else "", c.title)
            for c in members
        )
        shown.append(Markup('<optgroup label="{}">{}</optgroup>').format(heading, options) if heading else options)
    return Markup("").join(shown)


def _figure_choice(form: Form) -> Markup:
    if not form.metrics:
        return Markup("")
    none = Markup('<option value="" selected>Choose a figure</option>') if not form.metric else Markup("")
    return Markup('<label>Figure<select name="metric" required>{}{}</select></label>').format(none, _options(form.metrics, form.metric))


def _period_choice(ends: tuple[str, str], number: int, said: str) -> Markup:
    hint = f"Understood as {said}." if ends[0] else "Understood as all the data."
    title = "Compared with" if number else "Period"
    return Markup(
        '<fieldset><legend>{0}</legend><div class="sc-when"><input type="date" name="from" value="{1}" '
        'aria-label="{0}: from"><span>to</span>'
        '<input type="date" name="to" value="{2}" aria-label="{0}: to"></div><p class="sc-hint">{3}</p></fieldset>'
    ).format(title, *ends, hint if number or not ends[0] else f"{hint} Both empty: all the data.")


def _filter_choice(form: Form, turn: int) -> Markup:
    if not form.dimensions:
        return Markup("")
    kept = Markup("").join(
        Markup('<label class="sc-check"><input type="checkbox" name="keep" value="{}" checked>{}</label>').format(n, said)
        for n, said in enumerate(form.kept)
    )
    lists = Markup("").join(
        Markup('<datalist id="sc-mend-{}-{}">{}</datalist>').format(
            turn, dimension, Markup("").join(Markup('<option value="{}">').format(v) for v in values)
        )
        for dimension, values in form.values.items()
        if values
    )
    first = form.dimensions[0].value
    return Markup(
        '<fieldset><legend>Only</legend>{0}<div class="sc-only"><select name="dimension" aria-label="Filter by">{1}</select>'
        '<select name="op" aria-label="Is or is not"><option value="eq">is</option><option value="ne">is not</option></select>'
        '<input type="text" name="value" list="sc-mend-{2}-{3}" placeholder="add a filter" aria-label="Value" autocomplete="off"></div>'
        "{4}</fieldset>"
    ).format(kept, _options(form.dimensions, first), turn, first, lists)


def _group_choice(form: Form) -> Markup:
    if not form.groups:
        return Markup("")
    return Markup('<label>By<select name="by"><option value="">one figure for all</option>{}</select></label>').format(
        _options(form.groups, form.by)
    )


def _proposed(proposal: Proposal, turn: int) -> Markup:
    return Markup(
        '<p class="sc-keep" role="status">Shall “{0}” mean {1} from now on? '
        '<button type="button" class="sc-button" data-learn="{0}" data-turn="{2}">Yes, learn it</button></p>'
    ).format(proposal.phrase, words_of(proposal.target), turn)
