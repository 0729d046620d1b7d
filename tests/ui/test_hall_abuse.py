"""What strangers try: each is answered with an error that says no more than it must, and changes nothing."""

import json
import time

import pytest

from softlabel_core.hall import rules
from tests.ui.halls import LINE, Phone, Room
from tests.ui.strangers import HOST, Browser
from ui.hall import house as houses
from ui.hall import network, phones, wire

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)

TOKEN = "t0ken" * 4 + "22"
"""As long as the real ones, and of the same letters."""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(wire, "DELAY", 0.0)


def begin(room: Room, stage: str) -> Phone:
    """A phone in a room at that stage."""
    found = room.phone()
    room.move(stage)
    return found


# Votes


@pytest.mark.parametrize(
    "body",
    [
        {"activity": 1, "x": 101},
        {"activity": 1, "x": -1},
        {"activity": 1, "x": 10**30},
        {"activity": 1, "x": "5"},
        {"activity": 1, "x": 5.5},
        {"activity": 1, "x": 5.0},
        {"activity": 1, "x": True},
        {"activity": 1, "x": None},
        {"activity": 1, "x": [5]},
        {"activity": 1, "x": {"$gt": 0}},
        {"activity": 1},
        {"activity": "1", "x": 5},
        {"activity": 1.0, "x": 5},
        {"activity": True, "x": 5},
        {"x": 5},
        {},
        [],
        [1, 5],
        "5",
        5,
        None,
        b"",
        b"{",
        b'{"activity": 1, "x": 5',
        b"activity=1&x=5",
        b"\xff\xfe{}",
        b'{"activity": 1, "x": NaN}',
        b"[" * 1500,
    ],
)
def test_what_is_no_vote_is_refused(room, body):
    phone = begin(room, "vote.open")
    assert phone.post(f"{room.at}/vote", body).error == (400, "bad")
    assert room.state()["count"] == 0


@pytest.mark.parametrize("activity", [0, 2, -1, 10**9])
def test_a_vote_of_another_question_is_closed(room, activity):
    assert begin(room, "vote.open").vote(5, activity).error == (409, "closed")
    assert room.state()["count"] == 0


@pytest.mark.parametrize("stages", [(), ("vote.open", "vote.shown", "vote.revealed"), ("law.open",)])
def test_a_vote_at_another_stage_is_closed(room, stages):
    phone = room.phone()
    room.move(*stages)
    assert phone.vote(5).error == (409, "closed")


def test_a_vote_for_a_choice_that_there_is_not(room):
    phone = room.phone()
    assert room.press(to="vote.open", step="losses.raw").status == 200
    assert [phone.vote(x).status for x in (0, 2, 3, -1)] == [200, 200, 400, 400]


# Designs


@pytest.mark.parametrize(
    "changed",
    [
        {"recipe": "nope"},
        {"recipe": ["demotion"]},
        {"recipe": "one-hot"},
        {"a": 0},
        {"a": 99},
        {"a": 3.5},
        {"a": "3"},
        {"b": 3},
        {"k": 6},
        {"k": -1},
        {"number": 5},
        {"number": -1},
        {"number": "0"},
        {"number": None},
        {"activity": "1"},
        {"activity": None},
    ],
)
def test_what_is_no_design_is_refused(room, changed):
    phone = begin(room, "law.open")
    assert phone.design(**changed).error == (400, "bad")
    assert room.state()["count"] == 0


def test_a_sixth_design_is_refused(room, monkeypatch):
    monkeypatch.setattr(phones, "_asks", lambda _: rules.Bucket(9, 9))
    phone = begin(room, "law.open")
    assert [phone.design(number=n, a=1 + n).status for n in range(6)] == [200] * 5 + [400]
    assert phone.state()["left"] == 0


def test_a_number_is_taken_once(room):
    phone = begin(room, "law.open")
    assert [phone.design().status, phone.design().status] == [200, 200]  # the answer was lost on the way
    assert phone.design(a=4).error == (409, "taken")
    assert phone.design(number=3).error == (409, "closed")
    assert room.state()["count"] == 1


