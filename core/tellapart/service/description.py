"""What the service says of itself to programs: an OpenAPI 3.1 description (https://spec.openapis.org/oas/v3.1.0)."""

from __future__ import annotations

from typing import Any

import tellapart
from tellapart.corrections.asking import KEY_HEADER, MAX_TEXT
from tellapart.corrections.asking import ROUTE as CORRECTIONS
from tellapart.corrections.correction import FORMAT
from tellapart.errors import RefusalCode
from tellapart.safe_text import harmless
from tellapart.service.request_errors import RequestCode
from tellapart.service.settings import Settings

_SHOWN_LABELS = 3
_OF_PICTURES = (RefusalCode.UNREADABLE, RefusalCode.OTHER_KIND)


def description(settings: Settings, labels: tuple[str, ...]) -> dict[str, Any]:
    """The document behind /openapi.json. labels: of the bundle, in its order."""
    keys: list[dict[str, list[str]]] = [{"key": []}, {"bearer": []}] if settings.key else []
    return {
        "openapi": "3.1.0",
        "info": {
            "title": harmless(settings.title),
            "description": settings.about or f"Tells {len(labels):,} kinds of pictures apart.",
            "version": tellapart.__version__,
        },
        "paths": {
            "/predict": {"post": _predict(settings, keys)},
            "/healthz": {
                "get": {
                    "operationId": "health",
                    "summary": "Whether it answers",
                    "responses": {
                        "200": {"description": "It does."},
                        "503": {"description": "It is stopping."},
                    },
                }
            },
            "/metrics": {
                "get": {
                    "operationId": "metrics",
                    "summary": "Figures for Prometheus",
                    **({"security": keys} if keys else {}),
                    "responses": {"200": {"description": "Plain text.", "content": {"text/plain": {}}}},
                }
            },
            **({CORRECTIONS: _corrections(settings, keys)} if settings.corrections else {}),
        },
        "components": {
            "schemas": {**_schemas(labels), **({"Correction": _CORRECTION} if settings.corrections else {})},
            **({"securitySchemes": _SECURITY} if keys else {}),
        },
    }


_SECURITY = {
    "key": {"type": "apiKey", "in": "header", "name": KEY_HEADER},
    "bearer": {"type": "http", "scheme": "bearer"},
}
_BINARY = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}


_CORRECTION = {
    "type": "object",
    "description": "What the model said of a picture, and what a person says.",
    "required": [
        *(
            "format",
            "picture",
            "answered",
            "probability",
            "none_of_these",
            "kind",
            "said",
            "at",
            "consent",
            "model",
        )
    ],
    "properties": {
        "format": {"const": FORMAT},
        "picture": {"type": "string", "pattern": "^[0-9a-f]{1,64}$"},
        "answered": {"type": "string", "description": "The label that the model named."},
        "probability": {"type": "number", "minimum": 0, "maximum": 1},
        "none_of_these": {"type": "boolean", "description": "What the model said of that."},
        "kind": {"enum": ["label", "none of these", "other"]},
        "said": {
            "type": "string",
            "maxLength": MAX_TEXT,
            "description": "The label, or a word of one's own.",
        },
        "at": {"type": "string", "format": "date-time"},
        "consent": {"type": "string", "description": "Version of the text that the person agreed to."},
        "model": {"type": "string", "description": "SHA-256 of the bundle.json that answered."},
    },
}


