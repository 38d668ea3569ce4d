"""Artifacts: their names, versions, codes, tags, inputs and packages. Sessions know how many steps they have."""

import sqlalchemy as sa
from alembic import op

from clew.store.text import BIG, Exact

revision = "0002"
down_revision = "0001"
quick = True

PENDING = sa.text("whence = 'pending'")


def upgrade() -> None:
    """Make the tables."""
    make_names()
    make_artifacts()
    make_what_belongs_to_them()
    make_indexes()
    count_steps()


def make_names() -> None:
    """Make what artifacts point at."""
    op.create_table(
        "artifact_names",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", Exact, unique=True, nullable=False),
        sa.Column("latest", sa.Integer, nullable=False),
    )
    op.create_table(
        "texts",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("text", Exact, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "places",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("hash", sa.Text, unique=True, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("place", Exact, nullable=False),
    )


def make_artifacts() -> None:
    """Make the table of versions."""
    op.create_table(
        "artifacts",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", sa.Integer, sa.ForeignKey("artifact_names.number"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("deleted", sa.Float),
        sa.Column("note", Exact, nullable=False),
        sa.Column("type", Exact, nullable=False),
        sa.Column("codec", sa.Text, nullable=False),
        sa.Column("blob", sa.Text),
        sa.Column("size", BIG),
        sa.Column("uri", Exact),
        sa.Column("preview", sa.Text),
        sa.Column("preview_size", BIG),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("signer", Exact, nullable=False),
        sa.Column("session", Exact, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("nth", sa.Integer, nullable=False),
        sa.Column("variable", Exact, nullable=False),
        sa.Column("whence", sa.Text, nullable=False),
        sa.Column("code", sa.Text, sa.ForeignKey("texts.hash")),
        sa.Column("session_code", sa.Text, sa.ForeignKey("texts.hash")),
        sa.Column("python", Exact, nullable=False),
        sa.Column("platform", Exact, nullable=False),
        sa.Column("commit", sa.Text, nullable=False),
        sa.Column("dirty", sa.Boolean, nullable=False),
        sa.Column("user", Exact, nullable=False),
        sa.Column("host", Exact, nullable=False),
        sa.UniqueConstraint("name", "version"),
        sqlite_autoincrement=True,
    )


def make_what_belongs_to_them() -> None:
    """Make the tables of tags, inputs and packages."""
    op.create_table(
        "artifact_tags",
        artifact(),
        sa.Column("key", Exact, primary_key=True),
        sa.Column("value", Exact, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "artifact_inputs",
        artifact(),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, sa.ForeignKey("places.number"), nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("modified", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "artifact_packages",
        artifact(),
        sa.Column("package", Exact, primary_key=True),
        sa.Column("version", Exact, nullable=False),
        sqlite_with_rowid=False,
    )


def artifact() -> sa.Column[int]:
    """Give the column of what goes with a version."""
    whole = sa.ForeignKey("artifacts.number", ondelete="CASCADE")
    return sa.Column("artifact", sa.Integer, whole, primary_key=True, autoincrement=False)


def make_indexes() -> None:
    """Make what is asked for quick to find."""
    op.create_index("artifacts_created", "artifacts", ["created", "number", "deleted"])
    for column in ("type", "blob", "preview", "code", "session_code"):
        op.create_index(f"artifacts_{column}", "artifacts", [column])
    op.create_index("artifacts_pending", "artifacts", ["session"], sqlite_where=PENDING, postgresql_where=PENDING)
    op.create_index("artifact_tags_key", "artifact_tags", ["key", "value"])
    op.create_index("artifact_inputs_place", "artifact_inputs", ["place"])
    op.create_index("artifact_packages_package", "artifact_packages", ["package", "version"])


def count_steps() -> None:
    """Write down how many steps each session has."""
    op.add_column("sessions", sa.Column("steps", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE sessions SET steps = (SELECT count(*) FROM steps WHERE steps.session = sessions.number)")
