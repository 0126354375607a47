"""Text logs that are no JSON: one module a format, each a function from a line to a record."""
