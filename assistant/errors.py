"""One tree of errors. Each says what failed, the value seen, and the next command to type.

ShopclerkError                  (drawn in retrieval.errors, with retrieval's own branch)
├── BadSettings                 settings.toml or an environment variable
├── StoreError
│   ├── StoreMissing            no store in the folder
│   ├── StoreExists             `init` on a folder that holds one
│   ├── StoreNewer              written by a newer version of Shopclerk
│   ├── StoreBusy               another process is writing
│   ├── StoreFull               no room on the disk
│   └── BackupCorrupt           a backup is damaged, incomplete, or none
├── ImportRefused               the file as a whole cannot be read; the store is unchanged
├── BadRecord                   one row cannot be taken; it goes to the rejects file
├── ModelError
│   ├── ModelMissing
│   ├── ModelCorrupt            a checksum in card.json differs
│   └── ModelWorse              a newly trained model scores below the one in use, which stays
├── BadSemantics                the semantic layer's file; names the line
├── BadQuestion                 a file of messages, or a message, out of form
├── PolicyRefused               the shop's policy forbids the action
├── NotAllowed                  the role may not do this
└── ServeError                  the port is taken, a host cannot be bound
"""

from __future__ import annotations

from retrieval.errors import ShopclerkError


class BadSettings(ShopclerkError):
    """A setting is unknown, malformed, or out of range."""


class StoreError(ShopclerkError):
    """Something about the store folder."""


class StoreMissing(StoreError):
    """The folder holds no store."""


class StoreExists(StoreError):
    """The folder already holds a store, or something else."""


class StoreNewer(StoreError):
    """The store was written by a newer version of Shopclerk."""


class StoreBusy(StoreError):
    """Another process holds the store's write lock."""


class StoreFull(StoreError):
    """The disk is full; the transaction was undone."""


class BackupCorrupt(StoreError):
    """A file is no backup, or a damaged one."""


class WarehouseMissing(StoreError):
    """The store has no warehouse yet."""


class ImportRefused(ShopclerkError):
    """The file as a whole cannot be read or understood; the store is unchanged."""


class BadRecord(ShopclerkError):
    """One row cannot be taken. Carries the column and the value seen."""

    def __init__(self, message: str, *, column: str = "", value: object = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.column = column
        self.value = value


class ModelError(ShopclerkError):
    """Something about a model folder."""


class ModelMissing(ModelError):
    """The folder holds no model of the kind asked for."""


class ModelCorrupt(ModelError):
    """A file of the model folder is absent or its checksum differs from the card's."""


class ModelWorse(ModelError):
    """A newly trained model scores below the one in use on the same held-out data; the one in use stays."""


class BadSemantics(ShopclerkError):
    """The semantic layer's file is malformed; the message names the line."""


class BadQuestion(ShopclerkError):
    """A message, or a file of messages, is out of form."""


class PolicyRefused(ShopclerkError):
    """The shop's policy forbids the action; the message is fit to be shown to the customer."""


class NotAllowed(ShopclerkError):
    """The role may not do this."""


class ServeError(ShopclerkError):
    """The server cannot start where it was told to."""


__all__ = [name for name, item in list(globals().items()) if isinstance(item, type) and issubclass(item, ShopclerkError)]
