"""What people look at: a page made from the marts, and dashboards for Superset."""
