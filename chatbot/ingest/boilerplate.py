"""What stands around the text of a page and is no part of it: menus, share and rating widgets, comments, bylines, offers.

The rules look at how such lines are worded on pages of any site; none knows the name of a site. Blocks go in three ways: alone (a
widget), with all that follows (comments, related pages), or up to the next heading (about the author). In running text a single
sentence may go: an offer, or a remark of the site about itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from chatbot.documents import sentence_spans
from chatbot.ingest.blocks import Block

_ANY = partial(re.compile, flags=re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_DATE = rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH}\s+\d{{4}}|{_MONTH}\s+\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}})"
_POST = r"(?:post|article|page|story|blog)"

_ENDS = _ANY(
    r"(?:(?:\d+|no|one|two|three)\s+)?(?:comments?|responses?|replies|thoughts)(?:\s*\(\d+\)|\s+on\s+.*)?:?"
    r"|(?:leave|post|write|add)\s+(?:a|your)\s+(?:reply|comment|response|review)s?.*|join the (?:discussion|conversation).*|cancel reply"
    r"|(?:we(?:'|’)?(?: would|ll| will|d)?(?: be)? (?:love|happy|glad|like) to hear (?:from you|your thoughts|what you think)).*"
    r"|kommentare?"
)
"""Lines after which nothing of the text follows."""

_AUTHOR = _ANY(r"(?:about|meet) the (?:author|writer)s?|author(?:'|’)?s? bio(?:graphy)?|written by|über (?:den autor|die autorin)")

_RELATED = _ANY(
    r"(?:related|similar|recommended|more|other|latest|recent|popular)\s+(?:articles?|posts?|stories|reading|pages|content|topics from .*|news)(?: for you)?:?"
    r"|you (?:may|might)(?: also)? (?:like|enjoy|be interested in).*|more (?:from|like this|on this topic|in this section).*|most (?:read|popular|viewed).*|read (?:next|this next|also):?|up next|trending(?: now)?"
    r"|recommended for you|people also (?:ask|read|viewed).*|post navigation|ähnliche (?:artikel|beiträge)"
)
"""What leads away to other pages: in running text all that follows goes, in a page with headings the section."""

_SECTIONS = _ANY(
    r"(?:about|meet) the (?:author|writer)s?|author(?:'|’)?s? bio(?:graphy)?|why choose .*|(?:patient )?(?:testimonials|reviews|success stories)|what our (?:patients|clients|customers) say|about (?:us|me|our (?:clinic|team|practice))|share(?: (?:this|on|it|via).*)?:?|(?:sign up|subscribe)\b.*|newsletter"
    r"|contact(?: us| details| information)?|(?:follow|find|connect with) us(?: on)?.*|advert(?:isement|ising)?s?|table of contents|contents|in this article|on this page|on this article.*"
    r"|disclaimers?|medical disclaimer|references|sources|bibliography|further reading|citations|footnotes|(?:categories|tags|archives|menu|navigation|search)|get in touch"
    r"|(?:schedule|book|make|request)\s+(?:an?\s+|your\s+)?(?:free\s+)?(?:appointment|consultation|visit|call)(?: today| now| online| with us| here)?|opening hours|our (?:services|locations|team)"
)
"""Headings whose section is none of the text."""

_WIDGETS = _ANY(
    r"(?:please\s+)?(?:share|tweet|pin|pin it|like|print|e-?mail|whatsapp|facebook|twitter|x|linkedin|pinterest|reddit|instagram|youtube|telegram|copy link|save|bookmark|download pdf|listen)"
    r"(?:\s*[|,/·•&+-]?\s*(?:share|tweet|pin|it|this|like|print|e-?mail|whatsapp|facebook|twitter|linkedin|pinterest|reddit|copy link|save|on|via|to|page|article|post|friend|a|and|link))*[!:.]?"
    r"|(?:skip|jump|back|return|go|scroll) to (?:the )?(?:main|top|content|navigation|menu|footer|home|search|section|page)\b.{0,30}|(?:tap|click|swipe)(?: here| below)? (?:to|on (?:a|the) (?:star|image|link|button|icon|picture))\b.{0,60}|(?:click|tap) here\b.{0,40}"
    r"|(?:continue|keep) reading\b.{0,60}|(?:read|learn|see|view|show|load|find out|discover) (?:the )?(?:more|full (?:article|story)|article|all|next)\b(?:[:\s].{0,80})?(?<![.!])|read (?:the|this) .{0,30}(?:article|post)\b.{0,30}"
    r"|(?:icon|image|photo|logo|picture|video|figure)\s*(?:top|left|right|bottom|credit.*|source.*|by .*|:.*)?|.{0,30}\bicon (?:left|right|top|bottom)"
    r"|(?:log|sign) ?(?:in|out|up)(?: .{0,30})?|register|subscribe(?: .{0,60})?|unsubscribe|menu|search(?:\s*\.\.\.|…)?|close|home|next|previous|prev|reply|submit|send|accept|reject|decline|ok|loading.*|toggle.*|advert(?:isement)?s?(?: [-–] .{0,40})?|ad|sponsored(?: .{0,30})?|promoted|hide|edit|post comment|name \*|e-?mail \*|website"
    r"|(?:accept|reject|manage|allow|decline)\s+(?:all\b|(?:all\s+|my\s+|your\s+)?(?:cookies?|choices|settings)).{0,40}(?<![.])"
    r"|(?:average rating|vote count|rating|votes?|rated|stars?|views?|shares?|likes?|comments?)\b\s*[:\d(/.].{0,60}|\d[\d.,k]*\s*(?:comments?|shares?|views?|likes?|votes?|min(?:ute)?s?[ -]read|replies)\b.{0,40}(?<![.])|no votes so far.*|be the first to (?:rate|comment|review|like).*"
    rf"|(?:(?:first |last |originally |medically |fact |clinically )?(?:posted|published|updated|reviewed|written|modified|checked|edited)\s*(?:on|by|:)).{{0,120}}(?<![a-z]\.)|(?:last|latest|date of) (?:updated?|reviewed?|modified|publication).{{0,60}}"
    rf"|(?:on\s+)?{_DATE}(?:[\s,|·•–-]+.{{0,60}}(?<![a-z]\.))?|by\s+(?-i:(?:[A-Z][\w.'’-]*\s*){{1,5}})(?:[,|·–-].{{0,80}})?|(?:author|byline|editor|credits?|tags?|tagged|filed under|categor(?:y|ies)|topics|source|photo(?:graph)?|image)\s*:.{{0,160}}|filed under .{{0,120}}"
    r"|(?:©|\(c\)|copyright)(?:\W.{0,200})?|.{0,120}\ball rights reserved\b.{0,60}|(?:terms|privacy|cookie)s?(?: (?:of|and|&) \w+)* ?(?:policy|use|service|notice|settings|conditions)?(?:\s*[|·•].*)?|impressum.{0,40}|datenschutz.{0,40}"
    r"|\S+(?: \S+){0,3}(?: [>›»] \S+(?: \S+){0,4}){1,6}|(?:\S+(?: \S+){0,3} \| ){2,}\S+(?: \S+){0,3}|how we (?:reviewed|wrote|chose|tested|vetted|fact[- ]checked)\b.{0,60}|[★☆*\s]{3,}|was this (?:\w+ )?(?:helpful|useful)\b.{0,60}|(?:yes|no)(?:\s*[|/]?\s*(?:yes|no))?"
    r"|have (?:a |any )?questions?\?.{0,60}|(?:get|request|schedule|book) (?:a|an|your) (?:free |professional |online )*(?:consultation|quote|appointment|estimate|call).{0,60}|call (?:us|today)\b.{0,60}|contact us.{0,60}|order (?:now|online).{0,60}|buy (?:now|online).{0,60}|shop now.{0,60}|print this page|sitemap|faqs?"
    r"|required fields.{0,40}|your e-?mail.{0,80}|save my name.{0,120}|on this (?:article|page|post)(?: you(?: will|'ll|’ll) find)?|in this (?:article|post|page|guide)(?: you(?: will|'ll|’ll) (?:find|learn))?:?|table of contents|patient information leaflet.{0,80}|alle rechte vorbehalten.*|teilen|drucken|anzeige|werbung"
)
"""Whole lines that are a control, a label or a note of the page."""

_REMARKS = _ANY(
    rf"\b(?:this|our) (?:\w+ )?{_POST}\b.{{0,60}}\b(?:useful|helpful|shar(?:e|ing)|rat(?:e|ing)|improv(?:e|ing)|feedback|vote)|\b(?:useful|helpful|rate|share|improve|liked?|enjoy(?:ed)?|found)\b.{{0,12}} this (?:\w+ )?{_POST}\b"
    r"|\b(?:we|our|this) (?:\w+ )?(?:web ?sites?|site|partners|and our partners)?\s*(?:use|uses|store|stores)\b.{0,30}\bcookies?\b|\bby (?:continuing|using|browsing)\b.{0,60}\b(?:site|cookies?|agree|consent)\b|\b(?:accept|manage) (?:all )?cookies\b|\bcookies?\b.{0,60}\b(?:consent|preferences|device|partners|policy|experience|website)\b|\bcookies\b.{0,40}\bverwenden\b|\bverwenden\b.{0,40}\bcookies\b|manage your choices"
    r"|\b(?:follow|like|find|join) us (?:on|at)\b|\bfollow us\b|\bsubscribe (?:to|for|now|today)\b|\bsign up (?:for|to|today|now|and)\b.{0,60}|\b(?:our|the|free|weekly|monthly) newsletter\b|\bstar to rate\b|\bvotes? (?:so far|count)\b|\b(?:leave|post|write|add) a (?:comment|reply)\b|\bshare (?:it|this|your) .{0,20}(?:with (?:us|your friends|others|readers)|on (?:social|facebook|twitter|whatsapp|instagram)|below|thoughts)|\blet us know (?:in|what|if|how)\b|\bcomments? (?:section )?below\b"
    r"|\b(?:site|website|blog|form) (?:uses|is protected by)\b|\b(?:reduce spam|comment data|recaptcha|akismet)\b|\bemail address will not be published\b|\bfields are (?:marked|required)\b|\ball rights reserved\b|\benable javascript\b|\bjavascript is (?:disabled|required)\b|\byour browser\b|\baffiliate (?:links?|commission)\b|\bwe may (?:earn|receive) (?:a )?commissions?\b|\bsponsored (?:by|content|post)\b|\bhear your thoughts\b|\bour (?:experts|editors|articles|editorial|medical reviewers)\b|\b(?:leaving|leave|post) a comment\b|\bsubscribing to\b|\brss feed\b"
    r"|\bnot intended (?:to be |as )?(?:a )?substitute\b|\bnot a substitute for (?:professional|medical|the advice)|\bfor (?:informational|educational|information) purposes only\b|\bsolely for (?:educating|informational|educational)\b"
)
"""Sentences of a site about itself, wherever they stand."""

_OFFERS = _ANY(
    r"\b(?:see|check out|shop|browse) our (?:\w+ ){0,2}(?:picks|favou?rites|guide|recommendations|selection|products|store)\b|(?:^|\b(?:so|and|please|or|to),? )(?:schedule|book|request|arrange|make)\b.{0,20}\b(?:appointment|consultation|evaluation|visit|session|massage)s?\b.{0,60}(?:\btoday\b|\bnow\b|\bonline\b|\bwith us\b|\bour\b|\bcall\b|\bhere\b)|^(?:call|contact|visit|email|text|reach out to) (?:us|our)\b"
    r"|^(?:schedule|book|request|make) (?:an?|your) (?:\w+ )?(?:appointment|consultation)\b|\bour (?:board[- ]certified |expert |experienced |friendly |professional |dedicated |skilled )?(?:team|clinic|practice|office|staff|specialists?|doctors?|physicians?|therapists?|experts?|centers?|centre)\b.{0,80}\b(?:help you|ready to|here to|proud|offer|offers|serve|serving|at your|for you|committed|dedicated)\b"
    r"|\bboard[- ]certified\b.{0,80}\b(?:at|uniquely|qualified)\b|\buniquely qualified\b|\bserving (?:the )?(?-i:[A-Z])\w+.{0,40}\barea\b|\bfree consultation\b|\b(?:\d{1,3}% off|half price|discount code|promo code|use code|shop now|buy now|order now|add to cart|free shipping)\b|\b(?:call|phone|fax) us\b"
    r"|\bat (?-i:(?:[A-Z][\w&'’.-]+,? ){1,5})(?:we|our)\b.{0,100}\b(?:help|offer|provide|treat|speciali[sz]e|believe)"
)
"""Offers of the one whose page it is."""

_DISCLAIMER = _ANY(r"(?:medical )?disclaimer\s*:.*")
_CARE = _ANY(
    r"\b(?:your|a|the|with your) (?:own |family )?(?:doctor|gp|physician|health ?care|nurse|midwife|pharmacist|provider|dentist|hospital|a&e)\b"
)
"""An appointment with someone like this is advice, not an offer."""
_TEASER = re.compile(r"(?:…|\.\.\.)(?:\s*(?:read|continue|more|\[|»|→).{0,30})?$", re.IGNORECASE)
_GLUED = re.compile(
    r"(?<=[a-z\d)][.!?…])(?:continue reading|read more|learn more|see more|show more|click here|advertisement|share this|view all)\b.{0,60}$",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"(?<=[a-z]{4}[.!?])[a-z]{3,}(?: [a-z]+){1,5}$")
_DOMAINS = frozenset("com org net gov edu info html aspx".split())
_TEXT_BEFORE = 60
"""Words of text that must stand before a line that ends it: a menu at the top may say "Comments" too."""
_MOST_WORDS, _LONGEST = 22, 240


def without_boilerplate(blocks: Sequence[Block], dropped: list[str], structured: bool) -> list[Block]:
    """The blocks that are text. What goes is appended to `dropped`, so that it can be looked at.

    Args:
        blocks: of a document.
        dropped: gets each line or sentence that goes.
        structured: whether the headings are told by the document itself and not guessed.
    """
    kept: list[Block] = []
    words, until = 0, 0  # until: a section that goes, by the level of its heading
    for at, block in enumerate(blocks):
        line = _bare(block.text)
        if _ends(block, line, structured) and (words >= _TEXT_BEFORE or (block.kind == "heading" and words >= _TEXT_BEFORE // 3)):
            dropped += [later.text for later in blocks[at:]]
            break
        if until:
            if block.kind == "heading" and block.level <= until and not is_furniture(line):
                until = 0
            else:
                dropped.append(block.text)
                continue
        if block.kind == "heading" and len(line) <= _LONGEST and (_SECTIONS.fullmatch(line) or _RELATED.fullmatch(line)):
            until = block.level
            dropped.append(block.text)
            continue
        text = _cleaned(block, line, dropped)
        if text:
            kept.append(block._replace(text=text))
            words += len(text.split()) if block.kind != "heading" else 0
    return kept


def _bare(text: str) -> str:
    return text.strip(" \t·|•>»➤►→←‹›*-–—")


def is_furniture(text: str) -> bool:
    """Whether a line is a control, a label or a note of the page, and no text."""
    line = _bare(text)
    return len(line) <= _LONGEST and bool(_SECTIONS.fullmatch(line) or _WIDGETS.fullmatch(line) or _RELATED.fullmatch(line))


def _ends(block: Block, line: str, structured: bool) -> bool:
    if len(line) > _LONGEST or block.kind not in ("heading", "para") or re.search(r"[a-z]\.\s+[A-Z]", line):
        return False
    return bool(_ENDS.fullmatch(line)) or (not structured and bool(_RELATED.fullmatch(line) or _AUTHOR.fullmatch(line)))


def _cleaned(block: Block, line: str, dropped: list[str]) -> str:
    """What of a block is text: all, some of its sentences, or nothing."""
    if (
        len(line) <= _LONGEST
        and len(line.split()) <= _MOST_WORDS
        and block.kind not in ("row", "term")
        and not (block.kind == "item" and len(line.split()) == 1)
        and _WIDGETS.fullmatch(line)
    ):
        dropped.append(block.text)
        return ""
    if block.kind == "para" and len(line) <= _LONGEST and _RELATED.fullmatch(line):
        dropped.append(block.text)
        return ""
    if block.kind in ("term", "row"):
        return block.text
    if _DISCLAIMER.fullmatch(block.text) or (block.kind == "para" and len(line.split()) < 60 and _TEASER.search(line)):
        dropped.append(block.text)
        return ""
    if block.kind == "heading":
        if _REMARKS.search(line) or _is_offer(line):
            dropped.append(block.text)
            return ""
        return block.text
    text = block.text
    for pattern in (_GLUED, _PICTURE):
        found = pattern.search(text)
        if found and found[0].split()[0] not in _DOMAINS:
            dropped.append(found[0])
            text = text[: found.start()]
    return " ".join(_sentences(text, dropped))


def _sentences(text: str, dropped: list[str]) -> Iterator[str]:
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        if _REMARKS.search(sentence) or _is_offer(sentence):
            dropped.append(sentence)
        else:
            yield sentence


def _is_offer(sentence: str) -> bool:
    return bool(_OFFERS.search(sentence)) and not _CARE.search(sentence)


def without_empty_headings(blocks: Sequence[Block], dropped: list[str]) -> list[Block]:
    """Headings with nothing below them go: those before another heading of the same or a higher level, and those at the end."""
    kept: list[Block] = []
    for block in blocks:
        if block.kind == "heading":
            while kept and kept[-1].kind == "heading" and kept[-1].level >= block.level and kept[-1].level > 1:
                dropped.append(kept.pop().text)
        kept.append(block)
    while kept and kept[-1].kind == "heading":
        dropped.append(kept.pop().text)
    return kept
