"""A store as one file, made while it is in use, and a store made of that file again: whole, or not at all.

Owns the form of the file: a tar with `manifest.json` first, which names every other file with its size and sum. The database comes from
SQLite's own backup; index and warehouse are replaced by rename, so a copy of either is of one state. Knows nothing of what is in them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from assistant.errors import BackupCorrupt, StoreError, StoreExists, StoreFull
from assistant.store import Store
from assistant.store.store import DATABASE_FILE
from retrieval.errors import IndexCorrupt
from retrieval.index import read_manifest

FORMAT = 1
MANIFEST = "manifest.json"
_INDEX = "index"
_ATTEMPTS = 20
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """What the manifest says. `files` maps a path inside the store, with `/`, to size and SHA-256."""

    format: int
    made_at: str
    version: str
    files: dict[str, tuple[int, str]]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _ in self.files.values())

    def __str__(self) -> str:
        return f"{len(self.files)} files, {self.size / 1e6:,.1f} MB, made {self.made_at} by Shopclerk {self.version}"


def backup(store: Path, to: Path) -> Backup:
    """Write the store in folder `store` to the file `to`, through a file beside it. May run while the shop is served.

    Raises:
        StoreMissing: there is no store.
        StoreExists: the file is there already.
        StoreFull, StoreError: it cannot be written; nothing is left behind.
    """
    if to.exists():
        raise StoreExists(f"{to} is there already.", hint="Give another name, or move it away.")
    with Store.open(store) as opened, _said_plainly(to), tempfile.TemporaryDirectory(dir=to.parent, prefix=".backup-") as scratch:
        gathered = Path(scratch) / "store"
        _copy_files(store, gathered)
        opened.copy_to(gathered / DATABASE_FILE)
        files = {name: (path.stat().st_size, _sum(path)) for name, path in _files(gathered)}
        made = Backup(FORMAT, datetime.now(UTC).isoformat(timespec="seconds"), version("shopclerk"), files)
        beside = Path(scratch) / "backup.tar"
        _pack(beside, gathered, made)
        beside.chmod(0o600)  # it holds the store's key and its customers
        beside.replace(to)
    return made


def restore(file: Path, store: Path, *, replace: bool = False) -> Backup:
    """Make the store that `file` holds in folder `store`: unpacked beside, every sum checked, then renamed into its place.

    Args:
        replace: a store that is there is moved aside, to `NAME.before-TIME`, and kept. It must not be served meanwhile.

    Raises:
        StoreExists: the folder is there and `replace` was not said.
        BackupCorrupt: the file is no backup, is damaged or incomplete, or names paths outside the store.
        StoreFull, StoreError: it cannot be written; what was there is unchanged.
    """
    if store.exists() and not replace and (not store.is_dir() or any(store.iterdir())):
        raise StoreExists(f"{store} is there already.", hint="Restore into another folder, or say --replace: the old one is kept beside.")
    store.parent.mkdir(parents=True, exist_ok=True)
    with _said_plainly(store), tempfile.TemporaryDirectory(dir=store.parent, prefix=".restore-") as scratch:
        unpacked = Path(scratch) / "store"
        unpacked.mkdir(mode=0o700)
        made = _unpack(file, unpacked)
        Store.open(unpacked).close()  # brought to today's schema, or refused, before it stands where it is used
        if store.exists():
            _make_way(store)
        unpacked.rename(store)
    return made


def _make_way(store: Path) -> None:
    if not any(store.iterdir()):
        store.rmdir()
        return
    store.rename(store.with_name(f"{store.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"))


def _copy_files(store: Path, target: Path) -> None:
    """Everything but the database, locks and what is being written."""
    target.mkdir(mode=0o700)
    for name, path in _files(store):
        first = PurePosixPath(name).parts[0]
        hidden = any(part.startswith(".") for part in PurePosixPath(name).parts)
        if first == _INDEX or hidden or name.startswith(DATABASE_FILE) or name.endswith((".new", ".wal")):
            continue
        _copy(path, target / name)
    if (store / _INDEX / MANIFEST).exists():
        _copy_index(store / _INDEX, target / _INDEX)


def _copy_index(index: Path, target: Path) -> None:
    """The version that the manifest names; once more where a writer swapped it meanwhile."""
    for _ in range(_ATTEMPTS):
        manifest, text = read_manifest(index), (index / MANIFEST).read_bytes()
        shutil.rmtree(target, ignore_errors=True)
        try:
            for name in manifest.files:
                _copy(index / manifest.version / name, target / manifest.version / name)
        except FileNotFoundError:
            continue
        if json.loads(text)["version"] == manifest.version:
            (target / MANIFEST).write_bytes(text)
            return
    raise IndexCorrupt(f"{index} lacks a file that its manifest names.", hint="Run `shopclerk index --rebuild`, then back up again.")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Path inside `folder`, with `/`, and the file; links are left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path


def _pack(file: Path, folder: Path, made: Backup) -> None:
    manifest = json.dumps(asdict(made), indent=1).encode()
    with tarfile.open(file, "w") as tar:
        head = tarfile.TarInfo(MANIFEST)
        head.size, head.mode = len(manifest), 0o600
        tar.addfile(head, io.BytesIO(manifest))
        for name in made.files:
            tar.add(folder / name, arcname=f"store/{name}", recursive=False)
    with file.open("rb") as written:
        os.fsync(written.fileno())


def _unpack(file: Path, folder: Path) -> Backup:
    try:
        with tarfile.open(file, "r:") as tar:
            made = _manifest(tar, file)
            for name in made.files:
                _take(tar, name, folder / name, made.files[name], file)
    except FileNotFoundError as error:
        raise StoreError(f"There is no file {file}.", hint="Give the file that `shopclerk backup` wrote.") from error
    except tarfile.TarError as error:
        raise _corrupt(file, str(error)) from error
    return made


def _manifest(tar: tarfile.TarFile, file: Path) -> Backup:
    first = tar.next()
    stream = tar.extractfile(first) if first is not None and first.name == MANIFEST and first.size < _BLOCK * 16 else None
    if stream is None:
        raise _corrupt(file, "it does not begin with a manifest")
    try:
        content = json.loads(stream.read())
        if content["format"] > FORMAT:
            raise StoreError(f"{file} has format {content['format']}; this version reads up to {FORMAT}.", hint="Install a later version.")
        files = {str(name): (int(size), str(digest)) for name, (size, digest) in content["files"].items()}
        made = Backup(content["format"], str(content["made_at"]), str(content["version"]), files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _corrupt(file, f"its manifest is malformed ({error})") from error
    for name in files:
        parts = PurePosixPath(name).parts
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name or "\0" in name:
            raise _corrupt(file, f"it names {name!r}, which is no path inside a store")
    if DATABASE_FILE not in files:
        raise _corrupt(file, f"it holds no {DATABASE_FILE}")
    return made


def _take(tar: tarfile.TarFile, name: str, target: Path, due: tuple[int, str], file: Path) -> None:
    """Write one file, as many bytes as are due, and check its sum."""
    try:
        member = tar.getmember(f"store/{name}")
    except KeyError as error:
        raise _corrupt(file, f"{name} is missing") from error
    stream = tar.extractfile(member) if member.isreg() else None
    if stream is None or member.size != due[0]:
        raise _corrupt(file, f"{name} has {member.size:,} bytes where the manifest says {due[0]:,}")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with target.open("wb") as written:
        target.chmod(member.mode & 0o700)
        while block := stream.read(_BLOCK):
            digest.update(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    if digest.hexdigest() != due[1]:
        raise _corrupt(file, f"{name} differs from its sum in the manifest")


def _corrupt(file: Path, why: str) -> BackupCorrupt:
    return BackupCorrupt(f"{file} cannot be restored: {why}. Nothing was changed.", hint="Take an earlier backup.")


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (27, 28, 122):  # too large, no space, over quota
            raise StoreFull(f"No room left for {path}; nothing was changed.", hint="Free some space and run the command again.") from error
        raise StoreError(f"{path} cannot be written: {error.strerror or error}.", hint="Check the folder and its permissions.") from error
