"""Scenes with minors: a request that waits, one that was answered, a prize that needs a signature."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contests.flows import parents
from contests.flows.enter import confirm
from contests.store import campaigns

if TYPE_CHECKING:
    from browser.scenes import World

YOUNG: dict[str, Any] = {
    "rules": [
        {"kind": "minimum-age", "years": 11, "by": "birth-date"},
        {"kind": "parent-agrees", "by": "birth-date"},
        {"kind": "residence", "countries": ["FR", "LU"]},
    ],
    "draw": {"source": "rehearsal"},
    "publication": "none",
}


def minors(world: "World") -> dict[str, str]:
    """Let minors enter two contests; return the pages that parents, minors and the staff see."""
    world.publish("young", -2, **YOUNG)
    world.publish("grown", -8, **YOUNG)
    asked, agreed, refused = (_wait(world, "young", name, world.at) for name in ("kim", "leo", "mia"))
    parents.agree(world.house, world.ids["young"], _token(agreed["parent"]), world.at)
    parents.refuse(world.house, world.ids["young"], _token(refused["parent"]), world.at)
    with world.house.store.read() as tx:
        early = campaigns.standing(tx, world.ids["grown"]).definition.opens_at
    for name in ("ali", "bea"):
        links = _wait(world, "grown", name, early)
        parents.agree(world.house, world.ids["grown"], _token(links["parent"]), early)
    world.stage("grown", "drawn")
    return {
        "parent": asked["parent"],
        "parent agreed": agreed["parent"],
        "parent refused": refused["parent"],
        "waiting": asked["confirm"].replace("/confirm/", "/waiting/"),
        "waiting refused": refused["confirm"].replace("/confirm/", "/waiting/"),
        "staff awards minors": "/staff/c/grown/awards",
    }


def _wait(world: "World", slug: str, name: str, at: datetime) -> dict[str, str]:
    """Let a minor enter and confirm their address; return both links."""
    parent = f"{name}-parent@laboiteauxlettresdesgens.example"
    world.people(slug, name, answers={"birth_date": f"{at.year - 13}-01-01", "parent_email": parent})
    own = _link(world, slug, f"{name}@laboiteauxlettresdesgens.example", "confirm")
    confirm(world.house, world.ids[slug], _token(own), at)
    return {"confirm": own, "parent": _link(world, slug, parent, "parent")}


def _link(world: "World", slug: str, recipient: str, room: str) -> str:
    found = [re.search(rf"/c/{slug}/{room}/\w+", mail.body) for mail in world.site.mails(recipient)]
    return next(link[0] for link in found if link)


def _token(link: str) -> str:
    return link.rpartition("/")[2]
