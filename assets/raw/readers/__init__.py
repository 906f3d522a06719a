"""Reading files: bytes to grids of text, safely, and nothing more.

Here: decoding, delimited text, workbooks, and the guards that keep a hostile or broken file from doing harm.
Not here: what a file is (`assets.intake.recognition`) or what its cells mean (`assets.raw.layouts`).
"""
