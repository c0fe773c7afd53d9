"""One file per foreign format: bytes or text in, model objects out; no input, no output."""
