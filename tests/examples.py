"""How many inputs each property is tried on: one setting for all of them.

In an ordinary run there are few, the same each time. `FUZZ_EXAMPLES` makes a longer run, with
others each time (the same with one `--hypothesis-seed`); `python -m tests.fuzz` counts them.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

#: The variable that sets how many inputs a quick property is tried on.
VARIABLE = "FUZZ_EXAMPLES"
COUNT = int(os.environ.get(VARIABLE, "0"))


def tried(usual: int, costs: float = 1) -> settings:
    """Settings of a property.

    Nothing is kept between runs, and no input counts as too slow or too large: those are what
    some of the properties are about.

    Args:
        usual: inputs in an ordinary run.
        costs: how many inputs of a quick property (5 ms) take as long as one of this one, for all
            of its parameters; of a longer run it gets so much less.
    """
    return settings(
        max_examples=max(usual, int(COUNT / costs)),
        derandomize=not COUNT,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
