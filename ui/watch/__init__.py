"""What whoever runs a server asks it: whether it is ready, and figures for Prometheus."""
