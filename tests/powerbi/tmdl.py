"""Reads a semantic model in TMDL, as far as the tests ask: objects with their descriptions, properties and children."""

import re
from dataclasses import dataclass, field

_OBJECT = re.compile(
    r"(?P<kind>model|expression|table|column|measure|hierarchy|level|partition|relationship|role|annotation"
    r"|ref table|ref role)"
    r" (?P<name>'(?:[^']|'')+'|[^\s=]+)(?: = ?(?P<value>.*))?$"
)
_PROPERTY = re.compile(r"(?P<key>\w+)(?:(?: =|:) ?(?P<value>.*))?$")


@dataclass
class Node:
    """An object of the model: a table, a column, a measure, …"""

    kind: str
    name: str
    value: str = ""
    description: str = ""
    properties: dict = field(default_factory=dict)
    children: list = field(default_factory=list)

    def named(self, kind):
        """The children of a kind, by name."""
        found = {child.name: child for child in self.children if child.kind == kind}
        assert len(found) == sum(child.kind == kind for child in self.children), f"{self.name} holds a {kind} twice"
        return found


def read_tmdl(texts):
    """Read the texts of a model's files into one node that holds all their objects."""
    top = Node("definition", "")
    for text in texts:
        _read_text(text, top)
    return top


def _read_text(text, top):
    nodes = [top]
    described = []
    # What the expression that is being read belongs to, and how deep its lines are at least.
    add, depth_of_expression = None, 0
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip("\t"))
        content = line.strip()
        if add and (not content or depth >= depth_of_expression):
            add(content)
            continue
        add = None
        if not content:
            continue
        if content.startswith("///"):
            described.append(content.removeprefix("///").strip())
            continue
        del nodes[depth + 1 :]
        parent = nodes[-1]
        if found := _OBJECT.match(content):
            node = Node(found["kind"], found["name"].strip("'").replace("''", "'"), found["value"] or "")
            node.description = " ".join(described)
            parent.children.append(node)
            nodes.append(node)
            if found["value"] == "":
                add, depth_of_expression = _add_to_value(node), depth + 2
        elif found := _PROPERTY.match(content):
            parent.properties[found["key"]] = found["value"] if found["value"] is not None else True
            if found["value"] == "":
                add, depth_of_expression = _add_to_property(parent, found["key"]), depth + 1
        else:
            raise AssertionError(f"this line of TMDL cannot be read: {line}")
        described = []


def _add_to_value(node):
    def add(line):
        node.value += f"\n{line}"

    return add


def _add_to_property(node, key):
    def add(line):
        node.properties[key] = f"{node.properties[key]}\n{line}"

    return add
