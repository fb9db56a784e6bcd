"""The page at /docs: the OpenAPI description for people, with a form to try it. No script, nothing from elsewhere."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Any

from tellapart.corrections.asking import KEY_HEADER
from tellapart.service.settings import Settings

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1e2422;"
    "background:#fff}code,pre{font:14px/1.45 ui-monospace,monospace;background:#f0efeb;border-radius:4px}"
    "code{padding:.1em .3em}h2 code{font-size:1.1rem}td:first-child,th:first-child{width:5rem}"
    ":root{color-scheme:light dark}pre{padding:.8rem;overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #d9d7d0}"
    "h2{margin-top:2.2rem}a,button{color:#0b6e5f}button{font:inherit;padding:.35rem 1rem}"
    "@media(prefers-color-scheme:dark){body{color:#e6e9e7;background:#151918}code,pre{background:#262d2a}"
    "td,th{border-color:#3a423f}a,button{color:#5cc7b4}button{background:#262d2a;border:1px solid #5cc7b4}}"
)
POLICY = (
    f"default-src 'none'; img-src data:; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def docs_page(description: dict[str, Any], settings: Settings) -> str:
    """The page, from the document of `description`."""
    info = description["info"]
    limits = settings.limits
    key = (
        f"<p>Send your key with each request, as the header <code>{KEY_HEADER}</code>. The form below cannot do that."
        if settings.key
        else ""
    )
    operations = "".join(
        _operation(path, method.upper(), one)
        for path, methods in description["paths"].items()
        for method, one in methods.items()
    )
    example = {"answers": description["components"]["schemas"]["Prediction"]["examples"]}
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(info["title"])}</title><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>"
        f'<p>For programs: <a href="/openapi.json">openapi.json</a></p>{key}'
        '<h2>Try it</h2><form action="/predict" method="post" enctype="multipart/form-data">'
        '<p><label>Pictures <input type="file" name="pictures" accept="image/*" multiple required></label> '
        "<button>Classify</button></p></form>"
        f"<p>At most {limits.n_pictures} pictures, {limits.picture_bytes // 2**20} MB each and "
        f"{limits.request_bytes // 2**20} MB together.</p>"
        f"{operations}<h2>An answer</h2><pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>"
        f"<h2>Codes of errors</h2><p>{_codes(description)}</p></main></body></html>"
    )


def _operation(path: str, method: str, one: dict[str, Any]) -> str:
    bodies = one.get("requestBody", {}).get("content", {})
    takes = f"<p>Takes {', '.join(f'<code>{escape(kind)}</code>' for kind in bodies)}.</p>" if bodies else ""
    rows = "".join(
        f"<tr><td>{status}</td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in one["responses"].items()
    )
    return (
        f"<h2><code>{method} {escape(path)}</code></h2><p>{escape(one['summary'])}. "
        f"{escape(one.get('description', ''))}</p>{takes}"
        f"<table><thead><tr><th>Status</th><th>Means</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _codes(description: dict[str, Any]) -> str:
    error = description["components"]["schemas"]["Error"]["properties"]["error"]
    return ", ".join(f"<code>{escape(code)}</code>" for code in error["properties"]["code"]["enum"])
