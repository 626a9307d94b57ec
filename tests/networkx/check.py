"""Loads N.graphml of a directory, N = 100, 150, … 1700, with networkx, as they are after N connections of the name-drop network, and checks that

- nodes and edges stand in the order of their creation, in the file and in networkx;
- there are as many connections as the name says, no two between the same nodes, and nodes count theirs right;
- each graph goes on from the one before.

Prints how many nodes have so many connections, the most that one has, and the correlation of connections with activity.
"""

import sys
import xml.etree.ElementTree as ElementTree
from itertools import chain
from pathlib import Path
from statistics import correlation

import networkx

XML = "{http://graphml.graphdrawing.org/xmlns}"
CONNECTIONS = [100, 150, 200, 250, 400, 1000, 1700]
CLASSES = {"0": (0, 0), "1": (1, 1), "2": (2, 2), "3–4": (3, 4), "5–8": (5, 8), "9–16": (9, 16), "17–": (17, 1000)}


def ascends(names):
    """Whether the numbers in names such as n12 or e40 ascend, each once."""
    numbers = [int(name[1:]) for name in names]
    return all(a < b for a, b in zip(numbers, numbers[1:]))


def order_is_kept(path, graph):
    elements = ElementTree.parse(path).getroot().find(f"{XML}graph")
    nodes = [node.get("id") for node in elements.findall(f"{XML}node")]
    edges = [edge.get("id") for edge in elements.findall(f"{XML}edge")]
    assert ascends(nodes) and ascends(edges), "the file is not in the order of creation"
    assert list(graph) == nodes, "networkx has other nodes, or another order"
    assert sorted(edges) == sorted(key for _, _, key in graph.edges(keys=True)), "networkx has other edges"
    for node in graph:
        assert ascends([key for _, _, key in graph.out_edges(node, keys=True)]), f"edges of {node}"


def buddies(graph):
    """Ends of the edges of the type `buddy`, in the order of their creation."""
    edges = [(int(key[1:]), a, b) for a, b, key, ty in graph.edges(keys=True, data="type") if ty == "buddy"]
    return [(a, b) for _, a, b in sorted(edges)]


def main():
    print(f"{'connections':>11}{''.join(f'{name:>6}' for name in CLASSES)}{'most':>6}{'correlation':>13}")
    previous = []
    for connections in CONNECTIONS:
        path = Path(sys.argv[1]) / f"{connections}.graphml"
        # Keys are kept for graphs that may have parallel edges.
        graph = networkx.read_graphml(path, force_multigraph=True)
        order_is_kept(path, graph)

        people = {node: data for node, data in graph.nodes(data=True) if data["type"] == "Node"}
        edges = buddies(graph)
        assert len(edges) == connections, f"{len(edges)} edges after {connections} connections"
        assert len({frozenset(ends) for ends in edges}) == connections, "two connections between the same nodes"
        assert edges[: len(previous)] == previous, "it does not go on from the graph before"
        previous = edges

        degrees = dict.fromkeys(people, 0)
        for end in chain.from_iterable(edges):
            degrees[end] += 1
        assert all(data["connections"] == degrees[node] for node, data in people.items()), "miscounted"
        counts = [sum(low <= degree <= high for degree in degrees.values()) for low, high in CLASSES.values()]
        activity = correlation([data["tempo"] for data in people.values()], list(degrees.values()))
        print(f"{connections:>11}{''.join(f'{count:>6}' for count in counts)}{max(degrees.values()):>6}{activity:>13.2f}")


main()
