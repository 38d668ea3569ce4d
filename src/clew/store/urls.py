"""URLs of databases, and how to speak of them without their passwords.

Nothing here understands more than it must: where a password may stand is hidden, be the URL well formed or not.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
SECRET = r"(?i)(?P<name>[?&;][^=&;]*(?:pass|pwd|secret|token|key)[^=&;]*=)(?P<said>[^&;]*)"
HIDDEN = "***"


def is_url(text: str) -> bool:
    """Tell whether a setting is a URL and not a folder."""
    return "://" in text


def scheme_of(url: str) -> str:
    """Give the scheme of a URL, in small letters."""
    return url.partition("://")[0].lower()


def masked(url: str) -> str:
    """Give a URL as anybody may see it."""
    return with_passwords(url, lambda said: HIDDEN)


def bare(url: str) -> str:
    """Give a URL without its passwords and user: what names the same database for all who use it."""
    rest = masked(url).partition("://")[2].rpartition("@")[2].partition("?")[0]
    return f"postgresql://{rest.rstrip('/').lower()}"


def secrets_of(url: str) -> tuple[str, ...]:
    """Give the passwords that stand in a URL, as they stand there and as they are meant."""
    from urllib.parse import unquote  # only mistakes need it

    found: list[str] = []

    def noted(said: str) -> str:
        found.append(said)
        return ""

    with_passwords(url, noted)
    return tuple({form for said in found for form in (said, unquote(said)) if form})


def without_secrets(text: str, url: str) -> str:
    """Give what somebody said about a database without the passwords in its URL."""
    for secret in sorted(secrets_of(url), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def with_passwords(url: str, said: Callable[[str], str]) -> str:
    """Give a URL with something else in place of each password in it."""
    import re  # only URLs need it, and most stores are folders

    plain = re.sub(SECRET, lambda found: found["name"] + said(found["said"]), url)
    scheme, slashes, rest = plain.partition("://")
    # The last @ and not the first: a password may hold more of them, however it should have been written.
    before, at, after = rest.rpartition("@")
    user, colon, password = before.partition(":")
    return f"{scheme}{slashes}{user}{colon}{said(password)}{at}{after}" if colon else plain
