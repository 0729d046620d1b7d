"""Views: what a page shows, one part a function; the files in `pages/` put them in order."""
