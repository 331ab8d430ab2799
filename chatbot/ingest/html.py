"""Web pages: trafilatura finds the text among the furniture of the page; what it gives is turned into blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chatbot.ingest.blocks import Block, Content, Unreadable, tidy
from chatbot.ingest.decoding import mend

_DEEPEST = 400
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,12})\b")
_CLOSED = frozenset(
    "div span section article table tbody tr td ul ol dl b i em strong font a blockquote center form main aside header footer nav".split()
)
_MARKERS = "•◦▪"
_SCRIPT = re.compile(r"<(script|style|noscript|template)\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_LOST = 0.02
"""When less than this share of what a page shows is found, something went wrong."""


def read_html(text: str) -> Content:
    """The blocks of a page, and what it says about itself.

    Raises:
        Unreadable: when it is nested too deep, or hardly any of its text is found.
    """
    _refuse_depth(text)
    from lxml import etree, html
    from trafilatura import extract

    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(_without_declaration(text), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Unreadable("no text is found in the page; save it again from the browser") from error
    _drop_furniture(tree)
    found = extract(
        tree, output_format="xml", with_metadata=True, favor_recall=True, include_tables=True, include_comments=False, include_formatting=False,
        date_extraction_params={"extensive_search": False, "original_date": True, "max_date": "2100-01-01"},
    )  # fmt: skip
    root = etree.fromstring(found.encode(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)) if found else None
    main = root.find("main") if root is not None else None
    blocks = list(_walk(main)) if main is not None else []
    shown = _shown(text)
    if sum(len(block.text) for block in blocks) < _LOST * shown:
        raise Unreadable("hardly any text is found in the page; copy its text into a .txt file")
    said = {name: mend(tidy(value)) for name, value in root.attrib.items()} if root is not None else {}
    return Content(
        blocks,
        title=_title(tree, said.get("title", "")),
        author=said.get("author", ""),
        publisher=said.get("sitename", ""),
        date=said.get("date", "") if _dated(tree) else "",
        language=str(tree.get("lang") or "")[:2].lower(),
        url=_address(tree),
    )


def _shown(text: str) -> int:
    """About how many characters a page shows: without tags and scripts. Takes time that grows with the length and no faster."""
    low, at, total = text.lower(), 0, 0
    while at < len(text):
        script = _SCRIPT.search(text, at)
        total += len(tidy(_ANY_TAG.sub(" ", text[at : script.start() if script else len(text)])))
        end = low.find(f"</{script[1].lower()}", script.end()) if script else -1
        if end < 0:
            break
        at = end
    return total


def _without_declaration(text: str) -> str:
    """The text without an XML declaration, which names an encoding that is undone already."""
    return re.sub(r"^\s*<\?xml[^>]{0,300}\?>", "", text)


def _refuse_depth(text: str) -> None:
    depth: dict[str, int] = {}
    total = 0
    for closing, name in _TAG.findall(text):
        name = name.lower()
        if name in _CLOSED:
            if closing:
                total -= depth.get(name, 0) > 0
                depth[name] = max(0, depth.get(name, 0) - 1)
            else:
                depth[name] = depth.get(name, 0) + 1
                total += 1
                if total > _DEEPEST and max(depth.values()) > _DEEPEST // 2:
                    raise Unreadable(f"its tags are nested more than {_DEEPEST} deep; copy its text into a .txt file")


_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|share|sharing|sharedaddy|social|breadcrumbs?|newsletter|subscribe|signup|comments?|commentlist|respond|disqus|related|"
    r"recommended|advert|advertisement|ads?|sponsored|promo|sidebar|navbar|navigation|nav|menu|author-?(?:box|bio|info)|about-author|"
    r"rating|ratings|kicker|byline|most-?read|popular|popup|modal|paywall|toc|table-of-contents|pagination|post-?nav|skip-link|site-?(?:header|footer)|footer)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ROLES = frozenset("navigation banner contentinfo complementary search dialog alertdialog menu menubar".split())
_WHOLE = frozenset(("html", "body", "main", "article"))


def _drop_furniture(tree: Any) -> None:
    """What a page's own names call menu, comments, share, cookie notice and so on, unless it holds most of the text."""
    whole = len(tree.text_content())
    for element in list(
        tree.iter("div", "section", "ul", "ol", "nav", "aside", "header", "footer", "form", "p", "span", "a", "td", "dialog")
    ):
        if element.getparent() is None or element.tag in _WHOLE:
            continue
        named = f"{element.get('id') or ''} {element.get('class') or ''}"
        if (element.get("role") in _ROLES or element.tag in ("nav", "dialog") or _FURNITURE.search(named)) and len(
            element.text_content()
        ) < 0.5 * whole:
            if element.find(".//h1") is None or element.tag == "nav":
                element.drop_tree()
        elif _is_menu(element, whole):
            element.drop_tree()


