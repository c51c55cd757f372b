"""Tests of the whole project; the SQL files beside are dbt's."""
