"""Prints the JSON Schema of feeds.yaml: python -m monitor.config > feeds.schema.json."""

import json

from monitor.config.editors import schema

if __name__ == "__main__":
    print(json.dumps(schema(), indent=2, ensure_ascii=False))
