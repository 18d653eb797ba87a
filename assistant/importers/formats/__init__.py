"""One module a format; see `assistant.importers.registry`."""
