"""What the server is set to, looked up once: every run of a script goes through all options six times."""

import functools

from streamlit import config


def settled() -> None:
    """From now on a section's options are those of the first look; an internal of Streamlit's, tested."""
    config.get_options_for_section = functools.cache(config.get_options_for_section)
