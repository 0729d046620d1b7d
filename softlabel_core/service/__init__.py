"""Service: who computes what, when. The queue of a server, its worker, and what visitors send."""
