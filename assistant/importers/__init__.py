"""Files into the store: one format a file in `formats`, and `run_import`."""

from assistant.importers.registry import Format, all_formats
from assistant.importers.run import ImportReport, run_import

__all__ = ["Format", "ImportReport", "all_formats", "run_import"]
