"""Sessions: the tables of clew 0.1, which it made itself, in SQLite only."""

revision = "0001"
down_revision = None
quick = True


def upgrade() -> None:
    """Do nothing: the tables are there."""
