"""Hall: the pages of a class that takes part, phones and presenter, and what they ask the server."""
