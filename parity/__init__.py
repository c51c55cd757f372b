"""Whether the marts are the same on every engine that builds them."""
