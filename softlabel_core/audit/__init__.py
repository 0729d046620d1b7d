"""Audit: what a file of labels shows."""
