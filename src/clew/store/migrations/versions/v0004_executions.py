"""Executions: further runs of sessions, each with its own steps, values and events."""

import sqlalchemy as sa
from alembic import op

from clew.store.text import Exact

revision = "0004"
down_revision = "0003"
quick = True


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "executions",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("execution", Exact, unique=True, nullable=False),
        *[sa.Column(name, Exact, nullable=False) for name in ("session", "what", "folder", "python")],
        sa.Column("started", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
        sa.Column("error", Exact, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("executions_session", "executions", ["session"])
    make_steps()
    op.create_table(
        "execution_values",
        execution(),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", Exact, primary_key=True),
        sa.Column("type", Exact, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_table(
        "execution_pieces",
        execution(),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def make_steps() -> None:
    """Make the table of what ran."""
    op.create_table(
        "executed",
        execution(),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("own", sa.Integer, nullable=False),
        sa.Column("started", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("raised", Exact, nullable=False),
    )


def execution() -> sa.Column[int]:
    """Give the column of what goes with an execution."""
    whole = sa.ForeignKey("executions.number", ondelete="CASCADE")
    return sa.Column("execution", sa.Integer, whole, primary_key=True, autoincrement=False)
