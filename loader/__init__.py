"""CSV exports into PostgreSQL: every record ends in a table or among the rejects."""
