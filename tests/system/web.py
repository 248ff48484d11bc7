"""Asks a server's web page over HTTP."""

import contextlib
import http.client
import json
import os
import re
import socket

WEB = ("-o", "web=127.0.0.1:0")


def web_port(server):
    """Where its page is, as it says itself when it starts."""
    pattern = re.compile(r"Web page at http://127\.0\.0\.1:(\d+)/\.")
    while not (match := pattern.search(server.said)):
        chunk = os.read(server.process.stdout.fileno(), 4096)
        assert chunk, server.said
        server.said += chunk.decode()
    return int(match[1])


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def read_all(client):
    """Until the server closes the connection; a reset is an end as well."""
    text = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := client.recv(65536):
            text += chunk
    return text.decode()


def get(port, path, method="GET", **headers):
    """(status, headers, body)"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, headers=headers)
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read().decode()
    finally:
        connection.close()


PATHS = ["/", "/metrics", "/questions", "/healthz"]
REPLY_SECONDS = 5


def is_whole(path, body):
    """Its end is there, and what stands before it."""
    if path == "/questions":
        with contextlib.suppress(json.JSONDecodeError):
            return isinstance(json.loads(body), list)
        return False
    if path == "/metrics":
        return body.endswith("\n") and "\nhostdns_restarts_total{" in body and \
            "hostdns_build_info{" in body
    return body.endswith("</html>\n") if path == "/" else body == "ok\n"


def look(port, path):
    """What comes of a request to a server that is short of something: "whole", "refused",
    "nothing", or else what is wrong."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=REPLY_SECONDS)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        body = reply.read().decode()
    except (OSError, http.client.HTTPException):
        return "nothing"
    finally:
        connection.close()
    if reply.status in (500, 503):
        return "refused"
    return "whole" if reply.status == 200 and is_whole(path, body) else f"{reply.status}: {body}"
