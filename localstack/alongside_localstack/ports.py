"""Chooses loopback ports, and names the process that uses a taken one."""

from __future__ import annotations

import random
import socket
from collections.abc import Collection
from pathlib import Path

import psutil

from alongside_cli.errors import CommandError
from alongside_localstack.errors import PortTaken

LOOPBACK = "127.0.0.1"

_LOWEST = 12_000
_USUAL_KERNEL_RANGE_START = 32_768
_TRIES = 500


def is_free(port: int) -> bool:
    """Return whether the loopback port is free now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_ports(count: int, *, avoid: Collection[int] = ()) -> tuple[int, ...]:
    """Return distinct free ports. Raises CommandError when there are too few.

    The ports are below the range from which the kernel takes ports for outgoing connections: a port of that range could be
    taken again before the intended process listens on it.
    """
    ports: list[int] = []
    for port in random.sample(range(_LOWEST, _kernel_range_start()), k=_TRIES):
        if len(ports) == count:
            break
        if port not in avoid and is_free(port):
            ports.append(port)
    if len(ports) < count:
        raise CommandError(
            f"No {count} free ports on {LOOPBACK}.",
            remedy="list the listening processes with `ss -ltnp`, and stop some.",
        )
    return tuple(ports)


def free_port(*, avoid: Collection[int] = ()) -> int:
    """Return one free port; see `free_ports`."""
    return free_ports(1, avoid=avoid)[0]


def choose_port(
    name: str,
    *,
    requested: int | None,
    last_used: int | None,
    preferred: int | None,
    avoid: Collection[int] = (),
) -> int:
    """Return the port for `name`: the requested one, else the last used, else the preferred, else any free one.

    Raises PortTaken when the requested port is in use: another port would surprise the user.
    """
    if requested is not None:
        require_free(name, requested)
        return requested
    for port in (last_used, preferred):
        if port is not None and is_free(port):
            return port
    return free_port(avoid=avoid)


def _kernel_range_start() -> int:
    try:
        start = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError):
        start = _USUAL_KERNEL_RANGE_START
    return start if start >= _LOWEST + _TRIES else _USUAL_KERNEL_RANGE_START


def require_free(name: str, port: int) -> None:
    """Raise PortTaken, naming the process that uses the port, unless it is free."""
    if is_free(port):
        return
    raise PortTaken(
        f"{name}: port {port} on {LOOPBACK} is taken by {occupant(port)}.",
        remedy=f"stop that process, or choose another port (ALONGSIDE_{name.upper()}_PORT=...).",
    )


def occupant(port: int) -> str:
    """Return `pid N (command line)` of the listening process, where we may see it."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        connections = []
    pids = [
        connection.pid
        for connection in connections
        if connection.status == psutil.CONN_LISTEN and getattr(connection.laddr, "port", None) == port
    ]
    return _describe(pids[0]) if pids and pids[0] else "a process of another user"


def _describe(pid: int) -> str:
    try:
        command = " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:
        return f"pid {pid}"
    return f"pid {pid} ({command[:80]})"
