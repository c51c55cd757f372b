"""Dashboards as code over the marts, and Superset on this machine to show them.

`assets/` says what the dashboards hold. `assets.py` reads and checks it, `bundle.py`
makes of it what Superset imports, `server.py` sets Superset up and starts it.
"""
