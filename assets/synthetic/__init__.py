"""The partnership that does not exist: children with lives, the files agencies would send of them, and the truth.

Imports nothing of ours: truth is computed from the lives made here, never by the product, and never from the files.
"""
