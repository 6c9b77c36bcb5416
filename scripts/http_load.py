# SPDX-License-Identifier: Apache-2.0
"""Requests to web servers at forwarded ports of this host, timed: what http_scale and http_qemu have in common."""
import asyncio
import socket
import sys
import time

HOST = "127.0.0.1"
PATIENCE = 60  # seconds for one answer


def head(path):
    return f"GET {path} HTTP/1.1\r\nHost: esp32\r\nConnection: close\r\n\r\n".encode()


def check(answer):
    if not answer.startswith(b"HTTP/1.1 200"):
        raise OSError("not an answer")


def fetch(port, path="/hello"):
    """One request on a connection of its own: the answer, head and body, and the seconds that it took."""
    begin, parts = time.monotonic(), []
    with socket.create_connection((HOST, port), PATIENCE) as connection:
        connection.sendall(head(path))
        while part := connection.recv(1 << 16):
            parts.append(part)
    answer = b"".join(parts)
    check(answer)
    return answer, time.monotonic() - begin


async def ask(port, due, delays, failed):
    """The same beside others; its delay, in milliseconds, counts from when it was due."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(head("/hello"))
        check(await asyncio.wait_for(reader.read(), PATIENCE))
        writer.close()
        delays.append(1000 * (time.monotonic() - due))
    except (OSError, asyncio.TimeoutError):
        failed.append(port)


def free_port():
    """One that nobody listens at now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]


def wait_until_ready(ports, seconds):
    """All servers have joined the network and answer."""
    end = time.monotonic() + seconds
    for port in ports:
        while True:
            try:
                fetch(port)
                break
            except OSError:
                if time.monotonic() > end:
                    sys.exit(f"{sys.argv[0]}: port {port}: no answer after {seconds} s")
                time.sleep(0.05)


def percentile(values, percent):
    """Of sorted values."""
    return values[(len(values) - 1) * percent // 100]
