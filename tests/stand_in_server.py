"""An HTTP server on 127.0.0.1 that stands in for the addresses of public data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class StandIn:
    """What the server holds, and what it was asked.

    files: contents by path. faults: what happens to the next requests, one each; a fault is given
    the handler and the content, and answers in place of the server. asked: path and `Range` of
    each request.
    """

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[Callable] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    ranges: bool = True


def answer(handler: BaseHTTPRequestHandler, content: bytes, status: int = 200, **headers) -> None:
    """Send a content with its length, unless the headers say another."""
    handler.send_response(status)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in ({"Content-Length": len(content)} | named).items():
        handler.send_header(name, str(value))
    handler.end_headers()
    handler.wfile.write(content)


def dies_after(count: int) -> Callable:
    """A server that closes the connection after so many bytes of the content."""

    def fault(handler, content: bytes) -> None:
        answer(handler, content[:count], Content_Length=len(content))
        handler.close_connection = True

    return fault


def sends(content: bytes, status: int = 200, **headers) -> Callable:
    """A server that answers with something else."""
    return lambda handler, _: answer(handler, content, status, **headers)


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """A server that lives as long as the context."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            held.asked.append((self.path, asked))
            content = held.files.get(self.path)
            if content is None:
                answer(self, b"not found", 404)
            elif held.faults:
                held.faults.pop(0)(self, content)
            elif asked and held.ranges:
                first = int(asked.removeprefix("bytes=").rstrip("-"))
                span = f"bytes {first}-{len(content) - 1}/{len(content)}"
                answer(self, content[first:], 206, Content_Range=span)
            else:
                answer(self, content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held = StandIn(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
