"""How a winner is named in public, at the level that the definition declares (legal DP12)."""


def public_name(level: str, identity: dict[str, str]) -> str:
    """Return the public name of an identity at `level`; empty for `none` and where nothing was given."""
    first, last, town = (identity.get(key, "").strip() for key in ("first-name", "last-name", "town"))
    if level == "initials":
        return " ".join(f"{part[0].upper()}." for part in (first, last) if part)
    if level == "first-name-initial-town":
        name = " ".join(filter(None, (first, f"{last[0].upper()}." if last else "")))
        return f"{name} ({town})" if name and town else name
    if level == "surname-county":
        return ", ".join(filter(None, (last, town)))
    return ""


LESS = {
    "none": (),
    "initials": ("none",),
    "first-name-initial-town": ("initials", "none"),
    "surname-county": ("initials", "none"),
}


def below(level: str) -> tuple[str, ...]:
    """Return the ways of naming that say less than the declared `level`: what a winner may ask for instead."""
    return LESS[level]
