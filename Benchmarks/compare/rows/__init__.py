"""The rows of the table, a module for each subject. Its `rows` are pairs of a name and a function that measures the row."""
