"""Model card and credits as HTML: our own Markdown (headings, lists, tables, bold, links); all else stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

_PIECE = re.compile(
    r"\*\*(?P<strong>(?:\\.|[^*\\])+)\*\*|\*(?P<soft>(?:\\.|[^*\\])+)\*|`(?P<code>[^`]+)`"
    r"|\[(?P<text>(?:\\.|[^\[\]\\])+)\]\(<?(?P<url>https?://[^\s<>)]{1,2000})>?\)"
    r"|\\(?P<plain>[\\`*_{}\[\]()#+!|~:@$.=-])"
)
_HEADING = re.compile(r"(#{1,6}) (.*)\s*")
_RULE = re.compile(r"\|[-: |]+")
_TAG = re.compile(r"<[^>]*>")  # of ours: all else is escaped
_BREAK = re.compile(r"\n{2,}")


def paper_html(text: str) -> str:
    """The text in a box."""
    parts = (part for block in _BREAK.split(text.strip()) for part in _block(block))
    return f'<div class="ta-paper">{"".join(parts)}</div>'


def _block(block: str) -> Iterator[str]:
    at = 0
    while heading := _HEADING.match(block, at):
        level = "h2" if len(heading[1]) == 1 else "h3"
        yield f"<{level}>{_line(heading[2])}</{level}>"
        at = heading.end()
    if at:
        block = block[at:].strip()
        if not block:
            return
    lines = block.split("\n")
    if len(lines) > 1 and lines[0].startswith("|") and _RULE.fullmatch(lines[1].strip()):
        yield _table(lines)
    elif lines[0].startswith("- "):
        items = re.split(r"\n- ", block[2:])
        joined = (_line(" ".join(map(str.strip, item.split("\n")))) for item in items)
        yield f"<ul>{''.join(f'<li>{item}</li>' for item in joined)}</ul>"
    else:
        yield f"<p>{_line(' '.join(lines))}</p>"


def _table(lines: list[str]) -> str:
    rows: list[str] = []
    for line in (lines[0], *lines[2:]):
        cells = [
            _line(cell.strip())
            for cell in re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
        ]
        kinds = ["td" if rows or not cell else "th" for cell in cells]
        made = "".join(f"<{kind}>{cell}</{kind}>" for kind, cell in zip(kinds, cells, strict=True))
        rows.append(f"<tr>{made}</tr>")
    columns = ", ".join(filter(None, (_TAG.sub("", one) for one in re.findall(r"<th>(.*?)</th>", rows[0]))))
    # a wide one is moved sideways with the keyboard
    return (
        f'<div class="ta-scroll" tabindex="0" role="region" aria-label="Table: {columns}"><table class="ta-table">'
        f"{''.join(rows)}</table></div>"
    )


def _line(text: str) -> str:
    made, end = [], 0
    for found in _PIECE.finditer(text):
        made.append(_text(text[end : found.start()]))
        end = found.end()
        groups = found.groupdict()
        if groups["strong"]:
            made.append(f"<strong>{_line(groups['strong'])}</strong>")
        elif groups["soft"]:
            made.append(f"<em>{_line(groups['soft'])}</em>")
        elif groups["code"]:
            made.append(f"<code>{escape(groups['code'])}</code>")
        elif groups["plain"]:
            made.append(escape(groups["plain"]))
        else:
            address = escape(groups["url"])
            made.append(
                f'<a href="{address}" target="_blank" rel="noopener noreferrer">{_line(groups["text"])}</a>'
            )
    return "".join([*made, _text(text[end:])])


def _text(text: str) -> str:
    """Escaped; the three signs that our Markdown writes as entities are those signs."""
    return escape(re.sub(r"&(?:amp|lt|gt);", lambda found: unescape(found[0]), text))
