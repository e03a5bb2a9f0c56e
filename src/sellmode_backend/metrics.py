"""Counters for operators, without anybody's data: what was asked, how it was answered, how much was sent."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"


class Metrics:
    """The counters of one application. With several workers all are added up (PROMETHEUS_MULTIPROC_DIR)."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "sellmode_requests", "Requests by route and status.", ["route", "status"], registry=self._registry
        )
        self.seconds = Histogram(
            "sellmode_request_seconds", "Time until an answer was complete.", ["route"], registry=self._registry
        )
        self.sync_lines = Counter("sellmode_sync_lines", "Lines of sync answers.", registry=self._registry)
        self.sync_bytes = Counter(
            "sellmode_sync_bytes", "Bytes of sync answers before compression.", registry=self._registry
        )
        self.refusals = Counter(
            "sellmode_refusals", "Problems answered, by their code.", ["code"], registry=self._registry
        )

        self.left_out = Counter(
            "sellmode_rules_left_out",
            "Customers, rules and stores that a pass of the rules left out for an error.",
            ["what"],
            registry=self._registry,
        )
        for what in ("customers", "rules", "stores"):
            self.left_out.labels(what)
        self.streams = Gauge(
            "sellmode_event_streams",
            "Terminals that listen for changes.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    def passed(self, customers: int, rules: int, stores: int) -> None:
        """Count what a pass of the rules has left out."""
        for what, count in (("customers", customers), ("rules", rules), ("stores", stores)):
            self.left_out.labels(what).inc(count)

    def text(self) -> bytes:
        """All counters in Prometheus' text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]  # its package leaves it untyped
        return generate_latest(everyone)
