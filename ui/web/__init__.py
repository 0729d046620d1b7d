"""Web: what the server does beside its pages."""
