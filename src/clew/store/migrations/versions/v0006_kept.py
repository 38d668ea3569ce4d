"""Kept values: what sessions made on the way, so that it need not be made again."""

import sqlalchemy as sa
from alembic import op

from clew.store.text import BIG, Exact

revision = "0006"
down_revision = "0005"
quick = True


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "kept_values",
        sa.Column("number", sa.Integer, primary_key=True),
        *[sa.Column(name, Exact, nullable=False) for name in ("session", "names", "needs", "ambient")],
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("blob", sa.Text, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("signer", sa.Text, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("kept_values_session", "kept_values", ["session"])
    op.create_table(
        "kept_notes",
        sa.Column("session", Exact, primary_key=True),
        sa.Column("note", Exact, nullable=False),
    )
