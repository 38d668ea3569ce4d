"""Kept values in the store: what sessions made on the way. Their bytes are blobs; here is what they are of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, insert, select

from clew.model.artifacts import Blob
from clew.model.kept import KeptRow
from clew.store.databases import Database, upsert
from clew.store.schema import KEPT_NOTES, KEPT_VALUES


class KeptValues:
    """The kept values that a database knows of."""

    def __init__(self, database: Database) -> None:
        """Take a database whose tables are up to date."""
        self._database = database

    def add(self, rows: Sequence[KeptRow], budget: int) -> int:
        """Write down what was kept, their blobs being there; give how many rows went, to stay within the budget (bytes).

        Those go first that save the fewest seconds by the byte.
        """
        with self._database.writing("kept") as connection:
            if rows:
                connection.execute(insert(KEPT_VALUES), [columns_of(row) for row in rows])
            total = connection.execute(select(func.coalesce(func.sum(KEPT_VALUES.c.size), 0))).scalar_one()
            worth = select(KEPT_VALUES.c.number, KEPT_VALUES.c.size, KEPT_VALUES.c.seconds, KEPT_VALUES.c.created)
            lines = connection.execute(worth).all() if total > budget else []
            doomed: list[int] = []
            for line in sorted(lines, key=lambda line: (line.seconds / max(line.size, 1), line.created)):
                if total <= budget:
                    break
                doomed.append(line.number)
                total -= line.size
            for some in (doomed[at : at + 500] for at in range(0, len(doomed), 500)):
                connection.execute(delete(KEPT_VALUES).where(KEPT_VALUES.c.number.in_(some)))
        return len(doomed)

    def of(self, sessions: Iterable[str]) -> tuple[KeptRow, ...]:
        """Give what was kept of sessions, in the order in which it was."""
        asked = select(KEPT_VALUES).where(KEPT_VALUES.c.session.in_(list(sessions))).order_by(KEPT_VALUES.c.number)
        with self._database.reading() as connection:
            return tuple(
                KeptRow(
                    line.session,
                    line.step,
                    tuple(json.loads(line.names)),
                    tuple(json.loads(line.needs)),
                    line.ambient,
                    Blob(line.blob, line.size),
                    line.signature,
                    line.signer,
                    line.seconds,
                    line.created,
                )
                for line in connection.execute(asked)
            )

    def size(self) -> int:
        """Give how many bytes are kept in all."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.coalesce(func.sum(KEPT_VALUES.c.size), 0))).scalar_one())

    def note(self, session: str, note: str) -> None:
        """Write down what there is to know beside a session's kept values, in the place of what was."""
        with self._database.writing("kept") as connection:
            values = {"session": session, "note": note}
            connection.execute(upsert(connection, KEPT_NOTES, values, ["session"], {"note": note}))

    def noted(self, session: str) -> str:
        """Give what was noted of a session, or nothing."""
        with self._database.reading() as connection:
            asked = select(KEPT_NOTES.c.note).where(KEPT_NOTES.c.session == session)
            return connection.execute(asked).scalar_one_or_none() or ""

    def forget(self, session: str) -> None:
        """Keep nothing of a session any more; `gc` removes the bytes."""
        with self._database.writing("kept") as connection:
            for table in (KEPT_VALUES, KEPT_NOTES):
                connection.execute(delete(table).where(table.c.session == session))


def columns_of(row: KeptRow) -> dict[str, object]:
    """Give the columns of a row."""
    plain = {name: getattr(row, name) for name in ("session", "step", "ambient", "signature", "signer", "seconds")}
    lists = {"names": json.dumps(row.names), "needs": json.dumps(row.needs)}
    return {**plain, **lists, "blob": row.blob.hash, "size": row.blob.size, "created": row.created}
