"""Theory: what mathematics promises, and where it promises nothing."""
