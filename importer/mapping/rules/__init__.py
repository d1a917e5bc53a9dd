"""What the parts of a mapping file mean together. Each rule looks at the tree by itself."""

from importer.mapping.rules.table import RULES

__all__ = ["RULES"]
