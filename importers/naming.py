"""What a row says in parts: an address of street, number and town; and a name for a place that has none of its own."""

from __future__ import annotations

from importers.words import Words

#: Columns that make up an address: the line of the street, the town, what is left.
ADDRESS_PARTS = ("street", "house_number", "house_letter", "house_unit", "postcode", "town")


def complete_address(texts: dict[str, str]) -> None:
    """Put an address together from its parts, if the row states none: ``Arnhemseweg 92A, 6731BV Otterlo``."""
    parts = {name: texts.pop(name) for name in ADDRESS_PARTS if name in texts}
    number = parts.get("house_number", "") + parts.get("house_letter", "")
    if "address" in texts or not parts:
        if number and not any(sign.isdigit() for sign in texts.get("address", number)):
            texts["address"] += number if "号" in number else f" {number}"  # 详细地址 and 门牌号
        return
    if unit := parts.get("house_unit"):
        number = f"{number}-{unit}" if number else unit
    street = " ".join(part for part in (parts.get("street", ""), number) if part)
    town = " ".join(part for part in (parts.get("postcode", ""), parts.get("town", "")) if part)
    address = ", ".join(part for part in (street, town) if part)
    if address:
        texts["address"] = address


def read_type(texts: dict[str, str], words: Words) -> None:
    """Take what a source calls the sort of place for a facility, where it is one: a ``toilet`` has a toilet."""
    text = texts.get("place_type", "")
    code = words.find("facilities", text) if text else None
    if code is not None:
        texts.setdefault(f"facilities.{code}", "yes")


def made_name(texts: dict[str, str], layer: str) -> str:
    """Return a name for a place without one: its sort and its address, whichever there are, else the layer's name."""
    sort = texts.get("place_type") or texts.get("label") or texts.get("kind") or ""
    address = texts.get("address", "")
    return " · ".join(part for part in (sort.replace("_", " "), address) if part) or layer
