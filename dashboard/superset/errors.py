"""What can go wrong on the way to the dashboards, split by what the user must do."""


class DashboardError(Exception):
    """Root of the errors; the message says what is wrong, and what to do."""

    exit_code = 2


class AssetsError(DashboardError):
    """A file of `assets/` must be changed: it asks for what the marts do not have."""


class ServerError(DashboardError):
    """PostgreSQL, its marts or the rights there must be changed."""


class SupersetError(DashboardError):
    """Superset cannot be set up or started; its log says why."""
