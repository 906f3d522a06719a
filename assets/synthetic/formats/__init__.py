"""Real file forms, a module an agency: what of the lives a delivery tells, and how it is written.

A module knows the headers, codes and coverage of its extracts, and nothing of how lives come about.
"""
