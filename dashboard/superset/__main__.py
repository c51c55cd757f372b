"""`python -m dashboard.superset`."""

from dashboard.superset.cli import app

app()
