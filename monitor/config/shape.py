"""The base of every mapping in feeds.yaml: known names only, never changed after it was read."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=False, hide_input_in_errors=True)
