"""Asks a server's web page over HTTP."""

import contextlib
import http.client
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
