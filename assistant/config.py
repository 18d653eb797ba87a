"""A shop's settings: `settings.toml` in the store, then environment variables, which win.

Read once by whoever opens the store and passed on explicitly; nothing else in the program reads the environment.
`SHOPCLERK_SHOP_NAME=...` sets `shop_name`, `SHOPCLERK_SERVE__PORT=...` sets `port` of the table `[serve]`.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from assistant.errors import BadSettings

SETTINGS_FILE = "settings.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServeSettings(_Table):
    """Where and how the site is served."""

    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=1, le=65535)
    concurrency: int = Field(
        default=4,
        ge=1,
        description="turns in work at once, sixteen times as many wait; more than twice the cores only helps a responder over the network",
    )
    refresh_after_s: float = Field(
        default=20.0, ge=0, description="so long after an order is changed in chat the figures follow; 0: only at `shopclerk index`"
    )
    public_url: str = Field(
        default="", description="how people reach the site, such as https://chat.example.com: for links, sign-in elsewhere, secure cookies"
    )


class IndexSettings(_Table):
    """Where vectors are kept, if not in the store's own index."""

    milvus_url: str = Field(
        default="", description="http://host:19530 of a Milvus server, filled by `shopclerk index`; empty: the store's own index"
    )
    milvus_token: str = Field(default="", description="better in the environment: SHOPCLERK_INDEX__MILVUS_TOKEN")
    collection: str = Field(default="shopclerk", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$", description="for several shops on one server")


class ApiSettings(_Table):
    """The HTTP API."""

    public: bool = Field(default=True, description="whether chat, search and feedback need no key, as the shop page needs none")
    per_minute: int = Field(default=240, ge=0, description="calls from one address without a key; 0: no limit")
    key_per_minute: int = Field(default=1200, ge=0, description="calls with one key; 0: no limit")
    max_upload_mb: int = Field(default=100, ge=1, description="the largest file that may be imported")


class WidgetSettings(_Table):
    """The chat bubble on the shop's own pages."""

    origins: tuple[str, ...] = Field(default=(), description='pages that may show it, such as "https://www.example.com"')
    storefront: bool = Field(default=True, description="whether /store shows the catalogue with the widget, to try it out")


class AccountSettings(_Table):
    """How long staff stay signed in, and how long an invitation holds."""

    idle_minutes: int = Field(default=120, ge=1, description="without a key pressed or a page opened")
    session_hours: int = Field(default=12, ge=1, description="at most, whatever is done")
    invitation_hours: int = Field(default=72, ge=1)


class OidcSettings(_Table):
    """Sign-in by the company's own accounts (OpenID Connect). Off without an issuer."""

    issuer: str = Field(default="", description="such as https://login.example.com; its /.well-known/openid-configuration is read")
    client_id: str = ""
    client_secret: str = Field(default="", description="better in the environment: SHOPCLERK_OIDC__CLIENT_SECRET")
    name: str = Field(default="your company account", description='what the button says after "Sign in with"')
    scopes: str = "openid email profile"
    claim: str = Field(default="email", description="the claim that is the account's name here")
    groups_claim: str = Field(default="groups", description="the claim that lists somebody's groups")
    roles: dict[str, Literal["agent", "analyst", "manager", "admin"]] = Field(
        default={}, description="group = role: whoever is in such a group gets an account; others need one already"
    )


class ShopperSettings(_Table):
    """How the clerk serves at the counter."""

    style: Literal["brief", "full"] = Field(default="brief", description="how much of a text is said, unless steps are asked for")
    voice: Literal["warm", "formal"] = Field(default="warm", description="the tone of the fixed lines; `[lines]` replaces any of them")
    greeting: str = ""
    identify_by: tuple[Literal["email", "name_zip"], ...] = ("email", "name_zip")
    policy: str = Field(default="default", description="name of a shipped order policy, or a TOML file in the store")
    recommend: bool = Field(default=True, description="whether the clerk may mention, with its reason, what goes with a product")
    results: int = Field(default=4, ge=1, le=12, description="products shown for one search")
    clarify_below: float = Field(default=0.35, ge=0, le=1, description="ask back under this confidence")


class PeopleSettings(_Table):
    """When colleagues answer those whom the assistant passes on. Days without hours are closed; no hours at all: not said."""

    hours: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], str] = Field(default={}, description='for each day "09:00-17:30"')
    time_zone: str = Field(default="UTC", description="an IANA name, such as Europe/Berlin")
    answer_within: str = Field(default="", description='how soon, in words: "about ten minutes"')


