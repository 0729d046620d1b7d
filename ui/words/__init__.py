"""Words: sentences made from numbers, by language; no call of streamlit."""
