"""A mapping to start from, for CSV files that nobody has described yet."""
