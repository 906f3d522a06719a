"""The shape of a file of records: which elements are records, and where the values of their columns stand.

Here: declaring shapes and compiling them into a tree of the file's paths, so that reading an element is one look-up.
Not here: reading (`assets.raw.readers.xml_records`), nor the shapes of any return.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Slots = list[object]
"""What is known of one open element: PLACES first, then a value for each path that some column asks of it."""

EXTRA, ROW_NUMBER, LOCATION, LINE, PARENT_ROW = range(5)
PLACES = 5
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


class Recorder:
    """The rows of one kind since the last batch: its records' slots, and those of the elements around them it asks."""

    def __init__(self, shape: RecordShape, node: Node) -> None:
        self.shape = shape
        self.node = node
        self.columns = tuple(_hold(node, path) for path in shape.columns.values())
        """For each column the element that holds its value (the record itself or one around it), and the slot there."""
        self.parent_depth = next((outer.depth for outer in node.around() if outer.record_kind is not None), None)
        """The depth of the nearest record around this one."""
        self.count = 0
        self.rows: list[Slots] = []
        self.rows_around: dict[int, list[Slots]] = {
            holder.depth: [] for holder, _ in self.columns if holder is not node
        }


class Node:
    """One path of the file: what is done with an element that stands there, and the paths below it.

    Declared paths are compiled beforehand; others grow as they are met, and their text is extra.
    """

    def __init__(self, name: str, parent: Node | None) -> None:
        self.name = name
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else -1
        self.children: dict[str, Node] = {}
        self.paths_below: list[Node] = []
        """The children at or below which records stand: their position among their like is counted."""
        self.record_kind: str | None = None
        self.recorder: Recorder | None = None
        self.held: dict[str, int] = {}
        """Which slot holds the value of which path below, of those that some column asks for."""
        self.slots: Slots = []
        """What an element here begins with."""
        self.repeated: set[int] = set()
        """The slots in which several values have been met."""
        self.targets: tuple[tuple[int, int, set[int]], ...] = ()
        """Where text goes: the depth of the element that holds it, the slot there, the repeated slots of that."""
        self.extra_at: int | None = None
        """The depth of the record whose extra the text is, if it is."""
        self.extra_path = ""
        self.is_kept = False
        """Whether an element here has slots or a position."""
        self.begins_unit = False
        """Whether rows wait from the beginning of an element here to its end."""
        self.in_unit = False
        self.position = 0
        self.location = ""

    def below(self, name: str) -> Node:
        """The node of a child, made if there is none."""
        if name not in self.children:
            self.children[name] = Node(name, self)
        return self.children[name]

    def around(self) -> Iterable[Node]:
        """The nodes around this one, from the inside."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def path_from(self, depth: int) -> str:
        """The path from the element at a depth down to this one."""
        names: list[str] = []
        node: Node | None = self
        while node is not None and node.depth > depth:
            names.append(node.name)
            node = node.parent
        return "/".join(reversed(names)) or "."

    def settle(self) -> None:
        """Decide where text of elements here goes; once all shapes are known (or, for a grown node, at once)."""
        chain = (self, *self.around())
        holding = [(node, node.held[path]) for node in chain if (path := self.path_from(node.depth)) in node.held]
        record = next((node for node in chain if node.recorder), None)
        # What only records inside this one ask for may find no such record: it is kept as extra as well.
        if record and not any(node.recorder and (node, slot) in node.recorder.columns for node, slot in holding):
            self.extra_at, self.extra_path = record.depth, self.path_from(record.depth)
        self.targets = tuple((node.depth, slot, node.repeated) for node, slot in holding)
        in_unit = self.parent is not None and self.parent.in_unit
        self.begins_unit = bool(self.slots) and not in_unit
        self.in_unit = self.begins_unit or in_unit


def compile_shapes(shapes: Iterable[RecordShape]) -> tuple[Node, list[Recorder]]:
    """The node of the document itself and the recorder of each shape. Raises ValueError for shapes that cannot be."""
    document = Node("", None)
    root = document.below(ANY_ROOT)
    declared = []
    for shape in shapes:
        node = root
        for name in shape.path:
            outer, node = node, node.below(name)
            if node not in outer.paths_below:
                outer.paths_below.append(node)
            node.is_kept = True
        if node is root or node.record_kind is not None:
            raise ValueError(f"the path of {shape.kind} is the root's, or another kind's")
        node.record_kind = shape.kind
        declared.append((shape, node))
    for shape, node in declared:
        node.recorder = Recorder(shape, node)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.recorder or node.held:
            node.slots = [None] * (PLACES + len(node.held))
        node.settle()
        waiting += node.children.values()
    return document, [node.recorder for _, node in declared if node.recorder]


def _hold(record: Node, path: str) -> tuple[Node, int]:
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
    return holder, holder.held.setdefault(node.path_from(holder.depth), PLACES + len(holder.held))
