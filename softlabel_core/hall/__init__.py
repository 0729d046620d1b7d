"""Hall: a class that takes part. Rooms, votes on lessons, and designs that train together."""
