"""Figures of a service for Prometheus, in a registry of its own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_RUN_SIZES = (1, 2, 4, 8, 16)


class Measures:
    """What a service counts. No label, name or address of anybody is among it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "tellapart_requests",
            "Requests by route and status.",
            ("route", "status"),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "tellapart_request_seconds",
            "Seconds from the headers of a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.pictures = Counter(
            "tellapart_pictures",
            "Pictures by outcome: labelled, none_of_these or refused.",
            ("outcome",),
            registry=self._registry,
        )
        self.runs = Histogram(
            "tellapart_run_pictures",
            "Pictures that shared a run of the network.",
            buckets=_RUN_SIZES,
            registry=self._registry,
        )
        self.inside = Gauge(
            "tellapart_requests_inside",
            "Requests that are being read or answered right now.",
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """All of them in the text format of Prometheus."""
        return generate_latest(self._registry)

    content_type = CONTENT_TYPE_PLAIN_0_0_4
