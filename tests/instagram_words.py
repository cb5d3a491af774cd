"""What Instagram says, rightly: comments, lists, errors, in the shape of the Graph API. Everybody is made up."""

from typing import Any

from scripted import Answer

from contests.comment import Post

TOKEN = "IGmadeUpTokenOfAliceThatNobodyElseMayRead"
BY_FACEBOOK = "EAAmadeUpTokenOfThePageThatNobodyElseMayRead"
POST = Post(
    site="instagram", id="17800", scope="17841", author="lumiere", link="https://www.instagram.com/p/C0dEab_-1/"
)


def said(number: int | str, **more: Any) -> dict[str, Any]:
    base = {"id": str(number), "text": f"moi {number}", "timestamp": "2026-11-20T10:56:52+0000",
            "username": "bob", "from": {"id": "77", "username": "bob"}, "hidden": False, "like_count": 0}  # fmt: skip
    return {name: one for name, one in (base | more).items() if one is not None}


def listing(*items: Any, after: str = "", more: bool | None = None) -> dict[str, Any]:
    paging: dict[str, Any] = {"cursors": {"after": after}} if after else {}
    if more or (after and more is None):
        paging["next"] = f"https://graph.example/v1/x?access_token={TOKEN}&after={after}"
    return {"data": list(items)} | ({"paging": paging} if paging else {})


MEDIA = Answer({"id": "17800", "comments_count": 5, "owner": {"id": "17841"}})


def error(code: int, subcode: int = 0, status: int = 400, message: str = "no", **headers: str) -> Answer:
    body = {"error": {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode,
                      "fbtrace_id": "Abc"}}  # fmt: skip
    return Answer(body, status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})
