"""Training: many students at once."""
