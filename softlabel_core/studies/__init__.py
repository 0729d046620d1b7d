"""Studies: the tables behind docs/results.md, planned and run again."""
