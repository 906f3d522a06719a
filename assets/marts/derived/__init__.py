"""Figures counted from child-level extracts: what a catalogue entry declares, compiled and run.

Here: the declaration (`model`), what it may read (`readable`), which deliveries speak for which period (`coverage`),
the compiler to Ibis (`compiler`), and the figures (`figures`). Not here: how a figure is compared
(`assets.marts.benchmarks`).
"""
