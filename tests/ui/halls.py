"""A room, its presenter and phones, as the routes of a server have them."""

from functools import partial

from starlette.applications import Starlette

from softlabel_core.hall import outcomes
from softlabel_core.hall.law import Outcome, name
from softlabel_core.hall.recipes import Design
from tests.ui.strangers import Browser
from ui.hall import house as houses

LINE = "rule.line"
"""A question whose answer is a number."""

MADE = {"number": 0, "recipe": "demotion", "a": 3, "b": 0, "k": 2}
"""A design."""


class Room:
    """A room of that server, its presenter, and as many phones as come."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        made = houses.house().open("en")
        assert made is not None
        self.code, self.secret = made
        self.at = f"/hall/{self.code}"
        self.boss = Browser(app)
        assert self.boss.post(f"{self.at}/present/enter", {"secret": self.secret}).status == 200

    def phone(self) -> "Phone":
        """One that has joined."""
        found = Phone(self.app, self.at)
        assert found.join().status == 200
        return found

    def state(self) -> dict:
        """What the presenter sees, after a look of the server."""
        houses.house().fresh().result()
        return self.boss.get(f"{self.at}/present/state").json

    def press(self, **data):
        """Something of the presenter's, from the version that is shown."""
        return self.boss.post(f"{self.at}/present/move", {"v": self.state()["v"], **data})

    def move(self, *stages: str) -> None:
        """From stage to stage."""
        for to in stages:
            assert self.press(to=to, step=LINE).status == 200

    def settle(self, **designs: Outcome) -> None:
        """Designs, as texts, have come to something."""
        found = {name(Design.read(made).experiment()): one for made, one in designs.items()}
        houses.house().write(self.code, partial(outcomes.finish, found=found)).result()


class Phone(Browser):
    """A browser at a room."""

    def __init__(self, app: Starlette, at: str) -> None:
        super().__init__(app)
        self.at = at

    def join(self):
        return self.post(f"{self.at}/join", {})

    def vote(self, x: object, activity: object = 1, **headers: str):
        return self.post(f"{self.at}/vote", {"activity": activity, "x": x}, **headers)

    def design(self, activity: object = 1, **changes: object):
        return self.post(f"{self.at}/design", {"activity": activity, **MADE, **changes})

    def state(self) -> dict:
        houses.house().fresh().result()
        return self.get(f"{self.at}/state").json
