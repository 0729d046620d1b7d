"""Teaching: starting points and lessons, and the parts they are made of."""
