"""What a room has come to, to take along: a table of votes and designs, without a name of anybody."""

from urllib.parse import urlencode

import pandas as pd

from softlabel_core.experiment import link
from softlabel_core.hall import report
from ui.hall.house import house


def of(code: str) -> pd.DataFrame:
    """A row a vote and a design of all rounds; phones are numbers. `link` opens a design in Explore."""
    return house().read(lambda connection: _table(report.rows(connection, code)))


def _table(rows: list[report.Row]) -> pd.DataFrame:
    found = [
        row.fields() | {"link": f"explore?{urlencode(link.short(row.design.experiment()))}"}
        if row.design
        else row.fields()
        for row in rows
    ]
    return pd.DataFrame(found, columns=[*report.COLUMNS, "link"], dtype=object)  # whole numbers stay whole
