"""Builder of the 3CX detection pack: Sigma rules and lookups in, importable queries out."""

__version__ = "0.1.0"
