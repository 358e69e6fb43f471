"""The JSON Schema of feeds.yaml, by which editors complete names and mark faults: python -m monitor.config >
feeds.schema.json.

Made from the shapes that check the file, so the two cannot differ.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from monitor.config.shapes import File


class _Written(GenerateJsonSchema):
    """The schema of what may be written: a value may be left out, but not be null."""

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        """Defaults are in docs/configuration.md: as pydantic writes them (PT1S) they would be wrong in the file."""
        return self.generate_inner(schema["schema"])


def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12."""
    made = File.model_json_schema(schema_generator=_Written)
    return {"$schema": GenerateJsonSchema.schema_dialect, **made, "title": "feeds.yaml of the Gulf tension monitor"}
