"""What can go wrong with the page, split by what the user must do."""


class DashboardError(Exception):
    """Root of the dashboard's errors; the command ends with exit code 2."""

    exit_code = 2


class UsageError(DashboardError):
    """The command must be changed, or another one run before."""


class ServerError(DashboardError):
    """The server, the connection or the rights must be changed, or tried again."""
