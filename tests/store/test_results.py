"""Results in the store: whole or not at all, found by key and by id, set apart where damaged, forgotten."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, update

from softlabel_core import Result
from softlabel_core.experiment import science
from softlabel_core.store import results, schema
from softlabel_core.store.database import Database, Unavailable, url
from tests.store.writer import killed

ROOT = Path(__file__).parents[2]
DAY = results.DAY


def saved(database, result, times=1):
    with database.write() as connection:
        return [results.save(connection, result) for _ in range(times)]


def change(database, share, **values):
    with database.write() as connection:
        connection.execute(update(schema.results).where(schema.results.c.share == share).values(**values))


def column(database, name):
    with database.read() as connection:
        return connection.execute(select(schema.results.c[name])).scalars().all()


def test_what_was_saved_is_found_by_its_key_and_by_its_id(database, result):
    (kept,) = saved(database, result)
    by_key, by_id = results.answering(database, result.key), results.shared(database, kept.share)
    assert by_key.result == by_id.result == result
    assert by_key.saved == by_id.saved == kept
    assert not by_key.stale
    assert "cores" in kept.origin
    assert results.answering(database, "0" * 16) is None


def test_an_id_has_128_bits_and_none_is_given_twice(database, result):
    kept = saved(database, result, 50)
    assert len({one.share for one in kept}) == 50
    assert all(results.SHARE.fullmatch(one.share) for one in kept)


HOSTILE = [
    "",
    "x",
    "' OR 1=1 --",
    "%" * 22,
    "_" * 22,
    "a" * 21,
    "a" * 23,
    "a" * 21 + "\n",
    "a" * 21 + "\x00",
    "é" * 22,
    "../../../etc/passwd",
    "a" * 100_000,
]


@pytest.mark.parametrize("share", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_id_opens_nothing(share, database, result):
    saved(database, result)
    assert results.shared(database, share) is None
    assert results.answering(database, share.replace("\x00", "")) is None


def test_guesses_open_nothing(database, result):
    (kept,) = saved(database, result)
    draw = np.random.default_rng(0)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    guesses = ["".join(draw.choice([*letters], 22)) for _ in range(300)]
    near = [kept.share[:i] + ("A" if kept.share[i] != "A" else "B") + kept.share[i + 1 :] for i in range(22)]
    assert not any(results.shared(database, guess) for guess in [*guesses, *near, kept.share.swapcase()])


def test_a_result_whose_science_has_changed_answers_no_new_run_and_still_opens(database, result, monkeypatch):
    (kept,) = saved(database, result)
    now = science.numbers()
    monkeypatch.setattr(science, "numbers", lambda: {**now, "engine": now["engine"] + 1})
    assert results.answering(database, result.key) is None
    assert results.shared(database, kept.share).stale


def test_the_latest_answers(database, result):
    first, second = saved(database, result, 2)
    change(database, first.share, made=second.made - 10)
    assert results.answering(database, result.key).saved.share == second.share
    change(database, first.share, made=second.made + 10)
    assert results.answering(database, result.key).saved.share == first.share


def test_bits_that_flipped_in_20_rows_are_reported_and_the_rest_is_served(database, result, caplog):
    kept, draw = saved(database, result, 60), np.random.default_rng(1)
    bad = {one.share for one in draw.choice(kept, 20, replace=False)}
    with database.read() as connection:
        rows = connection.execute(select(schema.results.c.share, schema.results.c.content)).all()
    for share, content in rows:
        if share in bad:
            flipped = bytearray(content)
            flipped[draw.integers(len(flipped))] ^= 1 << draw.integers(8)
            change(database, share, content=bytes(flipped))
    opened = {one.share: results.shared(database, one.share) for one in kept}
    assert {share for share, found in opened.items() if found is None} == bad
    assert all(found.result == result for found in opened.values() if found)
    assert caplog.text.count("set apart") == 20
    assert results.counts(database) | {"bytes": 0, "oldest": 0, "latest": 0} == {
        "results": 60,
        "bad": 20,
        "bytes": 0,
        "oldest": 0,
        "latest": 0,
        "jobs": {},
    }
    assert {share for share, _ in results.check(database)} == bad
    assert results.answering(database, result.key).saved.share not in bad


def test_a_result_that_this_version_cannot_read_is_no_answer_and_no_damage(database, result, monkeypatch):
    (kept,) = saved(database, result)
    monkeypatch.setattr(Result, "read", lambda _: Result.model_validate({}))
    assert results.shared(database, kept.share) is None
    assert [*results.check(database)] == []


def test_old_results_go_then_the_oldest_beyond_the_size(database, result, monkeypatch):
    kept = saved(database, result, 10)
    for age, one in enumerate(kept):
        change(database, one.share, made=one.made - age * DAY)
    monkeypatch.setenv("SOFTLABEL_KEEP_DAYS", "6.5")
    with database.write() as connection:
        assert results.tidy(connection) == 3
    assert set(column(database, "share")) == {one.share for one in kept[:7]}
    monkeypatch.setenv("SOFTLABEL_KEEP_MB", str(4.5e-6 * column(database, "size")[0]))
    with database.write() as connection:
        assert results.tidy(connection) == 3
    assert set(column(database, "share")) == {one.share for one in kept[:4]}
    with database.write() as connection:
        assert results.tidy(connection) == 0


@pytest.mark.slow
def test_eight_writers_are_killed_and_what_they_acknowledged_is_readable(address, database, result, tmp_path):
    """25 kills; another writer comes for each."""
    saved(database, result)
    told, kills = killed(address, tmp_path / "result.json", result, 25)
    assert kills == 25
    for share in told:
        assert results.shared(database, share).result == result
    assert [*results.check(database)] == []


def test_a_store_that_cannot_be_reached_says_why(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="file"):
        saved(Database(url(f"sqlite:///{tmp_path}/file/store.sqlite")), None)
    (tmp_path / "store.sqlite").write_text("no database " * 100)
    with pytest.raises(Unavailable, match="not a database"):
        saved(Database(url(f"sqlite:///{tmp_path}/store.sqlite")), None)
