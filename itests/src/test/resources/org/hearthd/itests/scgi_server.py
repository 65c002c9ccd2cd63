"""An SCGI server that does, well or badly, what the request's own headers say. Prints the port of 127.0.0.1 on which it listens.

Test-Write: bytes to write, percent-encoded; {xN} becomes N times x. Without it the server writes the variables that it got,
            NAME=VALUE in their order, and first each rule of the SCGI specification that the request breaks.
Test-Read:  none leaves the request's body unread.
Test-End:   reset closes with a reset, reset-later does so when the client has read what was written; else an ordinary close.
"""
import os
import re
import socket
import struct
import sys
import threading
import urllib.parse


def receive(connection, length):
    data = b""
    while len(data) < length:
        piece = connection.recv(min(65536, length - len(data)))
        if not piece:
            raise EOFError("%d of %d bytes" % (len(data), length))
        data += piece
    return data


def pairs_of(connection):
    digits = b""
    while not digits.endswith(b":"):
        digits += receive(connection, 1)
    block = receive(connection, int(digits[:-1]))
    broken = [] if receive(connection, 1) == b"," else ["no comma behind the netstring"]
    if len(digits) > 2 and digits.startswith(b"0"):
        broken.append("leading zero")
    parts = block.split(b"\0")
    names = [name.decode("latin-1") for name in parts[0:-1:2]]
    pairs = list(zip(names, [value.decode("latin-1") for value in parts[1:-1:2]]))
    if names[0] != "CONTENT_LENGTH":
        broken.append("CONTENT_LENGTH is not first")
    if ("SCGI", "1") not in pairs:
        broken.append("no SCGI")
    broken += ["%s is there twice" % name for name in sorted(set(names)) if names.count(name) > 1]
    return pairs, broken


def expand(written):
    data = urllib.parse.unquote_to_bytes(written)
    return re.sub(rb"\{(.)(\d+)\}", lambda match: match.group(1) * int(match.group(2)), data)


def serve(connection):
    with connection:
        pairs, broken = pairs_of(connection)
        variables = dict(pairs)
        if variables.get("HTTP_TEST_READ") != "none":
            receive(connection, int(variables["CONTENT_LENGTH"]))
        written = variables.get("HTTP_TEST_WRITE")
        if written is None:
            lines = ["BROKEN: " + rule for rule in broken] + ["%s=%s" % pair for pair in pairs]
            connection.sendall(("Content-Type: text/plain\r\n\r\n" + "".join(line + "\n" for line in lines)).encode("latin-1"))
            return
        connection.sendall(expand(written))
        end = variables.get("HTTP_TEST_END", "")
        if end == "reset-later":
            read.acquire(timeout=30)
        if end.startswith("reset"):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def quietly(connection):
    try:
        serve(connection)
    except (EOFError, OSError) as failure:
        print("connection:", failure, file=sys.stderr, flush=True)


def told():
    """Each line of standard input says that a client has read what was written."""
    for _ in sys.stdin:
        read.release()
    os._exit(0)


read = threading.Semaphore(0)
threading.Thread(target=told, daemon=True).start()
listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
print(listening.getsockname()[1], flush=True)
while True:
    threading.Thread(target=quietly, args=(listening.accept()[0],), daemon=True).start()
