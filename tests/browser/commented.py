"""Scenes of a contest that people enter by commenting: posts listed, stopped and ended, a file, comments of every kind."""

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
from listening import CHANNELS, Platform, friend, refused

from contests.flows import posts
from contests.flows.attend import read_comments, save_reply, set_watch
from contests.flows.import_comments import import_comments
from contests.flows.platforms import Platforms
from contests.flows.sweep import sweep_due
from contests.flows.tie import ask_code
from contests.flows.vault import vault_of

if TYPE_CHECKING:
    from browser.scenes import World

COMMENTS = {
    "channels": ["insta", "bsky", "tube"],
    "rules": [{"kind": "comment-hashtag", "tags": ["velobleu"]}, {"kind": "comment-mentions", "at_least": 1}],
}
CSV = (
    "pseudo,commentaire,date,id,profil id\n"
    "zoe.martin,Je joue ! #VéloBleu avec @alice,2031-01-01T10:00:00+01:00,c1,u1\n"
    "bob,Trop beau,2031-01-01T11:00:00+01:00,c2,u2\n"
)


def commented(world: "World") -> dict[str, str]:
    """Publish the contest, list its posts, import a file; return the addresses."""
    identity = world.publish(
        "commented",
        -2,
        channels=CHANNELS,
        comments=COMMENTS,
        bonuses=[{"kind": "like", "cap": 2}, {"kind": "second-channel"}],
    )
    insta, bsky = Platform(pages=50), Platform(SITE="bluesky")
    platforms = Platforms(vault_of("a key of the scenes"), httpx.Client(), {"instagram": insta, "bluesky": bsky})
    by: Any = {"staff_name": "Claire", "now": world.at - timedelta(hours=5)}
    for channel, address in (("insta", "https://instagram.example/p/velo"), ("bsky", "https://bluesky.example/velo")):
        posts.add_post(world.house, platforms, identity, channel=channel, address=address, token="", **by)
    for n in range(12):
        insta.say("p/velo", f"person{n}", f"J’aime le bleu #velobleu @ami{n} 🚲", mentions=(friend(f"ami{n}"),))
    insta.say("p/velo", "person1", "Encore moi #velobleu", mentions=(friend("ami"),))
    insta.say("p/velo", "alice", "Sans mot-dièse", mentions=(friend("bob"),))
    gone = insta.say("p/velo", "carla", "Je retire #velobleu", mentions=(friend("bob"),))
    insta.say("p/velo", "denis", "Toujours les mêmes qui gagnent, c’est truqué #velobleu", mentions=(friend("bob"),))
    insta.say("p/velo", "emma", "Quand est le tirage ? #velobleu", mentions=(friend("bob"),))
    insta.counted["p/velo"] = 21
    bsky.trouble = [refused("token-refused")] * 9
    for hours in (5, 3, 2, 1):
        sweep_due(world.house, platforms, lambda hours=hours: world.at - timedelta(hours=hours))  # type: ignore[misc]
        if gone in insta.there["p/velo"]:
            insta.remove("p/velo", gone)
    import_comments(
        world.house, identity, io.BytesIO(CSV.encode()), "export-janvier.csv", channel="tube", site="youtube",
        staff_name="Claire", now=world.at,
    )  # fmt: skip
    while read_comments(world.house, identity):
        pass
    set_watch(
        world.house,
        identity,
        threshold="5",
        kinds=["complaint", "insult"],
        email="equipe@velobleu.example",
        hook="",
        **by,
    )
    save_reply(world.house, identity, title="Délai de livraison", text="Les lots partent sous trois semaines 🚲", **by)
    world.people("commented", "asked", "fresh")
    asked, fresh = world.receipts["commented"]
    ask_code(world.house, identity, asked.token, "@person1", world.at)
    return {
        "receipt to tie": f"/c/commented/receipt/{fresh.token}",
        "receipt with a code": f"/c/commented/receipt/{asked.token}?lang=en",
        "landing commented": "/c/commented",
        "rules commented": "/c/commented/rules",
        "comments asked": "/c/commented/comments",
        "comments asked in English": "/c/commented/comments?lang=en",
        "staff comments": "/staff/c/commented/comments",
        "staff comments to look at": "/staff/c/commented/comments?look=complaint",
        "staff figures of comments": "/staff/c/commented/figures",
        "staff replies of comments": "/staff/c/commented/replies",
        "staff comments declined": "/staff/c/commented/comments?state=declined&lang=en",
    }
