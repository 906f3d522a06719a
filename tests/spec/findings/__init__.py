"""Finding rules, each with what it finds and what it must leave alone."""
