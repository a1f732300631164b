"""What is derived from the versions, made anew from them, is what is there."""

from __future__ import annotations

from .ground import Ground, Tried
from .isolation import SCOPES, run


def check(ground: Ground) -> Tried:
    """Empty the derived tables, make them again, and compare; and compare each vector with one made of its text now."""
    with ground.room() as room:
        path = ground.copy(room)
        if ground.copied is None:
            run(room, *SCOPES["one more label"], ground.embedder)
            path = room / "with.db"
        file = ground.file(path)
        with file.opened() as db:
            wrong = [
                f"{one.table}: {len(one.missing)} rows missing, {len(one.extra)} too many, {len(one.changed)} other"
                for one in file.differences(db, deep=True)
            ]
            vectors = db.execute("SELECT count(*) FROM vectors").fetchone()[0]
            db.execute("BEGIN")
            made = file.rebuilt(db)
            db.execute("ROLLBACK")
    anew = [f"{table}: {differ} rows differ when made anew" for table, (_, differ) in made.items() if differ]
    rows = sum(count for count, _ in made.values()) + vectors
    tables = ", ".join(
        [*(f"{count:,} {table}" for table, (count, _) in made.items()), f"{vectors:,} vectors"]
    )
    return Tried(tables, rows, tuple(wrong or anew))
