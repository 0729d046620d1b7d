"""Options of the server that are looked up once for all runs are those that Streamlit would look up."""

import inspect

from streamlit import config

from ui.web import settings


def test_options_of_a_section_are_looked_up_once(monkeypatch):
    """`_create_new_session_message` asks for six sections of the theme in every run of a script."""
    sections = [
        f"theme{part}" for part in ("", ".light", ".dark", ".sidebar", ".light.sidebar", ".dark.sidebar")
    ]
    look = inspect.unwrap(config.get_options_for_section)  # settled where `app` was imported
    looked = {section: look(section) for section in sections}
    monkeypatch.setattr(config, "get_options_for_section", look)  # put back after
    settings.settled()
    found = {section: config.get_options_for_section(section) for section in sections}
    assert found == looked
    assert found["theme.dark"]["primaryColor"] == "#ff9a55"
    assert all(config.get_options_for_section(section) is found[section] for section in sections)
