"""A local PostgreSQL without installation, and a synthetic shop to fill it.

`sandbox.server.Server` starts and stops the database; `sandbox.shop` writes the seven
CSV files of the canonical source `shop`. The command `sandbox` offers both.
"""
