"""The assets, layer by layer. Each body reads, calls one plain function, and writes down counts.

Here: what Dagster must know of an asset (key, partitions, dependencies, checks). Not here: what it does (`assets`).
"""
