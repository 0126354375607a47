"""What is deployed, compared with a build: the same, edited, missing, extra or switched off."""

from __future__ import annotations

from sigmapack.drift.exported import drift
from sigmapack.drift.findings import STATES, Drift, Edit, Finding

__all__ = ["STATES", "Drift", "Edit", "Finding", "drift"]
