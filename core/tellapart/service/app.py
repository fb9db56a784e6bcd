"""The service as an ASGI application: its routes and what they answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

import tellapart
from tellapart.classify import Predictor
from tellapart.classify.answer_log import EVENT, answer_facts, new_batch
from tellapart.corrections.asking import KEY_HEADER
from tellapart.corrections.asking import ROUTE as CORRECTIONS
from tellapart.corrections.correction import model_of
from tellapart.errors import ImageError
from tellapart.service.batching import Answer, Batcher
from tellapart.service.correction_desk import CorrectionDesk
from tellapart.service.description import description
from tellapart.service.docs_page import POLICY, docs_page
from tellapart.service.entrance import Entrance
from tellapart.service.guard import Guard, Stopping
from tellapart.service.log import say
from tellapart.service.measures import Measures
from tellapart.service.reading.bodies import pictures_of
from tellapart.service.request_errors import RequestCode, RequestError, error_json
from tellapart.service.settings import Settings

_LEFT = 499  # not in any standard; nginx logs a client that left like this


class ClassifierService:
    """A bundle and what is asked of it. Its `app` is an ASGI application."""

    def __init__(self, predictor: Predictor, settings: Settings):
        self.predictor, self.settings = predictor, settings
        self.stopping = Stopping()
        self._measures, self._entrance = Measures(), Entrance(settings.limits)
        self._batcher = Batcher(predictor, self._measures.runs.observe)
        self._measures.inside.set_function(lambda: self._entrance.n_inside)
        self._description = description(settings, predictor.classes)
        self._model = model_of(predictor.bundle.bundle_dir)
        self._page = docs_page(self._description, settings)
        self.app = self._application()

    def _application(self) -> Starlette:
        routes = [
            Route("/predict", self._predict, methods=["POST"]),
            Route("/healthz", self._health),
            Route("/metrics", self._metrics),
            Route("/openapi.json", self._openapi),
            Route("/docs", self._docs),
            Route("/", self._start),
        ]
        if self.settings.corrections is not None:
            desk = CorrectionDesk(self.settings, self.settings.corrections, self._entrance)
            routes.append(Route(CORRECTIONS, desk.take, methods=["POST"]))
            routes.append(Route(CORRECTIONS, desk.give, methods=["GET"]))
        names = tuple(route.path for route in routes)
        middleware = [
            Middleware(
                Guard,
                settings=self.settings,
                measures=self._measures,
                stopping=self.stopping,
                routes=names,
            )
        ]
        if self.settings.origins:
            middleware.append(
                Middleware(
                    CORSMiddleware,
                    allow_origins=self.settings.origins,
                    allow_methods=["GET", "POST"],
                    allow_headers=["Authorization", KEY_HEADER],
                )
            )
        return Starlette(
            routes=routes,
            middleware=middleware,
            exception_handlers={HTTPException: _explained, RequestError: _refused, Exception: _failed},
            lifespan=self._life,
        )

    @asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.get_running_loop().run_in_executor(None, self._batcher.close)

    async def _predict(self, request: Request) -> Response:
        limits = self.settings.limits
        with self._entrance.place() as place:
            try:
                pictures = await pictures_of(request, limits, place)
            except ClientDisconnect:
                return Response(status_code=_LEFT)
            request.state.bytes, request.state.pictures = place.n_bytes, len(pictures)
            try:
                answers = await asyncio.wait_for(self._batcher.predict(pictures), limits.answer_s)
            except asyncio.TimeoutError:
                raise RequestError(
                    503,
                    RequestCode.TOO_SLOW,
                    f"There was no answer within {limits.answer_s:.0f} s. Ask again, with fewer pictures at once.",
                    {"Retry-After": "5"},
                ) from None
        request.state.refused = self._count(answers)
        self._log(answers)
        if len(answers) == 1 and isinstance(answers[0], ImageError):
            return JSONResponse(_answer_json(answers[0]), 422)
        return JSONResponse({"answers": [_answer_json(one) for one in answers]})

    def _count(self, answers: Sequence[Answer]) -> int:
        outcomes = [
            "refused" if isinstance(one, ImageError)
            else "none_of_these" if one.is_none_of_these
            else "labelled"
            for one in answers
        ]  # fmt: skip
        for outcome in set(outcomes):
            self._measures.pictures.labels(outcome).inc(outcomes.count(outcome))
        return outcomes.count("refused")

    def _log(self, answers: Sequence[Answer]) -> None:
        """A line for each answer, of those that came together; for `tellapart watch`."""
        batch = new_batch()
        for one in answers:
            if not isinstance(one, ImageError):
                say(EVENT, **answer_facts(one, self._model, batch))

    async def _health(self, _: Request) -> Response:
        if self.stopping.has_begun:
            return JSONResponse({"status": "stopping"}, 503)
        n_labels = len(self.predictor.classes)
        return JSONResponse({"status": "ok", "labels": n_labels, "tellapart": tellapart.__version__})

    async def _metrics(self, _: Request) -> Response:
        return Response(self._measures.text(), media_type=self._measures.content_type)

    async def _openapi(self, _: Request) -> Response:
        return JSONResponse(self._description)

    async def _docs(self, _: Request) -> Response:
        return HTMLResponse(self._page, headers={"Content-Security-Policy": POLICY})

    async def _start(self, _: Request) -> Response:
        return RedirectResponse("/docs")


def _answer_json(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, ImageError):
        return error_json(answer.code.name.lower(), str(answer))
    return {
        "label": answer.label,
        "probabilities": {label: round(prob, 6) for label, prob in answer.probabilities.items()},
        "is_none_of_these": answer.is_none_of_these,
    }


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestError)  # for the type checker: it is registered for these alone
    request.state.code = error.code
    return error.response()


async def _explained(request: Request, error: Exception) -> Response:
    """What Starlette refuses by itself."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    if status == 405:
        allowed = headers.get("Allow", "another method")
        text = f"{request.url.path[:100]} takes {allowed}. See /docs."
        return RequestError(405, RequestCode.WRONG_METHOD, text, headers).response()
    text = f"There is nothing at {request.url.path[:100]!r}. See /docs."
    return RequestError(status, RequestCode.NOT_FOUND, text, headers).response()


async def _failed(_: Request, __: Exception) -> Response:
    return RequestError(
        500, RequestCode.FAILED, "Something went wrong in the service; its log says what. Ask again."
    ).response()
