"""Tests of the dashboards for Superset."""
