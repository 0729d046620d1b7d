"""Experiment: what is asked, how it is answered, and what it came to."""
