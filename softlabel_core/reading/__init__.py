"""Reading: files in, within bounds, or one sentence that says what is wrong."""