def _is_menu(element: Any, whole: int) -> bool:
    """Whether an element holds links and next to nothing else: a menu that no name tells."""
    if element.tag not in ("div", "ul", "td", "p", "section"):
        return False
    links = [link.text_content() for link in element.iter("a")]
    text = element.text_content()
    own = len("".join(text.split())) - sum(len("".join(link.split())) for link in links)
    return len(links) >= 3 and len(text) < 0.3 * whole and own <= 0.15 * len(text) and not re.search(r"[.!?](?:\s|$)", text)


def _title(tree: Any, said: str) -> str:
    """The heading of the page where it has one and says the same; else what it calls itself, without the site's name."""
    headings = [tidy(element.text_content()) for element in tree.iter("h1")]
    headings = [mend(heading) for heading in headings if heading]
    for heading in headings:
        if heading.casefold() in said.casefold() or len(headings) == 1:
            return heading
    if said:
        first = re.split(r"\s+[|»·]\s+", said)[0]
        return first if len(first.split()) > 1 else said
    title = next((tidy(element.text_content()) for element in tree.iter("title")), "")
    return headings[0] if headings else mend(title)


def _dated(tree: Any) -> bool:
    """Whether a date is said where machines read it; what else looks like a date may be any date."""
    path = "//time[@datetime] | //meta[contains(@property, 'time') or contains(@name, 'date') or contains(@itemprop, 'date') or contains(@property, 'date')]"
    if tree.xpath(path):
        return True
    return any("datePublished" in (element.text or "") for element in tree.iter("script"))


def _address(tree: Any) -> str:
    for found in tree.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"):
        address = str(found).strip()
        if re.fullmatch(r"https?://[^\s\x00-\x20\x7f-\x9f<>\"'\\^`{}|]+", address):
            return address
    return ""


def _walk(element: Any, depth: int = 0) -> Iterator[Block]:
    """The blocks below an element of trafilatura's tree."""
    yield from _text(element.text)
    for child in element:
        if child.tag == "head":
            yield from _text(
                _all(child),
                "heading",
                int(str(child.get("rend") or "h2")[-1:] or 2) if str(child.get("rend") or "h2")[-1:].isdigit() else 2,
            )
        elif child.tag == "list":
            yield from _list(child, depth)
        elif child.tag == "table":
            yield from _table(child, depth)
        elif child.tag in ("quote", "div", "main", "cell"):
            yield from _walk(child, depth)
        elif child.tag == "lb":
            pass
        elif child.tag != "graphic":
            yield from _lines(child)
        yield from _text(child.tail)


def _text(text: str | None, kind: str = "para", level: int = 0, marker: str = "") -> Iterator[Block]:
    line = mend(tidy(text or ""))
    if line:
        yield Block(kind, line, level, marker)


def _all(element: Any) -> str:
    return "".join(element.itertext())


def _lines(element: Any) -> Iterator[Block]:
    """A paragraph; a line break in it begins another one where the first is a sentence or a label of its own."""
    parts, current = [], element.text or ""
    for child in element:
        if child.tag == "lb":
            parts.append(current)
            current = child.tail or ""
        elif child.tag in ("list", "table", "quote"):
            parts.append(current)
            for part in parts:
                yield from _text(part)
            parts, current = [], child.tail or ""
            yield from _walk_one(child)
        else:
            current += _all(child) + (child.tail or "")
    for part in [*parts, current]:
        yield from _text(part)


def _walk_one(child: Any) -> Iterator[Block]:
    if child.tag == "list":
        yield from _list(child, 0)
    elif child.tag == "table":
        yield from _table(child, 0)
    else:
        yield from _walk(child)


def _list(element: Any, depth: int) -> Iterator[Block]:
    ordered, number = element.get("rend") == "ol", 0
    for item in element:
        rend = str(item.get("rend") or "")
        if rend.startswith("dt"):
            yield from _text(_all(item), "term")
            continue
        own, inner = item.text or "", []
        for child in item:
            if child.tag in ("list", "table"):
                inner.append(child)
            else:
                own += (" " if child.tag in ("p", "lb") else "") + _all(child)
            own += (" " if child.tag in ("list", "table", "lb") else "") + (child.tail or "")
        number += 1
        marker = f"{number}." if ordered else "" if rend.startswith("dd") else _MARKERS[min(depth, 2)]
        yield from _text(own, "item", min(depth, 5) + rend.startswith("dd"), marker)
        for child in inner:
            yield from _list(child, depth + 1) if child.tag == "list" else _table(child, depth)


def _table(element: Any, depth: int) -> Iterator[Block]:
    """Rows; but where a cell holds headings or paragraphs, the table only arranges the page."""
    rows = [list(row) for row in element.iter("row")]
    if any(
        cell.find(".//head") is not None or len(cell.findall(".//p")) > 2 or cell.find(".//list") is not None
        for row in rows
        for cell in row
    ):
        for row in rows:
            for cell in row:
                yield from _walk(cell, depth)
        return
    for row in rows:
        cells = [tidy(" ".join(cell.itertext())) for cell in row]
        heads = bool(row) and all(cell.get("role") == "head" for cell in row)
        yield from _text(" | ".join(filter(None, cells)), "row", int(heads))
