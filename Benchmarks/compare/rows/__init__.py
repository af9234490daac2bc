"""The rows of the table, a module a subject: each has `rows`, pairs of a name and a function that measures."""
