"""Single questions about one trained agent, each with a table and a picture."""
