"""Charts: results in, plotly figures out; no call of streamlit, so that a notebook can draw them too."""
