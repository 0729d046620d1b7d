"""The tables of the store, their version, and how the tables of an earlier version become those of this one.

A column or table that changes raises `VERSION` and adds a row to `STEPS`; nothing is taken away, so that an
earlier version of the code still finds what it knows in a backup.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    select,
    text,
    update,
)

from softlabel_core.phrase import Refusal

VERSION = 3

STEPS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE jobs ADD COLUMN progress FLOAT NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN curves TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE jobs ADD COLUMN wanted FLOAT NOT NULL DEFAULT 0",
    ),
    2: (
        "CREATE TABLE rooms (code VARCHAR(6) NOT NULL PRIMARY KEY, secret VARCHAR(32) NOT NULL, "
        "language VARCHAR(8) NOT NULL, stage VARCHAR(16) NOT NULL, activity INTEGER NOT NULL, "
        "step VARCHAR(64) NOT NULL, axis VARCHAR(8) NOT NULL, version INTEGER NOT NULL, "
        "beat INTEGER NOT NULL, locked BOOLEAN NOT NULL, moved FLOAT NOT NULL, expires FLOAT NOT NULL)",
        "CREATE TABLE phones (room VARCHAR(6) NOT NULL, phone VARCHAR(32) NOT NULL, seen FLOAT NOT NULL, "
        "PRIMARY KEY (room, phone))",
        "CREATE TABLE votes (room VARCHAR(6) NOT NULL, activity INTEGER NOT NULL, "
        "phone VARCHAR(32) NOT NULL, step VARCHAR(64) NOT NULL, value INTEGER NOT NULL, "
        "PRIMARY KEY (room, activity, phone))",
        "CREATE TABLE designs (room VARCHAR(6) NOT NULL, activity INTEGER NOT NULL, "
        "phone VARCHAR(32) NOT NULL, number INTEGER NOT NULL, design VARCHAR(64) NOT NULL, "
        "outcome VARCHAR(16) NOT NULL, PRIMARY KEY (room, activity, phone, number))",
        "CREATE INDEX ix_designs_outcome ON designs (outcome)",
        "CREATE TABLE outcomes (name VARCHAR(16) NOT NULL PRIMARY KEY, experiment TEXT NOT NULL, "
        "state VARCHAR(8) NOT NULL, turn INTEGER NOT NULL, asked FLOAT NOT NULL, owner VARCHAR(32), "
        "until FLOAT NOT NULL, tries INTEGER NOT NULL, numbers TEXT NOT NULL)",
    ),
}
"""Version -> the statements that make the next one of it, in both dialects."""

LOCK = 7_305_137_702
"""PostgreSQL's advisory lock of whoever makes or changes tables."""

metadata = MetaData()

about = Table(
    "about", metadata, Column("name", String(16), primary_key=True), Column("value", Integer, nullable=False)
)
"""What is said of the store as a whole: its `version`."""

jobs = Table(
    "jobs",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("experiment", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("visitor", String(16), nullable=False),
    Column("since", Float, nullable=False, index=True),
    Column("state", String(8), nullable=False),
    Column("begun", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("owner", String(32)),
    Column("until", Float, nullable=False),
    Column("progress", Float, nullable=False, server_default="0"),
    Column("curves", Text, nullable=False, server_default=""),
    Column("wanted", Float, nullable=False, server_default="0"),
)
"""A row a run that was promised and is not done (`promises.Promise`); `owner` holds it `until` then. How far
it is and what it has learned so far is told while another process wants to know (`elsewhere`)."""

results = Table(
    "results",
    metadata,
    Column("share", String(32), primary_key=True),
    Column("key", String(64), nullable=False, index=True),
    Column("stamp", Text, nullable=False),
    Column("made", Float, nullable=False, index=True),
    Column("machine", String(200), nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("bad", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
"""A row a finished run: its JSON, compressed, `size` bytes with the SHA-256 `digest`. `bad` ones are kept
apart, for somebody to look at."""


rooms = Table(
    "rooms",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("secret", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("activity", Integer, nullable=False),
    Column("step", String(64), nullable=False),
    Column("axis", String(8), nullable=False),
    Column("version", Integer, nullable=False),
    Column("beat", Integer, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("moved", Float, nullable=False),
    Column("expires", Float, nullable=False),
)
"""A row a hall that is open (`hall.rooms`). `secret` is a hash. `version` counts moves of the presenter,
`beat` whatever else has changed of the room."""

phones = Table(
    "phones",
    metadata,
    Column("room", String(6), primary_key=True),
    Column("phone", String(32), primary_key=True),
    Column("seen", Float, nullable=False),
)
"""A row a seat; of a phone only a hash is kept, another in every room."""

votes = Table(
    "votes",
    metadata,
    Column("room", String(6), primary_key=True),
    Column("activity", Integer, primary_key=True, autoincrement=False),
    Column("phone", String(32), primary_key=True),
    Column("step", String(64), nullable=False),
    Column("value", Integer, nullable=False),
)
"""A row an answer to the question of a lesson's `step`."""

designs = Table(
    "designs",
    metadata,
    Column("room", String(6), primary_key=True),
    Column("activity", Integer, primary_key=True, autoincrement=False),
    Column("phone", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("design", String(64), nullable=False),
    Column("outcome", String(16), nullable=False, index=True),
)
"""A row a design of a phone, and the name of its outcome."""

outcomes = Table(
    "outcomes",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("experiment", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("asked", Float, nullable=False),
    Column("owner", String(32)),
    Column("until", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("numbers", Text, nullable=False),
)
"""A row an experiment that a hall asked for, whoever designed it: what it came to, or who trains it (`owner`,
`until` then). It says nothing of phones, and stays when a room ends."""


class Newer(Refusal):
    """The store was written by a later version of this program."""


def prepare(connection: Connection) -> None:
    """Make the tables, or bring those of an earlier version to this one; raises `Newer`. In a transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    if not inspect(connection).has_table(about.name):
        metadata.create_all(connection)
        connection.execute(about.insert().values(name="version", value=VERSION))
        return
    found = version(connection)
    if found > VERSION:
        raise Newer(
            "store: allowed: version {most} of its tables or earlier; got {found}. It was written by a later "
            "version of this program: update, or choose another store.",
            most=VERSION,
            found=found,
        )
    for step in range(found, VERSION):
        for statement in STEPS[step]:
            connection.execute(text(statement))
    connection.execute(update(about).where(about.c.name == "version").values(value=VERSION))


def version(connection: Connection) -> int:
    """The version of the tables as they stand."""
    return connection.execute(select(about.c.value).where(about.c.name == "version")).scalar_one()
