"""JSON Schemas of our types, with the strings under their fields as descriptions.

pydantic can read those strings itself, but does so whenever a type is made: a fifth of a second in every command, kernel and
worker for what only schemas need. Here they are read when somebody asks.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DataclassField, ModelField, ModelSchema, TypedDictField


class DescribedSchema(GenerateJsonSchema):
    """A schema as tools want ours: fields described, types titled, and what we write with every key there."""

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """As pydantic's, with descriptions."""
        made = super().model_schema(schema)
        kind = schema["cls"]
        told = descriptions(kind)
        for name, field in kind.model_fields.items():
            shown = made.get("properties", {}).get(field.alias or name)
            if shown is not None and name in told:
                shown.setdefault("description", told[name])
        return made

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        """No: tools make a type of every title, and json2ts would turn `Course` into a string."""
        return False

    def field_is_required(self, field: ModelField | DataclassField | TypedDictField, total: bool) -> bool:
        """What we write has every key, so that a reader can tell the members of a union apart."""
        return self.mode == "serialization" or super().field_is_required(field, total)


def descriptions(kind: type[BaseModel]) -> Mapping[str, str]:
    """The string under each field of a type, those of its bases included."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            found.update(_in_module(each.__module__).get(each.__qualname__, {}))
    return found


@cache
def _in_module(name: str) -> Mapping[str, Mapping[str, str]]:
    """Of each class of a module, the strings under its fields."""
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {
        node.name: {
            field.target.id: inspect.cleandoc(said.value.value)
            for field, said in zip(node.body, node.body[1:], strict=False)
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(said, ast.Expr)
            and isinstance(said.value, ast.Constant)
            and isinstance(said.value.value, str)
        }
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
