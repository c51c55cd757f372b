"""The page for those who work with the marts: made anew each time it is opened."""

from __future__ import annotations

import signal
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import TYPE_CHECKING

from dashboard.errors import DashboardError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


def serve(port: int, make: Callable[[], str], on_start: Callable[[str], None]) -> None:
    """Serve the page to this machine until interrupted.

    Args:
        port: on the loopback interface; 0 for any that is free.
        make: makes the page.
        on_start: told the address.

    Raises:
        UsageError: the port is taken.
    """
    making = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/":
                self._answer(
                    HTTPStatus.NOT_FOUND, "text/plain", "There is one page: /\n"
                )
                return
            try:
                with making:
                    page = make()
            except DashboardError as error:
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", f"{error}\n")
                return
            self._answer(HTTPStatus.OK, "text/html", page)

        def _answer(self, status: HTTPStatus, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing of each request."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise UsageError(
            f"Port {port} is not free: {error.strerror}. Choose another: --port 8001"
        ) from error
    # a script that starts it in the background has it ignore Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with server:
        on_start(f"http://127.0.0.1:{server.server_port}/")
        server.serve_forever()