class StaffSettings(_Table):
    """How staff questions are answered."""

    semantics: str = Field(default="", description="a file in the store that adds metrics and dimensions to the shipped ones")
    parser: str = Field(
        default="",
        description="langchain:provider:model, a chat model that may propose what a question means where the own parser does not know",
    )
    parser_timeout_s: float = Field(default=8.0, gt=0, le=60, description="how long that model may take")
    max_rows: int = Field(default=1000, ge=1)
    time_limit_s: float = Field(default=20.0, gt=0)
    lead_days: int = Field(default=14, ge=1, le=180, description="days from an order to the supplier until the goods are here")
    service_level: float = Field(default=0.95, gt=0.5, lt=1, description="of all lead times, the part in which stock should suffice")
    warehouse_url: str = Field(
        default="",
        description="an Ibis URL (trino://..., clickhouse://..., pyspark://...) that holds the exported tables; empty: the store's own",
    )
    denied: dict[Literal["analyst", "manager", "admin"], tuple[str, ...]] = Field(
        default={}, description="ids of metrics and dimensions that a role may not see, such as net_sales or customer"
    )
    pseudonyms: tuple[Literal["analyst", "manager", "admin"], ...] = Field(
        default=(), description="roles that see pseudonyms in place of customers' ids and names, marketing for instance"
    )


class Settings(BaseSettings):
    """All settings of a store, with their defaults."""

    model_config = SettingsConfigDict(env_prefix="SHOPCLERK_", env_nested_delimiter="__", extra="forbid", frozen=True)

    shop_name: str = "the shop"
    currency: str = Field(default="USD", min_length=3, max_length=3, description="ISO 4217")
    support_email: str = ""
    encoder: str = Field(default="shipped", description="the shipped encoder, or a model folder")
    responder: str = Field(
        default="shipped",
        description='who words free text: "shipped", "plain" (the source\'s own sentences), a model folder, "langchain:provider:model"',
    )
    retention_days: int = Field(default=365, ge=1, description="conversations older than this are deleted by `shopclerk sweep`")
    privacy_notice: str = Field(
        default="This chat is kept for {days} days so that we can help you, then deleted. "
        "Card numbers are masked before anything is stored.",
        description="shown under the chat; {days} is retention_days; empty: none",
    )
    pictures: tuple[Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+(:\d+)?$")], ...] = Field(
        default=(), description='where product photographs may come from, such as "https://cdn.example.com"; without any there are drawings'
    )
    lines: dict[str, str] = Field(default={}, description="the shop's own words for any of the clerk's fixed lines, by name")
    serve: ServeSettings = ServeSettings()
    index: IndexSettings = IndexSettings()
    api: ApiSettings = ApiSettings()
    widget: WidgetSettings = WidgetSettings()
    accounts: AccountSettings = AccountSettings()
    oidc: OidcSettings = OidcSettings()
    people: PeopleSettings = PeopleSettings()
    shopper: ShopperSettings = ShopperSettings()
    staff: StaffSettings = StaffSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose content comes in as init arguments."""
        return env_settings, init_settings


def load_settings(store: Path) -> Settings:
    """The settings of the store in folder `store`.

    Raises:
        BadSettings: the file is no TOML, or a name or value in it or in the environment is not accepted.
    """
    return _validated(store, read_settings_file(store))


def read_settings_file(store: Path) -> dict[str, Any]:
    """What `settings.toml` says, unvalidated; empty where there is no file."""
    path = store / SETTINGS_FILE
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(
            f"{path} is not valid TOML: {error}.", hint="Mend the line it names, or move the file away to use the defaults."
        ) from error


def _validated(store: Path, content: dict[str, Any]) -> Settings:
    try:
        return Settings(**content)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadSettings(
            f"Setting {name!r} (in {store / SETTINGS_FILE} or a SHOPCLERK_ variable) is {first.get('input')!r}: {first['msg']}.",
            hint="See `shopclerk status --settings` for the names and defaults.",
        ) from error


def write_settings(store: Path, values: dict[str, Any]) -> None:
    """Write `values` (flat, or tables of flat values) over what `settings.toml` says, through a file beside it.

    Raises:
        BadSettings: the result would not be accepted; the file is unchanged.
    """
    merged = read_settings_file(store)
    for name, value in values.items():
        merged[name] = {**merged.get(name, {}), **value} if isinstance(value, dict) else value
    _validated(store, merged)
    flat = [f"{name} = {_toml(value)}" for name, value in merged.items() if not isinstance(value, dict)]
    tables = [
        f"\n[{name}]\n" + "\n".join(f"{key} = {_toml(value)}" for key, value in table.items())
        for name, table in merged.items()
        if isinstance(table, dict)
    ]
    beside = store / f".{SETTINGS_FILE}.new"
    beside.write_text("\n".join([*flat, *tables, ""]), encoding="utf-8")
    beside.replace(store / SETTINGS_FILE)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
