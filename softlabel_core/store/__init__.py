"""The store: finished results and promised runs, in one database that outlives the server."""
