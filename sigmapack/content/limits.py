"""How much content may be: what is more is refused by name, before it costs memory or time.

Rules and lookups may be those of strangers. Each limit is far above what real content has: the
figures of SigmaHQ's 3,141 rules (August 2026) are beside those that they were compared with.
"""

from __future__ import annotations

#: Bytes of a file of rules or settings (SigmaHQ's longest rule: 295,000), and of a lookup.
MOST_FILE, MOST_LOOKUP = 1_000_000, 200_000_000
#: Collections of YAML or TOML in one another (SigmaHQ: 5). Python gives up at 1,000 calls, of which
#: conversion needs several a level.
DEEPEST = 30
#: Values of a YAML file with all aliases written out (SigmaHQ: 4,500): nine aliases, nine deep, are
#: 400 million values in 300 bytes.
MOST_VALUES = 50_000
#: Characters of one value: the longest command line that Windows takes, with its final zero
#: (CreateProcessW: https://learn.microsoft.com/windows/win32/api/processthreadsapi/).
LONGEST_VALUE = 32_767
#: Wildcards of one value (SigmaHQ: 13): each doubles what a matcher may try.
MOST_WILDCARDS = 50
#: Characters of a condition (SigmaHQ: 551), and parentheses and negations in one another
#: (SigmaHQ: 2).
LONGEST_CONDITION, DEEPEST_CONDITION = 10_000, 20
#: Characters of a rule's name, and bytes of a file's name without its suffix: both together, and
#: what is made of them, are file names, which have 255 bytes at most.
LONGEST_NAME, LONGEST_STEM = 100, 120
#: Rows of a lookup: a feed of host names that providers sell has some hundred thousand.
MOST_ROWS = 1_000_000
#: Rows of a lookup that goes into products: ten times the longest list of indicators that CERTs
#: share for one campaign. A replay takes longer ones.
MOST_BUILT = 50_000
#: Values that a rule may have on a product with its lookups written into it: pySigma's conversion
#: takes up to 1 ms a value and language, so that a rule takes seconds. SigmaHQ's longest has 4,400.
MOST_INLINE = 5_000
#: Characters of a query; a correlation's has the values of all of its rules. It is what the parser
#: of ES|QL takes (EsqlParser.MAX_LENGTH), and the replay. What takes less says so itself.
LONGEST_QUERY = 1_000_000
