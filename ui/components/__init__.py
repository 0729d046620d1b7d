"""Components: what runs in the browser, a folder each: its script and its Python face."""
