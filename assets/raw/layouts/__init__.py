"""Layouts: from sheets of text to the rows of an extract's table, as text, each with its place in the file.

Here: a module a layout, and what they share. Nothing is corrected: a row says what the file said. Not here: types,
codes or periods (`assets.core`).
"""
