"""The elements of regular XML, put where the shapes have a use for them: what each node keeps until a batch is due.

Here: the path of each element, which of them are records, and where in the file they stand, for a whole piece at once.
Not here: taking a piece apart (`assets.raw.readers.xml_tokens`), cutting a file into pieces
(`assets.raw.readers.xml_regular`), making frames (`assets.raw.readers.xml_frames`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.raw.readers.xml_file import PIECE
from assets.raw.readers.xml_frames import NOTHING, Kept, Ordinals, positions, shown_location
from assets.raw.readers.xml_records import MAXIMUM_RECORD
from assets.raw.readers.xml_shapes import ANY_ROOT, Node, RecordShape, compile_shapes
from assets.raw.readers.xml_tokens import Elements, Index, IrregularError, Small, Tags

MAXIMUM_PATHS = 1_000
"""Different paths of a file that is taken for regular."""


class Placing:
    """The nodes of one file, and what they keep of it, piece by piece, from one batch to the next."""

    def __init__(self, shapes: Sequence[RecordShape], tags: Tags) -> None:
        document, self._nodes = compile_shapes(shapes)
        self._root = document.children[ANY_ROOT]
        self._tags = tags
        self._paths = np.full((0, 0), -1, np.int32)
        """The number of the node below a node, by their numbers and that of its name; -1 where it is not known yet."""
        self._above = [node for node in self._nodes if node.on_way and (node.begins_unit or not node.is_counted)]
        """What begins a unit or stands above one: here positions are counted across pieces."""
        self._kept: defaultdict[Node, _Keeping] = defaultdict(_Keeping)

    @property
    def rows(self) -> int:
        """How many elements wait for a batch."""
        return sum(kept.count for kept in self._kept.values())

    def unit_names(self) -> Iterator[str]:
        """The names of the elements that rows wait for."""
        return (node.name for node in self._nodes if node.begins_unit)

    def let_go(self) -> dict[Node, Kept]:
        """What is kept, which is kept no longer; what is made of it may be made while more is."""
        kept, self._kept = self._kept, defaultdict(_Keeping)
        return {node: kept[node].together() for node in self._nodes if node in kept}

    def keep(self, elements: Elements, lines_before: int, again: int) -> None:
        """Keep what the shapes ask for of a piece, above which the file has so many lines.

        The first elements, `again` of them, were open before the piece began, and are written again.

        Raises IrregularError where a unit does not end in the piece, or may be larger than any return has.
        """
        of_piece = _Piece(elements, self._place(elements), self._nodes)
        if any(of_piece.node(element).is_counted for element in elements.open):
            raise IrregularError
        self._locate(of_piece, again)
        before = {node: kept.count for node, kept in self._kept.items()}
        for node in self._nodes:
            own = of_piece.elements_of(node)
            if node.is_counted and len(own):
                kept = self._kept[node]
                kept.lines.append(of_piece.lines_of(node) + lines_before)
                kept.count += len(own)
                if not node.begins_unit:
                    assert node.parent
                    kept.around.append(of_piece.around(node) + np.uint32(before.get(node.parent, 0)))
            if node.holders and of_piece.has_texts(node):
                kept = self._kept[node]
                kept.texts.append(of_piece.texts_of(node))
                for holder, _ in node.holders:
                    kept.holders[holder].append(of_piece.held_by(holder, node) + np.uint32(before.get(holder, 0)))

    def _place(self, elements: Elements) -> Small:
        """The number of each element's node, from the outermost down; paths met for the first time get one."""
        node_of = np.zeros(len(elements.names), np.int32)
        for level in elements.levels[1:]:
            self._make_room()
            around, names = node_of[elements.parents[level]], elements.names[level]
            found = self._paths[around, names]
            for at in np.flatnonzero(found < 0):
                number = self._paths[around[at], names[at]]
                found[at] = self._grow(int(around[at]), int(names[at])) if number < 0 else number
            node_of[level] = found
        return node_of

    def _make_room(self) -> None:
        more = (len(self._nodes) - self._paths.shape[0], len(self._tags.names) - self._paths.shape[1])
        if any(more):
            self._paths = np.pad(self._paths, [(0, count) for count in more], constant_values=-1)

    def _grow(self, around: int, name: int) -> int:
        """The number of a node below another, which is remembered."""
        node, called = self._nodes[around], self._tags.names[name]
        is_new = called not in node.children
        below = node.below(called)
        if is_new:
            if len(self._nodes) >= MAXIMUM_PATHS:
                raise IrregularError
            below.settle()
            self._nodes.append(below)
        self._paths[around, name] = number = self._nodes.index(below)
        return number

    def _locate(self, of_piece: _Piece, again: int) -> None:
        """Where the elements are that begin a unit: worked out from those above, and kept.

        Of the nodes above, the last element may have been open before the piece: its position is that which it had.
        """
        locations = {self._root: pl.Series([""])}
        for node in self._above:
            outer = node.parent
            assert outer
            own, outers = of_piece.elements_of(node), of_piece.elements_of(outer)
            if not len(outers):
                continue
            around = of_piece.around(node)
            position = positions(around)
            if outers[0] < again:
                position[around == 0] += node.position - int(len(own) > 0 and own[0] < again)
            if len(own) and around[-1] == len(outers) - 1:
                node.position = int(position[-1])
            elif len(outers) > 1 or outers[0] >= again:
                node.position = 0
            locations[node] = shown_location(node, locations[outer], around, position)
            if node.begins_unit and len(own):
                self._kept[node].locations.append(locations[node])
                of_piece.check_sizes(own)


