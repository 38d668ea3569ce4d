"""Verdicts: what came of each check of an artifact."""

import sqlalchemy as sa
from alembic import op

from clew.store.text import Exact

revision = "0005"
down_revision = "0004"
quick = True


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "artifact_verdicts",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("artifact", sa.Integer, sa.ForeignKey("artifacts.number", ondelete="CASCADE"), nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("said", Exact, nullable=False),
        sa.Column("time", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("python", Exact, nullable=False),
        sa.Column("packages", Exact, nullable=False),
        sa.Column("tolerance", sa.Float, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("artifact_verdicts_artifact", "artifact_verdicts", ["artifact", "number"])
