"""Slow twins of the formulas, in loops over plain numbers, written from the definitions."""
