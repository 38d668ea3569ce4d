"""How a store that an older clew made is brought up to today's tables: a revision of Alembic for each change.

The version of a store is the number in its table `clew_schema`; the revision `0003` takes a store from 2 to 3. One
that is `quick` takes only a moment, whatever is in the store or, where `quick` is a function, as it finds the store of
before: where nobody shares the database, it is run without asking.
"""
