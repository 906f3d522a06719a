"""The shape of a file of records: which elements are records, and where the values of their columns stand.

Here: declaring shapes and compiling them into a tree of the file's paths, so that reading an element is one look-up.
Not here: reading (`assets.raw.readers.xml_records`), nor the shapes of any return.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

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
    twice at once: the element that is open is the last of those its node has counted.
    """

    def __init__(self, name: str, parent: Node | None) -> None:
        self.name = name
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else -1
        self.children: dict[str, Node] = {}

        self.shape: RecordShape | None = None
        self.columns: tuple[tuple[Node, Node], ...] = ()
        """For each column of the shape where its text stands, and the element that holds it."""
        self.on_way = False
        """Whether records stand here or below."""
        self.ways: list[Node] = []
        """The children of which that is true."""
        self.is_holder = False
        """Whether a record asks for a path from here."""
        self.begins_unit = False
        """Whether rows wait from the beginning of an element here to its end."""
        self.is_counted = False
        """Whether elements here are counted: those on the way, in a unit."""
        self.holders: list[tuple[Node, list[int]]] = []
        """Who keeps text that stands here, and for each text which element of theirs did."""
        self.extra_of: Node | None = None
        """The record whose extra the text is, if it is, by `extra_path`."""
        self.extra_path = ""
        self.is_unknown = False
        """Whether it is extra and no record asks for it."""
        self.texts: list[str] = []
        """The texts since the last batch."""

        self.ordinal = -1
        """Which element is open, of those since the last batch."""
        self.around: list[int] = []
        """For each of them which element is around it."""
        self.lines: list[int] = []
        self.count_before = 0
        self.position = 0
        self.locations: list[str] = []
        """Where each of them is: kept of what begins a unit or stands above one; of others it is worked out."""

    def below(self, name: str) -> Node:
        """The node of a child, made if there is none."""
        if name not in self.children:
            self.children[name] = Node(name, self)
        return self.children[name]

    def around_it(self) -> Iterator[Node]:
        """The nodes around this one, from the inside."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def record_around(self) -> Node | None:
        """The nearest record around this one."""
        return next((node for node in self.around_it() if node.shape), None)

    def path_from(self, outer: Node) -> str:
        """The path from a node around this one down to it; `.` from itself."""
        names = [node.name for node in (self, *self.around_it()) if node.depth > outer.depth]
        return "/".join(reversed(names)) or "."

    def settle(self) -> None:
        """Decide what is done with an element here, once all that is declared is known."""
        in_unit = any(node.begins_unit for node in self.around_it())
        self.begins_unit = not in_unit and (self.shape is not None or self.is_holder)
        self.is_counted = self.on_way and (in_unit or self.begins_unit)
        record = self if self.shape else self.record_around()
        # What only records inside this one ask for may find no such record: it is kept as extra as well.
        if record and not any((self, holder) in holder.columns for holder, _ in self.holders):
            self.extra_of, self.extra_path, self.is_unknown = record, self.path_from(record), not self.holders
            self.kept_by(record)

    def kept_by(self, holder: Node) -> list[int]:
        """Have an element around this one keep the text here; which elements did, text by text."""
        for known, elements in self.holders:
            if known is holder:
                return elements
        elements = []
        self.holders.append((holder, elements))
        return elements


def compile_shapes(shapes: Iterable[RecordShape]) -> tuple[Node, list[Node]]:
    """The document's node, and all below it, outer before inner. Raises ValueError for shapes that cannot be read."""
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
        records.append((shape, node))
    for shape, record in records:
        record.columns = tuple(_asked(record, path) for path in shape.columns.values())
    nodes = [root]
    for node in nodes:
        node.settle()
        nodes += node.children.values()
    return document, nodes


def _asked(record: Node, path: str) -> tuple[Node, Node]:
    """Where the text of a column stands, and the element that holds it."""
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
    holder.is_holder = True
    node.kept_by(holder)
    return node, holder