# Who is who


@pytest.mark.parametrize("cookie", [None, "", "x", "x" * 22, TOKEN, "x" * 5000, "'; DROP TABLE rooms; --"])
def test_who_has_no_seat_cannot_answer(room, cookie):
    room.move("vote.open")
    phone = Phone(room.app, room.at)
    if cookie is not None:
        phone.cookies[f"hall-{room.code}"] = cookie
    assert phone.vote(5).error == (403, "no-seat")
    assert phone.get(f"{room.at}/state").error == (403, "no-seat")
    assert phone.get(f"{room.at}/events").error == (403, "no-seat")
    assert room.state()["count"] == 0


@pytest.mark.parametrize("cookie", [None, "", "x", "x" * 22, TOKEN, "x" * 5000])
@pytest.mark.parametrize(
    "path", ["state", "events", "steps", "results.csv", "qr.svg?to=http://a/hall/BBBBBB"]
)
def test_who_has_no_secret_is_no_presenter(room, cookie, path):
    stranger = Browser(room.app)
    if cookie is not None:
        stranger.cookies[f"present-{room.code}"] = cookie
    assert stranger.get(f"{room.at}/present/{path}").error == (403, "no-entry")


@pytest.mark.parametrize("secret", ["guess", "", None, 5, ["x"], {}, "x" * 1500, "\ud800", TOKEN])
def test_a_wrong_secret_opens_nothing(room, secret):
    stranger = Browser(room.app)
    assert stranger.post(f"{room.at}/present/enter", {"secret": secret}).error == (403, "no-entry")
    assert stranger.cookies == {}
    assert stranger.post(f"{room.at}/present/move", {"v": 0, "to": "ended"}).error == (403, "no-entry")


def test_whoever_guesses_a_secret_waits(room, monkeypatch):
    monkeypatch.setattr(wire, "DELAY", 0.2)
    begun = time.monotonic()
    assert Browser(room.app).post(f"{room.at}/present/enter", {"secret": "x"}).status == 403
    assert time.monotonic() - begun >= 0.2


def test_a_phone_s_cookie_is_no_presenter_s(room):
    phone = room.phone()
    phone.cookies[f"present-{room.code}"] = phone.cookies[f"hall-{room.code}"]
    assert phone.get(f"{room.at}/present/state").error == (403, "no-entry")
    room.boss.cookies[f"hall-{room.code}"] = room.secret
    assert room.boss.get(f"{room.at}/state").error == (403, "no-seat")


def test_a_cookie_of_a_room_that_ended_is_worth_nothing(room, hall):
    phone = room.phone()
    room.move("ended")
    other = Room(hall)
    phone.cookies[f"hall-{other.code}"] = phone.cookies[f"hall-{room.code}"]
    assert phone.get(f"{other.at}/state").error == (403, "no-seat")
    assert phone.get(f"{room.at}/state").error == (404, "no-room")


def test_cookies_are_for_this_site_and_no_script(room):
    phone = Phone(room.app, room.at)
    for answer, kind in (
        (phone.join(), "hall"),
        (room.boss.post(f"{room.at}/present/enter", {"secret": room.secret}), "present"),
    ):
        parts = answer.headers["set-cookie"].split("; ")
        assert parts[0].startswith(f"{kind}-{room.code}=")
        assert {"HttpOnly", "SameSite=strict", "Path=/hall"} <= set(parts)
        assert "Secure" not in parts
    answer = Phone(room.app, room.at).post(f"{room.at}/join", {}, x_forwarded_proto="https")
    assert "Secure" in answer.headers["set-cookie"].split("; ")


def test_the_store_has_no_token(room, tmp_path):
    phone = room.phone()
    room.move("vote.open")
    phone.vote(5)
    tokens = [room.secret, phone.cookies[f"hall-{room.code}"]]
    files = [path.read_bytes() for path in tmp_path.rglob("softlabel.sqlite*")]
    assert files
    assert room.code.encode() in b"".join(files)
    assert all(token.encode() not in content for token in tokens for content in files)


