"""Postal addresses as people type them, whole or one part at a time: "12 Elm Road, Unit 3, Salem, OR 97301", "the zip is 97302".

Owns the shapes of streets, units, states and post codes; refuses to know orders and customers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assistant.store.records import Address

_STATES = {
    "alabama": "AL",
    "alaska": "AK",
    "arizona": "AZ",
    "arkansas": "AR",
    "california": "CA",
    "colorado": "CO",
    "connecticut": "CT",
    "delaware": "DE",
    "florida": "FL",
    "georgia": "GA",
    "hawaii": "HI",
    "idaho": "ID",
    "illinois": "IL",
    "indiana": "IN",
    "iowa": "IA",
    "kansas": "KS",
    "kentucky": "KY",
    "louisiana": "LA",
    "maine": "ME",
    "maryland": "MD",
    "massachusetts": "MA",
    "michigan": "MI",
    "minnesota": "MN",
    "mississippi": "MS",
    "missouri": "MO",
    "montana": "MT",
    "nebraska": "NE",
    "nevada": "NV",
    "new hampshire": "NH",
    "new jersey": "NJ",
    "new mexico": "NM",
    "new york": "NY",
    "north carolina": "NC",
    "north dakota": "ND",
    "ohio": "OH",
    "oklahoma": "OK",
    "oregon": "OR",
    "pennsylvania": "PA",
    "rhode island": "RI",
    "south carolina": "SC",
    "south dakota": "SD",
    "tennessee": "TN",
    "texas": "TX",
    "utah": "UT",
    "vermont": "VT",
    "virginia": "VA",
    "washington": "WA",
    "west virginia": "WV",
    "wisconsin": "WI",
    "wyoming": "WY",
    "district of columbia": "DC",
    "alberta": "AB",
    "british columbia": "BC",
    "manitoba": "MB",
    "new brunswick": "NB",
    "newfoundland and labrador": "NL",
    "nova scotia": "NS",
    "ontario": "ON",
    "prince edward island": "PE",
    "quebec": "QC",
    "saskatchewan": "SK",
    "yukon": "YT",
}
_STREET = re.compile(
    r"(?<![#\w])(?P<street>\d{1,6}[A-Za-z]?\s+(?:[A-Za-z0-9.'-]+\s+){0,4}?(?:street|st|avenue|ave|road|rd|lane|"
    r"ln|drive|dr|boulevard|blvd|way|court|ct|place|pl|circle|terrace|parkway|pkwy|highway|hwy|square|sq|trail|"
    r"broadway|close|crescent|row)\b\.?)",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"(?P<unit>\b(?:apt|apartment|suite|ste|unit|floor|flat|room|building|bldg)\b\.?\s*#?\s*(?:[\w-]*\d[\w-]*|"
    r"[A-Za-z]\b(?!\s))|(?<!\w)#\s?\d{1,4}[A-Za-z]?\b)",
    re.IGNORECASE,
)
_STATE_ZIP = re.compile(
    r"\b(?P<state>[A-Z]{2}|[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)\s*,?\s*(?:(?:USA|US|United States)\s*,?\s*)?"
    r"(?P<zip>\d{5}(?:-\d{4})?|[A-Z]\d[A-Z]\s?\d[A-Z]\d)\b"
)
_SAID_TO_BE = r"(?:\W{1,5}|\s+(?:(?:is|was|to|should|must|has|ought|be|read|now|actually|really)\s+){1,4})"
_LABELLED = re.compile(
    rf"\b(?:(?i:(?P<state>state)){_SAID_TO_BE}(?P<code>[A-Z]{{2}})\b|"
    rf"(?i:(?P<zip>zip|post(?:al)?\s?code))(?i:\s?code)?{_SAID_TO_BE}(?P<digits>\d{{5}}(?:-\d{{4}})?|[A-Z]\d[A-Z]\s?\d[A-Z]\d)(?!\w))"
)
_HOUSE_SAID = re.compile(rf"\b(?:house|street|building) (?:number|no\.?){_SAID_TO_BE}(?P<number>\d{{1,6}}[a-z]?)\b", re.IGNORECASE)
_CITY_SAID = re.compile(
    rf"\b[Cc]ity(?:{_SAID_TO_BE}|\W{{0,4}})(?P<city>[A-Z][a-zA-Z.' -]+?)(?=[,.;!'\"]|\s+\d|\s+(?:not|instead|rather)\b|$)"
)
_UNIT_SAID = re.compile(
    rf"\b(?P<what>apt|apartment|suite|unit|floor|flat|room|building)(?: number| no\.?)?{_SAID_TO_BE}#?(?P<which>\d[\w-]*|[A-Z])\b",
    re.IGNORECASE,
)
_CITY_ADDRESS = re.compile(
    r"\b(?:my|the|our|default) (?:other |old |new |default |home )*(?P<city>[A-Z]{2,3}|"
    r"[A-Z][a-z]+(?: [A-Z][A-Za-z]+){0,2}) (?:address|one|home|place|house|flat)\b"
)
_ON_FILE = re.compile(
    r"\b(?:default|home|saved|account) address\b|\bprofile\b|\bon file\b|\b(?:in|on|from|of) (?:my|the) account\b|\bmy address on\b",
    re.IGNORECASE,
)
_AS_ANOTHER = re.compile(
    r"\b(?:bought|ordered|got|purchased)\b[^.?!;]{2,60}?\b(?:sent|shipped|delivered|going|which went|that went)\b (?:to )?"
    r"(?:(?:there|here)\b|(?:this|that|the|my|our)\b[^.?!,;]{0,15}\b(?:address|home|house|place|flat|apartment)\b)|"
    r"\b(?:same )?(?:address|place) (?:as|where|that|of|on|from|with)\b (?:the|my|our|i|that)\b[^.?!,;]{2,50}|"
    r"\bwhere (?:the|my|our|that|i)\b[^.?!,;]{2,40}\b(?:went|goes|go|going|sent|shipped|delivered|live)\b",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\b(?:and|also|as well as|plus) (?:also )?(?:change |update )?(?:my|the) (?:\w+ ){0,2}$", re.IGNORECASE)
_TO_BE_CHANGED = re.compile(r"\s+(?:to|as well|too|also)\b", re.IGNORECASE)
_CALLED = {
    "nyc": "new york",
    "ny": "new york",
    "la": "los angeles",
    "sf": "san francisco",
    "dc": "washington",
    "washington dc": "washington",
}
_NUMBER_SAID = re.compile(
    r"\W*(?:(?:no|sorry|wait|oops|i mean|i meant|it'?s|its|the|is|actually|make it|should be|a|typo)\W+)*(?:number|no\.|"
    r"nr\.?) (?P<number>\d{1,5}[a-z]?)\b"
    r"(?:,? (?:not|instead of) (?:number )?\d{1,5}[a-z]?)?(?:\W+(?:i mean|i meant|instead|rather|please|pls|sorry|of course|not \d+))*\W*",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"^\d{1,6}[A-Za-z]?\b")
_ZIP = re.compile(r"(?<![#\w])(?P<zip>\d{5}(?:-\d{4})?)(?!\w)")
_COUNTRY = re.compile(r"\b(?P<country>USA|U\.S\.A\.?|US|United States(?: of America)?|Canada|UK|United Kingdom|Germany|France|Australia)\b")


def read_address(text: str, before: Mapping[str, str]) -> dict[str, str]:
    """The parts of a postal address in a text, on top of those known before."""
    found = dict(before)
    street, unit = _STREET.search(text), _UNIT.search(text)
    if street:
        found["address1"] = street["street"].strip(" .")
        found.setdefault("address2", "")
    said = None if unit else _UNIT_SAID.search(text)
    if said:
        found["address2"] = f"{said['what']} {said['which']}"
    if unit:
        found["address2"] = unit["unit"].strip()
    place = next((m for m in _STATE_ZIP.finditer(text) if m["state"] in _STATES.values() or m["state"].lower() in _STATES), None)
    if not (street or unit or said or place or before or _LABELLED.search(text)):
        return found
    begin = (unit if unit and (not street or unit.start() > street.start()) else street).end() if street or unit else 0  # type: ignore[union-attr]
    rest = text[begin : place.end()] if place and place.end() > begin else text[begin:]
    if place:
        state = _STATES.get(place["state"].lower(), place["state"])
        found |= {"state": state, "zip": place["zip"], "country": "USA" if place["zip"][0].isdigit() else "Canada"}
    elif labelled := _labelled(text):
        found |= labelled
    elif (street or before) and (code := _ZIP.search(rest)):
        found["zip"] = code["zip"]
    found |= _city(rest, found)
    if (house := _HOUSE_SAID.search(text) or _NUMBER_SAID.fullmatch(text)) and before.get("address1"):
        found["address1"] = _HOUSE.sub(house["number"], found["address1"])
    country = _COUNTRY.search(text)
    if country and ("country" not in found or place is None):
        found["country"] = (
            "USA"
            if country["country"].upper().replace(".", "") in {"USA", "US"} or country["country"].startswith("United States")
            else country["country"]
        )
    return found


def in_city(text: str, known: Iterable[Address]) -> tuple[Address, ...]:
    """Of the addresses that are known those in the city that a text names as theirs: "to my Salem address"."""
    said = [_CALLED.get(match["city"].lower(), match["city"].lower()) for match in _CITY_ADDRESS.finditer(text)]
    return tuple(dict.fromkeys(a for a in known if any(city.endswith(a.city.lower()) for city in said if a.city)))


def names_a_city(text: str) -> bool:
    """Whether a text tells an address by its city."""
    return any(match["city"][0].isupper() for match in _CITY_ADDRESS.finditer(text))


def as_another(text: str) -> tuple[str, ...]:
    """The words that tell an address by another parcel: "where my kettle went", "I bought a lamp sent to the new house"."""
    return tuple(match[0] for match in _AS_ANOTHER.finditer(text))


def on_file(text: str) -> bool:
    """Whether a text means the address of the account as the one to send to: "to my default address"; not as one to be changed too."""
    return any(not (_ALSO.search(text[: match.start()]) or _TO_BE_CHANGED.match(text[match.end() :])) for match in _ON_FILE.finditer(text))


def corrects_part(text: str) -> bool:
    """Whether a text names one part of an address and what that should be, and gives no street: "the zip is 97302"."""
    said = _LABELLED.search(text) or _UNIT_SAID.search(text) or _HOUSE_SAID.search(text) or _CITY_SAID.search(text)
    return bool(said) and not _STREET.search(text)


def _labelled(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for match in _LABELLED.finditer(text):
        if match["zip"]:
            parts["zip"] = match["digits"]
        elif match["code"] in _STATES.values():
            parts |= {"state": match["code"], "country": "USA"}
    return parts


def address_of(address: Address) -> dict[str, str]:
    """An address as the arguments of a write."""
    return {
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "state": address.state,
        "country": address.country,
        "zip": address.zip,
    }


def _city(rest: str, found: Mapping[str, str]) -> dict[str, str]:
    """The city: the capitalised words before the state or the post code, or said to be one."""
    said = _CITY_SAID.search(rest)
    if said:
        return {"city": said["city"].strip()}
    for chunk in re.split(r"[,;\n]", rest):
        words = re.sub(r"\b\d{5}(?:-\d{4})?\b|\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b", "", chunk).strip(" .")
        words = _COUNTRY.sub("", re.sub(r"^(?:in|at|and)\s+", "", words)).strip(" .")
        state = re.search(r"\s+(?P<state>[A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?)$", words)
        if state and (state["state"] in _STATES.values() or (state["state"].lower() in _STATES and found.get("state"))):
            words = words[: state.start()]
        if (
            words
            and words[0].isupper()
            and words.replace(" ", "").replace(".", "").replace("-", "").replace("'", "").isalpha()
            and words not in _STATES.values()
            and len(words) > 2
        ):
            if words.lower() in _STATES and "city" in found:
                continue
            if not _COUNTRY.fullmatch(words):
                return {"city": words}
    return {}
