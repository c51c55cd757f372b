"""A way to the server that can be cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Proxy:
    """Passes connections on to a port, until so many bytes have gone to the server."""

    def __init__(self, port: int, limit: int) -> None:
        """Listen on a port of its own."""
        self.target = port
        self.left = limit
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                self.sockets += [client, server]
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(
        self,
        source: socket.socket,
        target: socket.socket,
        counted: bool,  # noqa: FBT001 as a thread takes it
    ) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
                if counted:
                    self.left -= len(data)
                if self.left < 0:
                    break
            self.cut() if self.left < 0 else target.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        """Drop everything."""
        for each in [self.listener, *self.sockets]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
