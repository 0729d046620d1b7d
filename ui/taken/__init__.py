"""What a visitor takes along: files of results and of own labels, worksheets."""
