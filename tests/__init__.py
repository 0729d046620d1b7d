"""The unit tests. oracles/ holds the slow twins of the formulas, declared.py what plug-ins declare."""
