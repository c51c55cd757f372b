"""What can go wrong in the sandbox, in words for the person who runs it."""


class SandboxError(Exception):
    """Something the user can act on; the root of all errors of this program.

    Args:
        what: What is wrong, and where.
        remedy: What to do about it; empty if there is nothing to suggest.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        """Keep both halves; `str()` gives them on lines of their own."""
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what}\n{remedy}" if remedy else what)


class BinariesError(SandboxError):
    """No usable PostgreSQL programs, or of the wrong version."""


class AccountError(SandboxError):
    """No user account under which the server could run."""


class LockedError(SandboxError):
    """Another sandbox command is at work in the same folder."""


class StartError(SandboxError):
    """The server, or the creation of its data folder, failed."""


class StateError(SandboxError):
    """The sandbox's folder is not in a state that the command can work with."""


class ShopError(SandboxError):
    """The synthetic shop cannot be written as asked."""
