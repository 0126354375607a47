"""What changed between two builds: rules, lookups, outcomes, and what each product's operator does.

The next version of the content follows from it.
"""

from __future__ import annotations

from sigmapack.compare.difference import Difference, compare
from sigmapack.compare.replayed import Replayed, replay_both
from sigmapack.compare.versions import Version

__all__ = ["Difference", "Replayed", "Version", "compare", "replay_both"]
