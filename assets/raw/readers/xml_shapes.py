"""The shape of a file of records: which elements are records, and where the values of their columns stand.

Here: declaring shapes and compiling them into a tree of the file's paths, so that reading an element is one look-up.
Not here: reading (`assets.raw.readers.xml_records`), nor the shapes of any return.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Slots = list[Any]
"""What is known of one element: EXTRA, LINE, POSITION and AROUND, then a value for each path a column asks of it."""

EXTRA, LINE, POSITION, AROUND = range(4)
PLACES = 4
ANY_ROOT = "*"
"""How the document names its one child, whatever that is called."""


@dataclass(frozen=True)
class RecordShape:
    """A kind of record: the path of its element from the root's children down, and where each column's value stands.

    A column's path is relative to the record: `Name`, `Group/Name`, `../Name` (a field of the element around it),
    `@attribute`, `.` (the record's own text). A path that stands more than once gives its values joined with `|`.
    """

    kind: str
    path: tuple[str, ...]
    columns: Mapping[str, str]


class Node:
    """One path of the file: what is done with an element that stands there, and the paths below it.

    Declared paths are compiled beforehand; others grow as they are met, and their text is extra. No path can be open
    twice at once, so what is known of the element now open there stands here too.
    """

    def __init__(self, name: str, parent: Node | None) -> None:
        self.name = name
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else -1
        self.children: dict[str, Node] = {}

        self.shape: RecordShape | None = None
        self.columns: tuple[tuple[Node, int], ...] = ()
        """For each column of the shape the element that holds its value, and the slot there."""
        self.held: dict[str, int] = {}
        """Which slot holds the value of which path below, of those that some column asks for."""

        self.on_way = False
        """Whether records stand here or below: then positions are counted."""
        self.ways: list[Node] = []
        """The children of which that is true."""
        self.in_unit = False
        """Whether an element here is, or is inside, one that rows wait for: then it has slots."""
        self.begins_unit = False
        self.blank: Slots = []
        self.targets: list[tuple[Node, int]] = []
        """Where text goes."""
        self.extra_of: Node | None = None
        """The record whose extra the text is, if it is, by `extra_path`."""
        self.extra_path = ""
        self.only_holder: Node | None = None
        """The one place text goes, where there is only one, which is in `only_slot`."""
        self.only_slot = 0
        self.repeated: set[int] = set()
        """The slots here in which several values have been met."""

        self.position = 0
        self.location = ""
        self.ordinal = -1
        self.slots: Slots = []
        self.rows: list[Slots] = []
        """The slots of every element here since the last batch, of which the last may be open."""
        self.rows_before = 0

    def below(self, name: str) -> Node:
        """The node of a child, made if there is none."""
        if name not in self.children:
            self.children[name] = Node(name, self)
        return self.children[name]

    def around(self) -> Iterator[Node]:
        """The nodes around this one, from the inside."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def record_around(self) -> Node | None:
        """The nearest record around this one."""
        return next((node for node in self.around() if node.shape), None)

    def path_from(self, outer: Node) -> str:
        """The path from a node around this one down to it; `.` from itself."""
        names = [node.name for node in (self, *self.around()) if node.depth > outer.depth]
        return "/".join(reversed(names)) or "."

    def settle(self) -> None:
        """Decide what is done with an element here, once all that is declared is known."""
        in_unit = self.parent is not None and self.parent.in_unit
        self.begins_unit = not in_unit and (self.shape is not None or bool(self.held))
        self.in_unit = in_unit or self.begins_unit
        self.blank = [None] * len(self.held)
        chain = (self, *self.around())
        self.targets = [(node, node.held[path]) for node in chain if (path := self.path_from(node)) in node.held]
        record = self if self.shape else self.record_around()
        # What only records inside this one ask for may find no such record: it is kept as extra as well.
        if record and not any(target in target[0].columns for target in self.targets):
            self.extra_of, self.extra_path = record, self.path_from(record)
        elif len(self.targets) == 1:
            self.only_holder, self.only_slot = self.targets[0]


def compile_shapes(shapes: Iterable[RecordShape]) -> tuple[Node, list[Node]]:
    """The document's node and, outer before inner, those on the way to records. Raises ValueError if none can be."""
    document = Node("", None)
    root = document.below(ANY_ROOT)
    records = []
    for shape in shapes:
        node = root
        for name in shape.path:
            outer, node = node, node.below(name)
            if node not in outer.ways:
                outer.ways.append(node)
            node.on_way = True
        if node is root or node.shape is not None:
            raise ValueError(f"the path of {shape.kind} is the root's, or another kind's")
        node.shape = shape
        records.append(node)
    for record in records:
        assert record.shape
        record.columns = tuple(_held(record, path) for path in record.shape.columns.values())
    settled = [root]
    for node in settled:
        node.settle()
        settled += node.children.values()
    return document, [node for node in settled if node.on_way]


def _held(record: Node, path: str) -> tuple[Node, int]:
    """The element that holds what a column asks for, and the slot it holds it in."""
    holder, steps = record, path.split("/")
    while steps and steps[0] == "..":
        steps.pop(0)
        if holder.parent is None or holder.parent.depth < 1:
            # A field of the root may stand below all records: to wait for it would be to hold the whole file.
            raise ValueError(f"{path} reaches to the root; declare what stands there as a record of its own")
        holder = holder.parent
    node = holder
    for step in steps:
        node = node if step == "." else node.below(step)
    return holder, holder.held.setdefault(node.path_from(holder), PLACES + len(holder.held))