class _Keeping:
    """What a node has kept since the last batch, piece by piece; see `Node` for what each of these is."""

    def __init__(self) -> None:
        self.count = 0
        self.lines: list[Index] = []
        self.around: list[Ordinals] = []
        self.locations: list[pl.Series] = []
        self.texts: list[pl.Series] = []
        self.holders: defaultdict[Node, list[Ordinals]] = defaultdict(list)

    def together(self) -> Kept:
        """All of it as one."""
        return Kept(
            lines=pl.Series(np.concatenate(self.lines)) if self.lines else NOTHING.lines,
            around=pl.Series(np.concatenate(self.around)) if self.around else NOTHING.around,
            locations=pl.concat(self.locations, rechunk=True) if self.locations else NOTHING.locations,
            texts=pl.concat(self.texts, rechunk=True) if self.texts else NOTHING.texts,
            holders={holder: pl.Series(np.concatenate(held)) for holder, held in self.holders.items()},
        )


class _Piece:
    """The elements of a piece by node, and the texts that stand in them."""

    def __init__(self, elements: Elements, node_of: Small, nodes: Sequence[Node]) -> None:
        self._elements = elements
        self._node_of = node_of
        self._nodes = nodes
        by_node, bounds = _grouped(node_of, len(nodes))
        self._own = {node: by_node[begin:end] for node, begin, end in zip(nodes, bounds, bounds[1:], strict=False)}
        self._ordinals = np.empty(len(node_of), np.uint32)
        """Of each element, which it is of its node's."""
        for own in self._own.values():
            self._ordinals[own] = np.arange(len(own))
        by_node, bounds = _grouped(node_of[elements.text_elements], len(nodes))
        self._texts = elements.texts.gather(by_node)
        self._text_elements = elements.text_elements[by_node]
        self._texts_at = {node: slice(begin, end) for node, begin, end in zip(nodes, bounds, bounds[1:], strict=False)}

    def node(self, element: int) -> Node:
        """The node of an element."""
        return self._nodes[self._node_of[element]]

    def elements_of(self, node: Node) -> Index:
        """The elements of a node, in their order."""
        return self._own[node]

    def around(self, node: Node) -> Ordinals:
        """For each element of a node, which is around it, of those of the node above."""
        return self._ordinals[self._elements.parents[self._own[node]]]

    def lines_of(self, node: Node) -> Index:
        """The line of the piece, from 1, at which each element of a node begins."""
        return np.searchsorted(self._elements.line_ends, self._elements.begins[self._own[node]]) + 1

    def has_texts(self, node: Node) -> bool:
        """Whether text stands in any element of a node."""
        return self._texts_at[node].start < self._texts_at[node].stop

    def texts_of(self, node: Node) -> pl.Series:
        """The texts that stand in a node's elements, in their order."""
        at = self._texts_at[node]
        return self._texts.slice(at.start, at.stop - at.start)

    def held_by(self, holder: Node, node: Node) -> Ordinals:
        """For each of a node's texts, which element of the holder is around it."""
        elements: NDArray[np.integer] = self._text_elements[self._texts_at[node]]
        for _ in range(node.depth - holder.depth):
            elements = self._elements.parents[elements]
        return self._ordinals[elements]

    def check_sizes(self, units: Index) -> None:
        """Raises IrregularError where from one unit to the next is more than the careful reader may let stand."""
        begins = np.append(self._elements.begins[units], self._elements.size)
        if np.diff(begins).max() > MAXIMUM_RECORD - 2 * PIECE:
            raise IrregularError


def _grouped(node_of: Small, count: int) -> tuple[Index, Index]:
    """Where each number of a node stands, the nodes in their order; and where among these each node's begin and end."""
    by_node = np.argsort(node_of.astype(np.uint16), kind="stable")
    return by_node, np.concatenate([[0], np.cumsum(np.bincount(node_of, minlength=count))])
