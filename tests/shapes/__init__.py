"""Events of the pack as each product stores them: one module each, `documents(event)`."""
