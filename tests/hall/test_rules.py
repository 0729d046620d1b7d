"""Codes, stages and limits."""

import itertools
import time

import pytest

from softlabel_core.hall import rules
from softlabel_core.hall.rules import ALPHABET, BACK, ENDED, GRACE, LENGTH, MOVES, Bucket

WRITTEN = """
lobby: vote.open law.open
vote.open: vote.shown lobby
vote.shown: vote.open vote.revealed
vote.revealed: vote.open law.open lobby
law.open: law.shut lobby
law.shut: law.open vote.open lobby
"""
"""The stages as the page of the presenter has them."""

ALLOWED = {
    (stage, to)
    for line in WRITTEN.strip().splitlines()
    for stage, _, rest in [line.partition(": ")]
    for to in rest.split()
}
STAGES = [*MOVES, ENDED]


@pytest.mark.parametrize(("stage", "to"), [*itertools.product(STAGES, STAGES)])
def test_only_written_moves_are_allowed(stage, to):
    ends = to == ENDED and stage != ENDED
    assert rules.may_move(stage, to) == (ends or (stage, to) in ALLOWED)


def test_the_truth_is_revealed_only_after_the_guesses_were_shown():
    assert [stage for stage in MOVES if rules.may_move(stage, "vote.revealed")] == ["vote.shown"]


@pytest.mark.parametrize(("stage", "to"), sorted(ALLOWED))
def test_answers_are_kept_only_where_the_same_is_opened_again(stage, to):
    opens = to in ("vote.open", "law.open")
    assert rules.begins_anew(stage, to) == (opens and (stage, to) not in BACK)


@pytest.mark.parametrize(
    ("stage", "since", "counts"),
    [
        ("vote.open", 1000.0, True),
        ("vote.shown", 0.0, True),
        ("vote.shown", GRACE, True),
        ("vote.shown", GRACE + 0.01, False),
        ("vote.revealed", 0.0, False),
        ("lobby", 0.0, False),
        ("law.open", 0.0, False),
    ],
)
def test_a_vote_that_is_a_moment_late_counts(stage, since, counts):
    assert rules.takes_votes(stage, 50.0, 50.0 + since) is counts


def test_codes_are_six_of_the_alphabet_and_never_the_same():
    codes = {rules.new_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(len(one) == LENGTH and set(one) <= set(ALPHABET) for one in codes)
    assert not set(ALPHABET) & set("AEIOU0158L34S")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("BCDFGH", "BCDFGH"),
        ("bcd fgh", "BCDFGH"),
        (" bcd-FGH ", "BCDFGH"),
        ("BCDFG", None),
        ("BCDFGHJ", None),
        ("BCDFGA", None),
        ("BCDFG0", None),
        ("ＢＣＤＦＧＨ", None),
        ("<script>", None),
        ("", None),
        ("BCDFGH" + " " * 1000 + "J", "BCDFGH"),
    ],
)
def test_a_code_as_it_is_typed(typed, code):
    assert rules.read_code(typed) == code


def test_what_is_stored_of_a_token_differs_by_room_and_is_not_the_token():
    token = rules.new_token()
    one, other = rules.digest("BCDFGH", token), rules.digest("BCDFGJ", token)
    assert one != other
    assert token not in one
    assert one == rules.digest("BCDFGH", token)
    assert len({rules.new_token() for _ in range(1000)}) == 1000


def test_a_bucket_lets_so_many_through_at_once_and_so_many_a_second(monkeypatch):
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    bucket = Bucket(2.0, 5.0)
    assert [bucket.take() for _ in range(7)] == [True] * 5 + [False] * 2
    now += 1.0
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    now += 1000.0
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
