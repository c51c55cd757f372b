"""What can go wrong with Superset alone; the rest is that of all dashboards."""

from dashboard.errors import DashboardError


class AssetsError(DashboardError):
    """A file of `assets/` must be changed: it asks for what the marts do not have."""


class SupersetError(DashboardError):
    """Superset cannot be set up or started; its log says why."""
