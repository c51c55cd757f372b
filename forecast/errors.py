"""What can go wrong in the forecast, split by what the user must do."""


class ForecastError(Exception):
    """Root of the forecast's errors; `exit_code` is what the command ends with."""

    exit_code = 2


class UsageError(ForecastError):
    """The command must be changed, or another one run before."""


class ServerError(ForecastError):
    """The server, the connection or the rights must be changed, or tried again."""


class DataRefusedError(ForecastError):
    """The data do not allow a forecast; the reason is recorded for the marts."""

    exit_code = 1


class FitError(ForecastError):
    """No parameters explain the data: the model does not suit them."""

    exit_code = 1
