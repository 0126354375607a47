"""A capture file of made-up traffic: DNS queries, TLS client hellos and web requests."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterator

CLIENT, SERVER = "10.0.0.23", "203.0.113.5"
START = 1_679_476_445
SYN, FIN, PSH, ACK = 2, 1, 8, 16


def checksum(data: bytes) -> int:
    """The checksum of the Internet protocols (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(source: str, target: str, protocol: int, segment: bytes, at: int) -> bytes:
    """An Ethernet frame with an IPv4 packet; `at` is where the segment's checksum stands."""
    ends = socket.inet_aton(source) + socket.inet_aton(target)
    pseudo = ends + struct.pack(">BBH", 0, protocol, len(segment))
    total = struct.pack(">H", checksum(pseudo + segment))
    segment = segment[:at] + total + segment[at + 2 :]
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), 1, 0, 64, protocol, 0)
    head = head[:10] + struct.pack(">H", checksum(head + ends)) + ends
    return b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0" + head + segment


def udp(port: int, to: int, data: bytes) -> Iterator[bytes]:
    """A datagram of the client."""
    yield frame(CLIENT, SERVER, 17, struct.pack(">HHHH", port, to, 8 + len(data), 0) + data, 6)


def tcp(port: int, to: int, data: bytes, answer: bytes = b"") -> Iterator[bytes]:
    """A connection in which the client sends data and the server answers."""
    sent, received = 1000, 5000
    steps: tuple[tuple[bool, int, bytes], ...] = (
        (True, SYN, b""),
        (False, SYN | ACK, b""),
        (True, ACK, b""),
        (True, PSH | ACK, data),
        (False, PSH | ACK, answer),
        (True, FIN | ACK, b""),
        (False, FIN | ACK, b""),
        (True, ACK, b""),
    )
    for own, flags, payload in steps:
        ends, numbers = (port, to), (sent, received)
        if not own:
            ends, numbers = (to, port), (received, sent)
        acknowledged = numbers[1] if flags & ACK else 0
        head = struct.pack(">HHIIBBHHH", *ends, numbers[0], acknowledged, 0x50, flags, 65535, 0, 0)
        addresses = (CLIENT, SERVER) if own else (SERVER, CLIENT)
        yield frame(*addresses, 6, head + payload, 16)
        step = len(payload) + bool(flags & (SYN | FIN))
        sent, received = (sent + step, received) if own else (sent, received + step)


def dns(port: int, name: str) -> Iterator[bytes]:
    """A query for a name."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    head = struct.pack(">HHHHHH", port, 0x0100, 1, 0, 0, 0)
    yield from udp(port, 53, head + labels + b"\0" + struct.pack(">HH", 1, 1))


def tls(port: int, name: str) -> Iterator[bytes]:
    """A client hello with a server name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    out = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        yield from tcp(port, 443, out.read())


def http(port: int, host: str, **headers: str) -> Iterator[bytes]:
    """A web request."""
    lines = [f"Host: {host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    request = "GET /v2/storage HTTP/1.1\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    yield from tcp(port, 80, request.encode(), answer)


def connect(port: int, host: str) -> Iterator[bytes]:
    """A request to a proxy for a tunnel."""
    request = f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n"
    answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    yield from tcp(port, 3128, request.encode(), answer)


def capture(frames: list[bytes]) -> bytes:
    """A file in the format of libpcap, a millisecond between frames."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    for number, data in enumerate(frames):
        seconds, rest = divmod(number, 1000)
        out.append(struct.pack("<IIII", START + seconds, rest * 1000, len(data), len(data)) + data)
    return b"".join(out)
