"""What figures ask the server while something is under way: runs, sweeps and films, each with its route."""
