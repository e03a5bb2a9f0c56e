"""All planted faults."""

from __future__ import annotations

from tests.backend.conformance import faults_of_reading, faults_of_requests, faults_of_writing
from tests.backend.conformance.planting import FAULTS

__all__ = ["FAULTS", "faults_of_reading", "faults_of_requests", "faults_of_writing"]
