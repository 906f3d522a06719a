"""Proofs with a clock: what the product costs, measured beside a floor in the same run.

A module here is one proof: `NAME`, `TITLE`, and `prove(workplace) -> str`, the Markdown of its section. It is named in
`__main__`, and has a small version among the tests that asserts what needs no clock. Not here: anything that can be
asserted on any machine (`tests/integration`).
"""
