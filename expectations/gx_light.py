"""Great Expectations without what it brings along and nothing here uses: import this before it.

Here: modules it imports for plots and for statistical tests, put off until somebody asks them for something. They are
half of the memory it takes. Not here: the engine (`expectations.gx_engine`).
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

PUT_OFF = ("altair", "scipy.stats")


class PutOff(ModuleType):
    """Stands for a module until something of it is asked for: then it is imported.

    The standard library's lazy modules are loaded by a second `import` of their name, which is no use of them.
    """

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def put_off(name: str) -> None:
    """Put a module off, unless it is imported already or not there."""
    if name not in sys.modules and (spec := find_spec(name)):
        sys.modules[name] = standing = PutOff(name)
        standing.__spec__ = spec


for _name in PUT_OFF:
    put_off(_name)
