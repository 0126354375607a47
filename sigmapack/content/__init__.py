"""What is read: rules, lookups and settings, once, at one edge; frozen from then on."""
