"""What audit events say about the network: other machines are read, and changed by what is sent to them."""

from __future__ import annotations

from clew.model.effects import Changed, Effect, Read, Reason
from clew.model.resources import File
from clew.model.typed import Any
from clew.observe.stamps import plain_path

TELLING = (b"POST ", b"PUT ", b"PATCH ", b"DELETE ")


def network_effect(event: str, args: tuple[Any, ...]) -> Effect | None:
    """Read one audit event of the network; None where it says nothing new."""
    match event:
        case "urllib.Request":
            named = plain_path(args[0])
            return None if named is None else Read(File(named), Reason.KNOWN)
        case "socket.connect":
            server = _address(args[1])
            return None if server is None else Read(File(server), Reason.KNOWN)
        case "http.client.send" if type(args[1]) is bytes and args[1].startswith(TELLING):
            return Changed(File(_server(args[0])), Reason.ASSUMED)
    return None


def _address(address: Any) -> str | None:
    """Name a server by host and port; sockets of this machine's own kinds are none."""
    if type(address) is not tuple or tuple(map(type, address[:2])) != (str, int):
        return None
    return f"tcp://{address[0]}:{address[1]}"


def _server(connection: object) -> str:
    """Name the server as `socket.connect` does, from the attributes that `http.client` keeps."""
    kept = object.__getattribute__(connection, "__dict__")
    host, port = kept.get("host"), kept.get("port")
    return f"tcp://{host}:{port}" if type(host) is str and type(port) is int else "tcp://"
