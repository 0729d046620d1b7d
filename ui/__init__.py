"""The dashboard's interface: forms, views, charts, state, jobs. The pages in `pages/` put them together."""