# Other sites, other bodies


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": f"http://{HOST}.evil.test"},
        {"origin": f"http://{HOST}:81"},
        {"origin": ""},
    ],
)
def test_other_sites_are_refused(room, headers):
    phone = begin(room, "vote.open")
    assert phone.vote(5, **headers).error == (403, "foreign")
    assert phone.post(f"{room.at}/join", {}, **headers).error == (403, "foreign")
    move = room.boss.post(f"{room.at}/present/move", {"v": 1, "to": "ended"}, **headers)
    assert move.error == (403, "foreign")
    assert room.state()["count"] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin", "origin": f"http://{HOST}"},
        {"origin": f"https://{HOST}"},
        {"origin": "https://lab.example", "x_forwarded_host": "lab.example"},
        {},
    ],
)
def test_this_site_is_not(room, headers):
    assert begin(room, "vote.open").vote(5, **headers).status == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_what_a_form_could_send_is_refused(room, kind):
    phone = begin(room, "vote.open")
    assert phone.vote(5, content_type=kind).error == (400, "bad")
    assert phone.vote(5, content_type="application/json; charset=utf-8").status == 200


@pytest.mark.parametrize("length", ["5", "0", None])
def test_a_large_body_is_refused_whatever_it_says_of_its_length(room, length):
    phone = begin(room, "vote.open")
    said = {} if length is None else {"content_length": length}
    body = json.dumps({"activity": 1, "x": 5, "more": "a" * wire.MOST}).encode()
    assert phone.post(f"{room.at}/vote", body, **said).error == (413, "large")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "GET"])
def test_other_methods_are_refused(room, method):
    assert Phone(room.app, room.at).send(method, f"{room.at}/vote", b"{}", {}).status in (404, 405)


# Rooms that there are not


@pytest.mark.parametrize(
    "code",
    [
        "BBBBBB",
        "bbb-bbb",
        "BBBBB",
        "BBBBBBB",
        "AAAAAA",
        "<script>",
        "..",
        "%00",
        "' OR 1=1 --",
        "房间号码六个",
    ],
)
def test_there_is_no_such_room(room, code):
    stranger = Browser(room.app)
    for path in ("state", "events", "present/state", "present/steps"):
        assert stranger.get(f"/hall/{code}/{path}").error == (404, "no-room")
    assert stranger.post(f"/hall/{code}/join", {}).error == (404, "no-room")
    assert stranger.post(f"/hall/{code}/present/enter", {"secret": room.secret}).error == (404, "no-room")


@pytest.mark.parametrize("path", ["/hall/BBBBBB/nope", "/hall/a/b/c/d", "/hall/BBBBBB/present/nope"])
def test_other_paths_are_no_pages(room, path):
    assert Browser(room.app).get(path).error == (404, "no-room")


def test_a_code_as_it_is_typed_leads_in(room):
    typed = f"{room.code[:3].lower()}-{room.code[3:]}"
    assert Phone(room.app, f"/hall/{typed}").join().status == 200
    assert room.state()["joined"] == 1


def test_whoever_tries_many_codes_waits_and_costs_the_store_nothing(room, monkeypatch):
    looks = []
    monkeypatch.setattr(wire, "_guesses", rules.Bucket(0.0, 3.0))
    monkeypatch.setattr(wire, "fresh", lambda: looks.append(1) or done())

    async def done() -> None:
        pass

    stranger = Browser(room.app)
    for _ in range(5):
        assert stranger.get(f"/hall/{rules.new_code()}/state").status == 404
    assert len(looks) == 3
    monkeypatch.setattr(wire, "DELAY", 0.2)
    begun = time.monotonic()
    assert stranger.get("/hall/BBBBBB/state").status == 404
    assert time.monotonic() - begun >= 0.2
    assert room.phone().state()["stage"] == "lobby"  # those who have the code do not wait


# Too much


