"""Loading into Parquet files, which engines other than PostgreSQL read."""
