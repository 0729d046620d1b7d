"""Acts on a store, each a transaction of its own."""

from softlabel_core.hall import rooms


def write(database, act, *args, **kwargs):
    with database.write() as connection:
        return act(connection, *args, **kwargs)


def read(database, act, *args):
    with database.read() as connection:
        return act(connection, *args)


def move(database, code, *stages, step="rule.line"):
    for to in stages:
        version = read(database, rooms.read, code).version
        assert write(database, rooms.move, code, version, to, step) is None
