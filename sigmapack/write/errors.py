"""What can go wrong with an output folder."""

from __future__ import annotations


class WriteRefused(Exception):
    """The output folder cannot be replaced; the text says why and what to do."""


class Immovable(Exception):
    """The output folder itself cannot be renamed, but perhaps what is in it."""
