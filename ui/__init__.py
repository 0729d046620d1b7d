"""The dashboard's interface: forms, charts, state and jobs. The pages in `pages/` put them together."""
