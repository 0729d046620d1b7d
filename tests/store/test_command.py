"""`softlabel store` as its users meet it."""

from collections.abc import Callable, Iterator

import pytest

from softlabel_core.__main__ import main
from softlabel_core.store import results, schema
from softlabel_core.store.database import Database, url


@pytest.fixture
def there(address, monkeypatch) -> str:
    """The store that the environment names."""
    if address.startswith("sqlite"):
        monkeypatch.setenv(
            "SOFTLABEL_STATE", address.removeprefix("sqlite:///").removesuffix("/softlabel.sqlite")
        )
    else:
        monkeypatch.setenv("DATABASE_URL", address)
    return address


@pytest.fixture
def filled(there, result) -> Iterator[Callable[[int], tuple[Database, list]]]:
    """Fills it with so many results."""
    database = Database()

    def fill(count=3):
        with database.write() as connection:
            return database, [results.save(connection, result) for _ in range(count)]

    yield fill
    database.close()


def damage(database, share):
    with database.write() as connection:
        which = schema.results.c.share == share
        connection.execute(schema.results.update().where(which).values(content=b"damaged"))


def test_info_says_where_and_how_much(there, filled, result, capsys):
    filled()
    assert main(["store", "info"]) == 0
    said = capsys.readouterr().out
    assert "3 results" in said
    assert "runs: 0 waiting, 0 running, 0 failed" in said
    assert ("softlabel.sqlite" if there.startswith("sqlite") else "postgresql") in said


def test_check_names_what_is_damaged(there, filled, result, capsys):
    database, kept = filled()
    assert main(["store", "check"]) == 0
    damage(database, kept[1].share)
    assert main(["store", "check"]) == 1
    assert kept[1].share in capsys.readouterr().out
    assert main(["store", "info"]) == 0
    assert "1 of them damaged" in capsys.readouterr().out


def test_a_backup_is_a_whole_store(there, filled, result, capsys, tmp_path):
    _, kept = filled()
    file = tmp_path / "copy.sqlite"
    if not there.startswith("sqlite"):
        assert main(["store", "backup", str(file)]) == 2
        assert "use pg_dump" in capsys.readouterr().err
        return
    assert main(["store", "backup", str(file)]) == 0
    copy = Database(url(f"sqlite:///{file}"))
    assert all(results.shared(copy, one.share).result == result for one in kept)
    copy.close()
    assert main(["store", "backup", str(file)]) == 2
    assert main(["store", "backup", str(tmp_path / "none" / "copy.sqlite")]) == 2


def test_vacuum_forgets_and_gives_the_disk_back(there, filled, result, capsys, monkeypatch):
    database, _ = filled(300)
    database.close()
    before = database.file.stat().st_size if database.is_file else 0
    monkeypatch.setenv("SOFTLABEL_KEEP_DAYS", "1e-9")
    assert main(["store", "vacuum"]) == 0
    assert "300 results forgotten, 0 kept" in capsys.readouterr().out
    assert not database.is_file or database.file.stat().st_size < before / 5


def test_without_a_store_there_is_a_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SOFTLABEL_STATE", str(tmp_path))
    assert main(["store", "info"]) == 2
    assert capsys.readouterr().err.startswith("softlabel: store: there is none yet at ")
    (tmp_path / "softlabel.sqlite").write_text("something else " * 100)
    assert main(["store", "check"]) == 2
    assert "cannot be reached" in capsys.readouterr().err


@pytest.mark.parametrize(
    "address", ["mysql://a/b", "postgresql://host", "no address", "postgresql://u:p@h:x/n"]
)
def test_another_address_is_refused_without_its_password(address, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", address)
    assert main(["store", "info"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("softlabel: DATABASE_URL: allowed: postgresql://")
    assert address not in said


def test_a_store_of_a_later_version_is_refused_with_a_sentence(there, filled, result, capsys):
    database, _ = filled()
    with database.write() as connection:
        connection.execute(schema.about.update().values(value=schema.VERSION + 1))
    database.close()
    assert main(["store", "info"]) == 2
    assert "later version of this program" in capsys.readouterr().err


def test_the_file_is_one_that_survives_a_power_cut(database):
    if database.is_file:
        with database.write() as connection:
            found = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "busy_timeout")
            ]
        assert found == ["wal", 2, 10_000]
        assert database.file.parent.stat().st_mode & 0o077 == 0
