"""What browsers send is bounded for each visitor and given back when the visitor has gone."""

import asyncio
import time
import weakref
from itertools import count
from pathlib import Path

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from softlabel_core.reading.labels import write
from softlabel_core.service import uploads as service
from softlabel_core.service.uploads import Upload
from tests.waiting import PATIENCE, wait_until
from ui import jobs, uploads
from ui.uploads import KEY, Own
from ui.web import files
from ui.words.i18n import say

pytestmark = pytest.mark.usefixtures("worker")

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = Upload("mine.npz", write(service.example(), ".npz"))


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(files, "_manager", lambda: manager)
    monkeypatch.setattr(files.runtime, "exists", lambda: True)
    return manager


def send(manager: MemoryUploadedFileManager, session: str, name: str, size: int) -> None:
    """A file as the server takes it in, behind the middleware."""

    async def app(scope: dict, receive: object, send: object) -> None:
        manager.add_file(session, UploadedFileRec(name, name, "text/csv", bytes(size)))

    path = f"/lab/_stcore/upload_file/{session}/{name}"
    asyncio.run(files.Capped(app)({"type": "http", "method": "PUT", "path": path}, None, None))


def kept(manager: MemoryUploadedFileManager, session: str) -> list[str]:
    return list(manager.file_storage[session])


def test_sixty_files_of_one_visitor_take_the_room_of_few(manager: MemoryUploadedFileManager) -> None:
    send(manager, "other", "theirs", 4 * 2**20)
    for number in range(60):
        send(manager, "greedy", str(number), 4 * 2**20)
    assert kept(manager, "greedy") == ["57", "58", "59"]
    assert kept(manager, "other") == ["theirs"]


def test_the_latest_file_is_kept_whatever_its_size(manager: MemoryUploadedFileManager) -> None:
    send(manager, "one", "small", 1)
    send(manager, "one", "large", files.MOST + 1)
    assert kept(manager, "one") == ["large"]


def test_other_requests_pass(manager: MemoryUploadedFileManager) -> None:
    asked = []

    async def app(scope: dict, receive: object, send: object) -> None:
        asked.append(scope["type"])

    for scope in (
        {"type": "websocket"},
        {"type": "lifespan"},
        {"type": "http", "method": "PUT", "path": "/"},
    ):
        asyncio.run(files.Capped(app)(scope, None, None))
    assert asked == ["websocket", "lifespan", "http"]


def test_files_of_a_session_that_is_gone_are_given_back(manager: MemoryUploadedFileManager) -> None:
    for session in ("here", "gone", "back"):
        send(manager, session, "file", 1)
    since = files.forgotten(manager, {"here"}.__contains__, {}, 0.0)
    since = files.forgotten(manager, {"here", "back"}.__contains__, since, files.GONE - 1)
    assert {*manager.file_storage} == {"here", "gone", "back"}
    since = files.forgotten(manager, {"here"}.__contains__, since, files.GONE)
    assert {*manager.file_storage} == {"here", "back"}


def test_the_server_looks_for_them_and_goes_on_when_that_fails(
    manager: MemoryUploadedFileManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BEAT", 0.001)
    monkeypatch.setattr(files, "GONE", 0.0)
    monkeypatch.setattr(files.runtime, "get_instance", lambda: type("", (), {"is_active_session": bool})())
    looks = count()

    async def served() -> None:
        async with files.given_back(lambda: next(looks) or 1 / 0):
            send_later = UploadedFileRec("name", "name", "text/csv", b"1")
            manager.add_file("", send_later)
            while manager.file_storage or next(looks) < 3:
                await asyncio.sleep(0.001)

    asyncio.run(asyncio.wait_for(served(), PATIENCE))


def labels(mine: Own) -> AppTest:
    app = AppTest.from_file(ROOT / "pages" / "labels.py", default_timeout=PATIENCE)
    app.session_state[KEY] = mine
    return app


def test_a_file_that_nobody_looks_at_is_given_back_and_its_numbers_stay() -> None:
    mine = Own(EXAMPLE)
    app = labels(mine).run()
    wait_until(lambda: not jobs.every()._alive)
    shown = app.run().metric[0].value
    uploads.give_back()
    assert mine.upload == EXAMPLE
    mine.seen = time.monotonic() - uploads.IDLE - 1
    uploads.give_back()
    assert mine.upload == Upload("mine.npz", b"")
    assert app.run().metric[0].value == shown
    app.select_slider(key="labels/k").set_value(1).run()
    assert say("en", "labels.given-back", minutes=15) in app.error[0].value


def test_files_of_all_visitors_have_room_for_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_every", weakref.WeakSet())
    monkeypatch.setattr(uploads, "ROOM", 25)
    truth = Upload("truth.npy", bytes(2))
    all_of_them = [Own(Upload(f"{i}.npy", bytes(10), truth)) for i in range(4)]
    for i, mine in enumerate(all_of_them):
        mine.seen += i
    uploads.give_back()
    assert [mine.away for mine in all_of_them] == [True, True, False, False]
    assert [mine.upload.size for mine in all_of_them] == [0, 0, 12, 12]


def test_only_a_page_that_waits_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 visitors who ask every second for nothing would take most of a core."""
    asked = []
    enqueue = ScriptRunContext.enqueue

    def noted(self: ScriptRunContext, message: object) -> None:
        asked.extend([message.auto_rerun.interval] if message.HasField("auto_rerun") else [])
        enqueue(self, message)

    monkeypatch.setattr(ScriptRunContext, "enqueue", noted)
    app = AppTest.from_file(ROOT / "ui" / "main.py", default_timeout=PATIENCE)
    for page in sorted((ROOT / "pages").glob("*.py")):
        app.switch_page(f"../pages/{page.name}").run()
        assert not app.exception
    assert asked == []
    monkeypatch.setattr(uploads, "SOON", -1.0)
    mine = Own(EXAMPLE)
    app = labels(mine).run()
    assert asked == [1.0]
    wait_until(lambda: not jobs.every()._alive)
    asked.clear()
    assert app.run().metric
    assert asked == []
