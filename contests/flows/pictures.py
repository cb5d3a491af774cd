"""Pictures that organisers upload, drawn anew: only pixels stay of a file, whatever else was hidden in it.

Metadata (where a photograph was taken, by which device), bytes behind the end, further frames and a second file inside
the first all go. A picture says how large it is before it is unpacked: one that is too large is never unpacked.
"""

import io
from contextlib import suppress

import msgspec
from PIL import Image, ImageCms, ImageOps

MOST_PIXELS = 16_000_000


class Kind(msgspec.Struct, frozen=True):
    """A format: its name in the library, its media type, the end of its file names, how it is written."""

    name: str
    media: str
    suffix: str
    options: dict[str, int | bool]


_KINDS = (
    (b"\x89PNG\r\n\x1a\n", 0, Kind("PNG", "image/png", "png", {"optimize": True})),
    (b"\xff\xd8\xff", 0, Kind("JPEG", "image/jpeg", "jpg", {"quality": 90, "optimize": True, "progressive": True})),
    (b"WEBP", 8, Kind("WEBP", "image/webp", "webp", {"quality": 90})),
)


def kind_of(data: bytes) -> Kind | None:
    """Return the format by the first bytes, whatever the name says; None for any other."""
    return next((kind for magic, at, kind in _KINDS if data[at : at + len(magic)] == magic), None)


def redrawn(data: bytes, kind: Kind) -> bytes:
    """Return a file of the same format with the same pixels, upright, in sRGB; nothing for what is no such picture."""
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data), formats=(kind.name,)) as found:
            if found.width * found.height > MOST_PIXELS:
                return b""
            made = _in_srgb(ImageOps.exif_transpose(found))
        made.info = {}
        made.save(out, kind.name, **kind.options)
    except Exception:  # noqa: BLE001 - a decoder raises whatever it likes at bytes that are no picture
        return b""
    return out.getvalue()


def _in_srgb(picture: Image.Image) -> Image.Image:
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if profile := picture.info.get("icc_profile"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode=mode)
            if made is not None:
                return made
    return picture.convert(mode)
