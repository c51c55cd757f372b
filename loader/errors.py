"""What can go wrong in the loader, split by what the user must do."""


class LoaderError(Exception):
    """Root of the loader's errors; `exit_code` is what the command ends with."""

    exit_code = 2


class UsageError(LoaderError):
    """The command, a path, the mapping or a contract must be changed."""


class ServerError(LoaderError):
    """The server, the connection or the rights must be changed, or tried again."""


class LakeError(LoaderError):
    """The folder for Parquet files or its rights must be changed, or tried again."""


class DataRefusedError(LoaderError):
    """The files must be changed; what was loaded before is untouched."""

    exit_code = 1
