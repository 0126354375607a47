"""What the formats that write STIX have in common
(https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html).
"""

from __future__ import annotations

from datetime import date

#: When the first indicators became public: those are valid from then on of which no more is known.
PUBLIC = date(2023, 3, 29)
#: Values of the None/Low/Med/High scale, appendix A.
CONFIDENCE = {"low": 15, "medium": 50, "high": 85}
HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}


def quoted(value: str) -> str:
    """A string constant of a pattern (9.1)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
