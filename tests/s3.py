"""A real S3-protocol server for tests: moto's, a process of its own that is spoken to over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

NEEDED = ("moto", "flask", "flask_cors", "s3fs")
BUCKET = "team"


@contextmanager
def server(log: Path) -> Iterator[dict[str, str]]:
    """Start a server with one bucket; give the environment in which `s3://team` is its."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        pytest.skip(f"{', '.join(missing)} not installed: pip install 'clew[test]'")
    port = free_port()
    with log.open("wb") as said:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        running = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            await_port(port, running)
            environ = {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                "AWS_ACCESS_KEY_ID": "a-key",
                "AWS_SECRET_ACCESS_KEY": "a-secret",
                "AWS_DEFAULT_REGION": "us-east-1",
            }
            make_bucket(environ)
            yield environ
        finally:
            running.kill()
            running.wait()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def await_port(port: int, running: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert running.poll() is None, "the server ended by itself"
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("no server within a minute")


def make_bucket(environ: dict[str, str]) -> None:
    """Make the bucket, in a process of its own: s3fs leaves a thread behind, and tests fork."""
    script = f"import s3fs; s3fs.S3FileSystem().mkdir({BUCKET!r})"
    subprocess.run([sys.executable, "-c", script], env={**os.environ, **environ}, check=True)
