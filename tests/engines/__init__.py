"""Real engines on which the compiled queries run: one module each, `replay(...)` its only verb."""
