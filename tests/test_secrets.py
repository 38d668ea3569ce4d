"""Credentials in code: what is masked, and what is left alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.analysis.secrets import is_credential, masked

# Put together here, so that this file does not hold what scanners of repositories look for.
GITHUB = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
AMAZON = "AKIA" + "IOSFODNN7EXAMPLE"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\nxyz\n-----END RSA PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    code: str
    want: str
    lines: tuple[int, ...] = (1,)


MASKED = [
    Case("a variable", "password = 'hunter2'\n", 'password = "***"\n'),
    Case("bytes", "SECRET_KEY = b'hunter2'\n", 'SECRET_KEY = "***"\n'),
    Case("an annotated variable", "db_password: str = 'x'", 'db_password: str = "***"'),
    Case("an attribute", "cfg.api_key = 'abc'", 'cfg.api_key = "***"'),
    Case("an item", "os.environ['API_KEY'] = 'abc'", "os.environ['API_KEY'] = \"***\""),
    Case("an argument", "connect(user='a', password='b')", "connect(user='a', password=\"***\")"),
    Case("a key and its value as arguments", "os.putenv('API_KEY', 'abc')", "os.putenv('API_KEY', \"***\")"),
    Case("an entry of a dictionary", "c = {'user': 'a', 'passwd': 'b'}", "c = {'user': 'a', 'passwd': \"***\"}"),
    Case(
        "a default", "def f(a, secret='s', *, apiKey='k'): ...", 'def f(a, secret="***", *, apiKey="***"): ...', (1, 1)
    ),
    Case("camel case", "clientSecret = 'abc'", 'clientSecret = "***"'),
    Case("letters of many bytes before it", "ä = 'é'; pwd = 'ü'", "ä = 'é'; pwd = \"***\""),
    Case("a comparison", "if password == 'x': pass", 'if password == "***": pass'),
    Case("the third line", "a = 1\n\ntoken = 'abcdefgh12'\n", 'a = 1\n\ntoken = "***"\n', (3,)),
    Case("a key by its shape", f"x = '{GITHUB}'", "x = '***'"),
    Case("a key in a comment", f"y = 1  # {AMAZON}", "y = 1  # ***"),
    Case("a private key", f"k = '''{PEM}'''\ndone = 1\n", "k = '''***'''\ndone = 1\n"),
    Case("the password in a URL", "db = 'postgresql://me:pass@host/db'", "db = 'postgresql://me:***@host/db'"),
    Case("a magic", "%env API_KEY=abc\nx = 1\n", "%env API_KEY=***\nx = 1\n"),
    Case("a shell's export", "!export DB_PASSWORD=abc\n", "!export DB_PASSWORD=***\n"),
    Case(
        "an assignment beside a magic",
        "%matplotlib inline\npassword = 'x'\n",
        '%matplotlib inline\npassword = "***"\n',
        (2,),
    ),
    Case("a line behind a long secret", "secret = '''a\nb'''\npwd = 'c'\n", 'secret = "***"\npwd = "***"\n', (1, 2)),
]

LEFT = [
    "password = getpass.getpass()",
    "token = os.environ['TOKEN']",
    "password = ''",
    "pad_token = '<pad-token>'",
    "tokenizer = 'bert-base-uncased'",
    "token = ','",
    "key = 'customer_id'",
    "primary_key = 'id'",
    "author = 'me'",
    "max_tokens = 4096",
    "url = 'https://host:8080/path'",
    "f = f'postgresql://{user}:{password}@host/db'",
    "keyboard = 'qwertz'",
    "print('enter your password', 'twice')",
    "%timeit x = 3",
]


@pytest.mark.parametrize("case", MASKED, ids=lambda case: case.name)
def test_masks(case: Case) -> None:
    found = masked(case.code)
    assert found.code == case.want
    assert tuple(secret.line for secret in found.secrets) == case.lines


@pytest.mark.parametrize("code", LEFT)
def test_leaves(code: str) -> None:
    assert masked(code).code == code
    assert not masked(code).secrets


def test_what_was_masked_is_called_by_its_name() -> None:
    assert [secret.name for secret in masked("a = 1\ndb_password = 'x'").secrets] == ["`db_password`"]


@given(st.text())
def test_any_text_can_be_masked_and_twice_is_once(code: str) -> None:
    once = masked(code).code
    assert masked(once).code == once


@pytest.mark.parametrize(
    ("name", "want"), [("PASSWORD", True), ("passwordless", False), ("api_key", True), ("map_key", False)]
)
def test_names(name: str, want: bool) -> None:
    assert is_credential(name) is want
