"""The server's settings, scaled to the machine."""

from __future__ import annotations

import os
from pathlib import Path

MEGABYTE = 1024**2
GROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
SHARED_MEMORY_ENOUGH = 256 * MEGABYTE


def memory_bytes() -> int:
    """Return the memory that this process may use, in bytes."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [physical, *(_number_in(path) for path in GROUP_LIMITS)]
    return min(limit for limit in limits if limit > 0)


def server_settings(
    port: int, socket_folder: Path, memory: int, disk: int, processors: int
) -> dict[str, str]:
    """Choose settings for bulk loads and analytics by few users.

    Args:
        port: The TCP port on the loopback address.
        socket_folder: The folder of the unix socket.
        memory: What the machine has, in bytes.
        disk: What is free where the data lies, in bytes.
        processors: How many the machine has.

    Returns:
        Settings by name, as PostgreSQL reads them, without quotes.
    """
    shared = _megabytes(memory / 8, at_most=512)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": _list_element(str(socket_folder)),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": "50",
        "shared_buffers": shared,
        "work_mem": _megabytes(memory / 64, at_most=8),
        "maintenance_work_mem": _megabytes(memory / 16, at_most=256),
        "effective_cache_size": _megabytes(memory / 2, at_most=65536),
        "max_wal_size": _megabytes(disk / 8, at_most=4096, at_least=128),
        "checkpoint_timeout": "30min",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "synchronous_commit": "off",
        "random_page_cost": "2",
        "max_parallel_workers": str(min(processors, 8)),
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "cluster_name": "customer-insights",
    }
    if _shared_memory_bytes() < SHARED_MEMORY_ENOUGH:
        settings["dynamic_shared_memory_type"] = "mmap"
    return settings


def settings_file(settings: dict[str, str]) -> str:
    """Write settings in the syntax of postgresql.auto.conf."""
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    return "\n".join(["# Written by `sandbox up`, each time.", *lines, ""])


def _number_in(path: Path) -> int:
    """Return the number that a file holds, 0 if there is none."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _megabytes(amount: float, at_most: int, at_least: int = 1) -> str:
    return f"{max(at_least, min(at_most, int(amount / MEGABYTE)))}MB"


def _shared_memory_bytes() -> int:
    try:
        status = os.statvfs(SHARED_MEMORY)
    except OSError:
        return SHARED_MEMORY_ENOUGH
    return status.f_frsize * status.f_blocks


def _list_element(value: str) -> str:
    escaped = value.replace('"', '""')
    return f'"{escaped}"'


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
