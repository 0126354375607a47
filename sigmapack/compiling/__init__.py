"""Rules and lookups in, queries out: what a product is, and pySigma's conversion for it."""
