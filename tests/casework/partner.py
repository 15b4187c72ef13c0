"""An outside addressee as a real HTTP server."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


class Partner:
    """A real HTTP server that does as it is told: answers, fails, hangs, drips, or lies."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status, self.answer, self.mood = 200, b"{}", "well"
        self.release, self.called = Event(), Event()
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                partner.heard.append((dict(self.headers), body))
                partner.called.set()
                partner.reply(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        if self.mood == "hangs":
            self.release.wait(10)
            return
        handler.send_response(self.status)
        if self.mood == "drips":
            handler.end_headers()
            while not self.release.wait(0.05):
                handler.wfile.write(b" ")
                handler.wfile.flush()
            return
        handler.send_header("Content-Length", str(len(self.answer)))
        handler.end_headers()
        handler.wfile.write(self.answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/requests"

    def close(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