def test_a_phone_may_write_so_often(room):
    phone = begin(room, "vote.open")
    found = [phone.vote(x) for x in range(20)]
    statuses = [one.status for one in found]
    assert statuses[:8] == [200] * 8
    assert 429 in statuses
    slow = found[statuses.index(429)]
    assert slow.error == (429, "slow")
    assert slow.headers["retry-after"] == "2"
    assert room.phone().vote(5).status == 200  # another is not held up


def test_seats_come_at_a_pace(room, monkeypatch):
    bucket = rules.Bucket(0.0, 3.0)
    monkeypatch.setattr(phones, "_joins", lambda _: bucket)
    found = [Phone(room.app, room.at) for _ in range(5)]
    assert [one.join().status for one in found] == [200, 200, 200, 429, 429]
    assert found[0].join().status == 200  # whoever is in comes back at once


def test_a_room_is_full(room, monkeypatch):
    monkeypatch.setattr(rules, "SEATS", 2)
    found = [Phone(room.app, room.at) for _ in range(3)]
    assert [one.join().status for one in found] == [200, 200, 403]
    assert found[2].join().error == (403, "full")
    assert found[0].join().status == 200


def test_there_are_only_so_many_rooms(room, monkeypatch):
    monkeypatch.setattr(rules, "ROOMS", 1)
    assert houses.house().open("en") is None


# The presenter's own mistakes


def test_the_second_of_two_presses_is_stale(room):
    version = room.state()["v"]
    press = {"v": version, "to": "vote.open", "step": LINE}
    assert room.boss.post(f"{room.at}/present/move", press).status == 200
    for again in (
        press,
        {"v": version, "to": "ended"},
        {"v": version, "locked": True},
        {"v": 99, "axis": "total"},
    ):
        assert room.boss.post(f"{room.at}/present/move", again).error == (409, "stale")
    assert room.state()["stage"] == "vote.open"


@pytest.mark.parametrize(
    "press",
    [
        {"to": "vote.open"},
        {"to": "vote.open", "step": "x"},
        {"to": "vote.open", "step": 5},
        {"to": "vote.open", "step": ["rule.line"]},
        {"to": "nowhere"},
        {"to": 5},
        {"to": ["vote.open"]},
        {"axis": "left"},
        {"axis": 1},
        {"axis": ["right"]},
        {"locked": 1},
        {"locked": "yes"},
        {"to": "law.open", "locked": True},
        {"v": "0", "to": "law.open"},
        {"v": True, "to": "law.open"},
        {"v": None, "to": "law.open"},
        {},
    ],
)
def test_what_is_no_move_is_refused(room, press):
    assert room.press(**press).error == (400, "bad")
    assert room.state()["v"] == 0


@pytest.mark.parametrize("to", ["vote.shown", "vote.revealed", "law.shut", "lobby"])
def test_a_move_from_the_wrong_stage_is_stale(room, to):
    assert room.press(to=to).error == (409, "stale")


def test_an_axis_is_the_law_s(room):
    assert room.press(axis="total").error == (409, "stale")


@pytest.mark.parametrize(
    "to",
    [
        "",
        "javascript:alert(1)",
        "https://evil.test/",
        "ftp://a/hall/{code}",
        "https://a/hall/BBBBBB",
        "https://a/hall/{code}/present",
        "https://a/hall/{code}#x",
        'https://a"/hall/{code}',
        "https://a/" + "a" * network.LONGEST + "/hall/{code}",
        "https://ä/hall/{code}",
    ],
)
def test_a_code_leads_to_the_room_and_nowhere_else(room, to):
    answer = room.boss.get(f"{room.at}/present/qr.svg?to={to.format(code=room.code)}".replace("#", "%23"))
    assert answer.error == (400, "bad")


@pytest.mark.parametrize(
    "to",
    [
        "http://192.168.1.5:8501/hall/{code}",
        "https://lab.example/a/b/hall/{code}",
        "http://[fe80::1]:8501/hall/{code}",
    ],
)
def test_a_code_of_the_room_is_a_picture(room, to):
    answer = room.boss.get(f"{room.at}/present/qr.svg?to={to.format(code=room.code)}")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.body.startswith(b"<svg")
