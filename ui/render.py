"""A conversation as HTML: turns, choices, thumbs, and who is speaking now.

Every word that a person typed or a file brought goes through `Markup.format`, which escapes it; this module and its
neighbours (`cards`, `sheet`, `worklist`) are the only ones that write HTML. Refuses to know about Gradio.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Literal

from markupsafe import Markup, escape

from assistant.desk.handoff import AGENT_PREFIX
from assistant.store import Store
from assistant.store.records import Conversation, Mode, Turn
from ui import cards, feedback

Side = Literal["shopper", "desk", "insights"]
SHOWN_TURNS = 80
FAILED = "Something went wrong on our side, and your message was not answered. Please send it again."
_BULLET = re.compile(r"^\s*[-•*]\s+")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+")
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_TYPING = Markup(
    '<article class="sc-turn sc-bot sc-pending" aria-label="The assistant is writing">'
    '<span class="sc-dots"><i></i><i></i><i></i></span></article>'
)
_THUMBS = Markup(
    '<span class="sc-thumbs"><button type="button" data-rate="1" data-turn="{0}" aria-label="Helpful" title="Helpful">{1}</button>'
    '<button type="button" data-rate="-1" data-turn="{0}" aria-label="Not helpful" title="Not helpful">{2}</button></span>'
)
_THUMB = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"{}><path d="M7 10.5v9H4v-9Zm0 0L11 4c1.4 0 2.4 1.1 2.2 2.5L12.6 10h5.2'
    'c1.3 0 2.3 1.2 2 2.5l-1.3 5.5c-.2.9-1 1.5-1.9 1.5H7"/></svg>'
)
_NOTHING = Markup("")
_UP, _DOWN = Markup(_THUMB.format("")), Markup(_THUMB.format(' class="sc-down"'))


@dataclass(frozen=True, slots=True)
class Paper:
    """What a conversation is drawn with: the store for products and sources, the currency, and whose screen it is."""

    store: Store
    currency: str
    side: Side = "shopper"
    rated: Mapping[int, int] = field(default_factory=dict)
    """The shopper's thumbs, by the turn's number."""
    photos: tuple[str, ...] = ()
    """From which origins product photographs may come."""


def thread(
    paper: Paper,
    conversation: Conversation | None,
    turns: Sequence[Turn],
    *,
    pending: str = "",
    saying: str = "",
    notice: str = "",
    after: Markup = _NOTHING,
) -> str:
    """The whole conversation.

    `pending` is a message that is being answered; under it stands `saying`, what has been said of the answer so far, or a sign
    of work. `notice` is a word of the page itself at the end; `after` comes behind all else.
    """
    parts = [turn_html(paper, turn, last=turn is turns[-1] and not pending) for turn in turns[-SHOWN_TURNS:]]
    if pending:
        author = "staff" if paper.side == "insights" else "customer"
        parts += [_said(author, Markup("{}").format(prose(pending))), _saying(saying) if saying else _TYPING]
    if notice:
        parts.append(Markup('<p class="sc-note sc-failed" role="alert">{}</p>').format(notice))
    if paper.side == "shopper" and conversation is not None:
        parts.append(_presence(paper.store, conversation))
    parts.append(after)
    return str(Markup('<div class="sc-thread sc-{}" role="log" aria-live="polite">{}</div>').format(paper.side, Markup("").join(parts)))


def turn_html(paper: Paper, turn: Turn, *, last: bool = False) -> Markup:
    """One turn. The last one brings its choices to click."""
    if turn.author == "system":
        return Markup('<p class="sc-note">{}</p>').format(turn.text) if turn.text else _NOTHING
    if turn.author == "bot":
        return _bot(paper, turn, last)
    if turn.author.startswith(AGENT_PREFIX):
        login = turn.author.removeprefix(AGENT_PREFIX)
        name = login if paper.side == "desk" else paper.store.accounts.shown(login)
        return Markup('<article class="sc-turn sc-agent"><header>{}</header>{}</article>').format(name, prose(turn.text))
    return _said(turn.author, prose(turn.text))


def prose(text: str) -> Markup:
    """Plain text as paragraphs, bullet lists and numbered lists, with **strong** words; nothing else is read into it."""
    blocks = [_block(tag, [line for _, line in lines]) for tag, lines in groupby(_marked(text), itemgetter(0))]
    return Markup('<div class="sc-text">{}</div>').format(Markup("").join(blocks))


def _marked(text: str) -> list[tuple[str, Markup]]:
    """(tag of its block, what it says) of every line that says something."""
    marked = []
    for line in text.strip().splitlines():
        tag = "ul" if _BULLET.match(line) else "ol" if _NUMBERED.match(line) else "p"
        words = _NUMBERED.sub("", _BULLET.sub("", line)) if tag != "p" else line
        if words.strip():
            marked.append((tag, _strong(words)))
    return marked


def _block(tag: str, lines: list[Markup]) -> Markup:
    wrapped = Markup("").join(Markup("<{0}>{1}</{0}>").format("p" if tag == "p" else "li", line) for line in lines)
    return wrapped if tag == "p" else Markup("<{0}>{1}</{0}>").format(tag, wrapped)


def choices(words: Iterable[str]) -> Markup:
    """Replies to click."""
    buttons = [Markup('<button type="button" data-say="{0}">{0}</button>').format(word) for word in words]
    return Markup('<div class="sc-choices">{}</div>').format(Markup("").join(buttons)) if buttons else Markup("")


def welcome(title: str, words: str, prompts: Iterable[str], more: Markup = _NOTHING) -> str:
    """What stands in an empty conversation; `more` comes after the prompts."""
    return str(
        Markup('<section class="sc-welcome"><h1>{}</h1><p>{}</p>{}{}</section>').format(title, words, choices(prompts), more),
    )


def growing(text: str, steps: int = 8) -> Iterator[str]:
    """The text's prose, some words more each time, the whole of it last; numbered lines are left out, they come as cards."""
    words = re.findall(r"\S+\s*", "\n".join(line for line in text.splitlines() if not _NUMBERED.match(line)))
    stride = max(1, -(-len(words) // steps))
    for end in range(stride, len(words) + stride, stride):
        yield "".join(words[:end])


def _saying(text: str) -> Markup:
    """An answer that is being said; hidden from screen readers, which read it once it is whole."""
    return Markup('<article class="sc-turn sc-bot sc-pending" aria-hidden="true">{}</article>').format(prose(text))


def _said(author: str, body: Markup) -> Markup:
    return Markup('<article class="sc-turn sc-{}">{}</article>').format("staff" if author == "staff" else "customer", body)


def _bot(paper: Paper, turn: Turn, last: bool) -> Markup:
    answer = turn.answer or {}
    table = cards.comparison(answer.get("table")) if paper.side != "insights" else Markup("")
    shown = (
        Markup("")
        if paper.side == "insights" or table
        else cards.product_cards(paper.store, answer.get("products", ()), paper.currency, paper.photos)
    )
    text = "\n".join(line for line in turn.text.splitlines() if not _BULLET.match(line)) if table else turn.text
    body = [prose(_without_list(text, shown.count("<li")) if shown else text), table, shown]
    if last and paper.side != "desk":
        body.append(choices(answer.get("choices", ())))
    body.append(_under(paper, turn))
    classes = f"sc-bot sc-{answer.get('status', 'answered')}" + (" sc-fresh" if last else "")
    return Markup('<article class="sc-turn {}" data-turn="{}">{}</article>').format(classes, turn.number, Markup("").join(body))


def _without_list(text: str, cards_shown: int) -> str:
    """The text less its numbered lines where each of them is a card as well."""
    lines = text.splitlines()
    kept = [line for line in lines if not _NUMBERED.match(line)]
    return "\n".join(kept) if len(lines) - len(kept) == cards_shown and any(kept) else text


def _under(paper: Paper, turn: Turn) -> Markup:
    answer = turn.answer or {}
    if paper.side == "insights":
        opens = answer.get("receipt") or answer.get("rows") or answer.get("question")
        name = "Figures and receipt" if answer.get("status") == "answered" else "What I understood"
        look = Markup('<button type="button" class="sc-link" data-sheet="{}">{}</button>').format(turn.number, name)
        return Markup("<footer>{}{}</footer>").format(look if opens else Markup(""), _THUMBS.format(turn.number, _UP, _DOWN))
    found = cards.sources(paper.store, answer.get("sources", ()), paper.currency)
    thumbs = feedback.thumbs(turn.number, _UP, _DOWN, paper.rated.get(turn.number, 0)) if paper.side == "shopper" else _reading(answer)
    return Markup("<footer>{}{}</footer>").format(found, thumbs)


def _reading(answer: dict[str, object] | object) -> Markup:
    intent = answer.get("intent", "") if isinstance(answer, dict) else ""
    return Markup('<span class="sc-intent">{}</span>').format(str(intent).replace("_", " ")) if intent else Markup("")


def _presence(store: Store, conversation: Conversation) -> Markup:
    if conversation.mode is Mode.WAITING:
        return Markup('<p class="sc-presence sc-waiting"><i></i>Waiting for a person. You can keep writing; nothing gets lost.</p>')
    if conversation.mode is Mode.AGENT:
        name = store.accounts.shown(conversation.assignee or "")
        return Markup('<p class="sc-presence sc-with-agent"><i></i>You are talking with {}.</p>').format(name)
    return Markup("")


def _strong(line: str) -> Markup:
    return Markup(_STRONG.sub(r"<strong>\1</strong>", str(escape(line))))
