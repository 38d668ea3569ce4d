"""A PostgreSQL server for the tests: a real one with a folder and a port of its own, gone when they are over.

It asks for a password, so that the tests have one that must not be seen.
"""

from __future__ import annotations

import glob
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOW = "install PostgreSQL (Debian: apt-get install postgresql) and psycopg (pip install 'clew[postgres]')"
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
PASSWORD = "pw-4x/t@ry:9"  # with what URLs are made of


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: how to reach a database of it."""

    port: int
    tools: Path
    folder: Path

    def url(self, database: str, password: str = PASSWORD) -> str:
        quoted = password.replace("/", "%2F").replace("@", "%40").replace(":", "%3A")
        return f"postgresql://ann:{quoted}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"clew_{secrets.token_hex(6)}"
        self.say(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.say(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def restore(self, url: str, dump: Path) -> None:
        """Fill an empty database from a dump."""
        self.say(dump.read_text(), url)

    def say(self, sql: str, url: str = "") -> None:
        import psycopg  # tests of folders do without it

        with psycopg.connect(url or self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.encode())


@cache
def missing() -> str:
    """Why there can be no server here; empty if there can."""
    try:
        import psycopg  # noqa: F401  # asked for here, where a test may be skipped
    except ImportError:
        return f"psycopg is not installed: {HOW}"
    if tools() is None:
        return f"there is no PostgreSQL server: {HOW}"
    if os.getuid() == 0 and (shutil.which("runuser") is None or servant() is None):
        return "a PostgreSQL server does not run as root, and there is no user to run it as"
    return ""


def tools() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; the newest, if there are several."""
    found = [os.path.dirname(path) for path in [shutil.which("pg_ctl")] if path]
    found += sorted((path for pattern in PLACES for path in glob.glob(pattern)), reverse=True)
    whole = (
        Path(folder) for folder in found if all(os.path.exists(f"{folder}/{name}") for name in ("initdb", "pg_ctl"))
    )
    return next(whole, None)


def servant() -> str | None:
    """A user for the server where we are root: it refuses to be run by him."""
    known = {user.pw_name for user in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


@contextmanager
def running() -> Iterator[Server]:
    """A server, from now on to the end of the block."""
    bin_folder = tools()
    assert bin_folder is not None
    folder = Path(tempfile.mkdtemp(prefix="clew-postgres-"))
    server = Server(free_port(), bin_folder, folder)
    try:
        make(server)
        start(server)
        yield server
    finally:
        run(server, "pg_ctl", "-D", "data", "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def make(server: Server) -> None:
    (server.folder / "password").write_text(PASSWORD + "\n")
    if os.getuid() == 0:
        user = servant()
        assert user is not None
        for path in (server.folder, server.folder / "password"):
            shutil.chown(path, user)
    options = ("-U", "ann", "--pwfile", "password", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync")
    # Another order of letters than C's, where there is one: ours must not depend on it.
    run(server, "initdb", "-D", "data", *options, "--locale", "C.UTF-8")


def start(server: Server) -> None:
    says = f"-p {server.port} -k {server.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
    run(server, "pg_ctl", "-D", "data", "-w", "-t", "60", "-l", "log", "-o", says, "start")


def run(server: Server, tool: str, *words: str, check: bool = True) -> None:
    command = [str(server.tools / tool), *words]
    if os.getuid() == 0:
        command = ["runuser", "-u", str(servant()), "--", *command]
    # Not captured: the server would keep the pipe open, and we would wait for it to end.
    with (server.folder.parent / f"{server.folder.name}.{tool}").open("w+") as said:
        done = subprocess.run(
            command, cwd=server.folder, stdout=said, stderr=said, stdin=subprocess.DEVNULL, check=False
        )
        said.seek(0)
        text = said.read()
    os.unlink(said.name)
    assert not check or done.returncode == 0, text


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
