"""The tasks of the lessons, a file for each."""
