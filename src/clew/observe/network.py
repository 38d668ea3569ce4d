"""What audit events say about the network: other machines are read, and changed by what is sent to them."""

from __future__ import annotations

from typing import Any

from clew.model.effects import Changed, Effect, Read, Reason
from clew.model.resources import File
from clew.observe.stamps import plain_path

TELLING = (b"POST ", b"PUT ", b"PATCH ", b"DELETE ")


def network_effect(event: str, args: tuple[Any, ...]) -> Effect | None:
    """Read one audit event of the network; None where it says nothing new."""
    match event, args:
        case "urllib.Request", (url, *_) if (named := plain_path(url)) is not None:
            return Read(File(named), Reason.KNOWN)
        case "socket.connect", (_, (str(host), int(port), *_)):
            return Read(File(f"tcp://{host}:{port}"), Reason.KNOWN)
        case "http.client.send", (connection, bytes(data)) if data.startswith(TELLING):
            return Changed(File(_server(connection)), Reason.ASSUMED)
    return None


def _server(connection: object) -> str:
    """Name the server as `socket.connect` does, from the attributes that `http.client` keeps."""
    kept = getattr(type(connection), "__dict__", {}) and object.__getattribute__(connection, "__dict__")
    host, port = kept.get("host"), kept.get("port")
    return f"tcp://{host}:{port}" if type(host) is str and type(port) is int else "tcp://"