def _corrections(settings: Settings, keys: list[dict[str, list[str]]]) -> dict[str, Any]:
    parts = {"correction": {"$ref": "#/components/schemas/Correction"}, "picture": _BINARY["schema"]}
    return {
        "post": {
            "operationId": "correct",
            "summary": "Say what a picture really shows",
            "description": "Two files, in this order. The picture is kept without what its file says of place, time "
            f"and camera. {settings.consent}",
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": {"type": "object", "properties": parts, "required": list(parts)}
                    }
                },
            },
            "responses": {
                "200": {"description": "The same correction is kept already."},
                "201": {"description": "It is kept."},
                **{
                    status: {"description": text, "content": _json("Error")}
                    for status, text in {
                        "400": "There are not two files, or the body is not understood.",
                        "413": "The picture is too large.",
                        "422": "It is no correction, or the picture cannot be read; the text says why.",
                        "503": "Too many are being kept; ask again after the seconds in Retry-After.",
                        "507": "There is no room for more.",
                    }.items()
                },
            },
        },
        "get": {
            "operationId": "corrections",
            "summary": "All corrections as a zip, for the owner",
            **({"security": keys} if keys else {}),
            "responses": {
                "200": {"description": "For tellapart corrections.", "content": {"application/zip": {}}},
                "401": {"description": "The key is missing or wrong.", "content": _json("Error")},
                "403": {
                    "description": "The service has no key, so nobody gets them.",
                    "content": _json("Error"),
                },
            },
        },
    }


def _predict(settings: Settings, keys: list[dict[str, list[str]]]) -> dict[str, Any]:
    limits = settings.limits
    many = {"type": "array", "items": _BINARY["schema"], "maxItems": limits.n_pictures}
    refused = {
        "400": "There is no picture, or the body is not understood.",
        **({"401": "The key is missing or wrong."} if keys else {}),
        "403": "A page of another origin asked.",
        "408": "The body came too slowly.",
        "413": f"More than {limits.n_pictures} pictures, {limits.picture_bytes / 2**20:.0f} MB for one, or "
        f"{limits.request_bytes / 2**20:.0f} MB in all.",
        "415": "The body is neither a picture nor multipart.",
        "421": "The request was meant for another host.",
        "422": "The only picture cannot be read; the text says why.",
        "503": "Too much to do; ask again after the seconds in Retry-After.",
    }
    return {
        "operationId": "predict",
        "summary": "What is in one picture, or in many",
        "description": "Send the bytes of a picture as the body, or files as multipart/form-data. There is one answer "
        "for each picture, in order. A picture that cannot be read gets its reason; the others are answered.",
        **({"security": keys} if keys else {}),
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": _BINARY,
                "image/*": _BINARY,
                "multipart/form-data": {
                    "schema": {"type": "object", "properties": {"pictures": many}, "required": ["pictures"]}
                },
            },
        },
        "responses": {
            "200": {"description": "One answer for each picture.", "content": _json("Answers")},
            **{status: {"description": text, "content": _json("Error")} for status, text in refused.items()},
        },
    }


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _schemas(labels: tuple[str, ...]) -> dict[str, Any]:
    shown = labels[:_SHOWN_LABELS]
    likely = {
        label: round(0.97 if not i else 0.03 / max(1, len(shown) - 1), 3) for i, label in enumerate(shown)
    }
    codes = [*(code.value for code in RequestCode), *(code.name.lower() for code in _OF_PICTURES)]
    return {
        "Answers": {
            "type": "object",
            "required": ["answers"],
            "properties": {
                "answers": {
                    "type": "array",
                    "items": {"anyOf": [{"$ref": "#/components/schemas/Prediction"}, _ref_error()]},
                }
            },
        },
        "Prediction": {
            "type": "object",
            "required": ["label", "probabilities", "is_none_of_these"],
            "properties": {
                "label": {"type": "string", "description": "The likeliest label."},
                "probabilities": {
                    "type": "object",
                    "description": "Of every label, 0 to 1; their sum is 1.",
                    "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
                },
                "is_none_of_these": {
                    "type": "boolean",
                    "description": "The picture is unlike all that the model knows, so do not believe the label.",
                },
            },
            "examples": [{"label": shown[0], "probabilities": likely, "is_none_of_these": False}],
        },
        "Error": {
            "type": "object",
            "required": ["error"],
            "properties": {
                "error": {
                    "type": "object",
                    "required": ["code", "text"],
                    "properties": {
                        "code": {"type": "string", "enum": codes, "description": "For programs."},
                        "text": {"type": "string", "description": "For people: what is wrong, what to do."},
                    },
                    "additionalProperties": True,
                }
            },
        },
    }


def _ref_error() -> dict[str, str]:
    return {"$ref": "#/components/schemas/Error"}
