"""Properties without a deadline: the first query of a connection takes as long as the machine takes."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
