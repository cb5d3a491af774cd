"""Pictures that organisers upload: drawn anew, so that nothing but pixels comes through."""

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from contests.flows.pictures import MOST_PIXELS, kind_of, redrawn

FORMATS = ["PNG", "JPEG", "WEBP"]


def picture(form: str, size: tuple[int, int] = (8, 4), **options: Any) -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    made = Image.new("RGB", size, "blue")
    made.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    made.save(out, form, **options)
    return out.getvalue()


def again(data: bytes) -> bytes:
    kind = kind_of(data)
    assert kind is not None
    return redrawn(data, kind)


@pytest.mark.parametrize("form", FORMATS)
def test_only_pixels_stay(form: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    data = picture(form, (80, 40), exif=exif, quality=100) + b"<script>alert(1)</script>PK\x03\x04 another file"
    made = again(data)
    assert b"taken at home" in data
    assert b"taken at home" not in made
    assert b"<script>" not in made
    with Image.open(io.BytesIO(made)) as found:
        assert (found.format, found.size) == (form, (80, 40))
        assert not found.getexif()
        left, right = (found.convert("RGB").getpixel(at) for at in ((10, 20), (70, 20)))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > right[0] + 150
    assert right[2] > left[2] + 150


def test_a_photograph_that_lies_on_its_side_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(again(picture("JPEG", (80, 40), exif=exif)))) as found:
        assert found.size == (40, 80)


def test_what_can_be_seen_through_stays_so_and_an_animation_stands_still() -> None:
    frames = [Image.new("RGBA", (8, 8), colour) for colour in ((255, 0, 0, 0), (0, 0, 255, 255))]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(again(out.getvalue()))) as found:
        assert (found.mode, getattr(found, "n_frames", 1)) == ("RGBA", 1)
        assert found.getpixel((1, 1)) == (255, 0, 0, 0)


def test_colours_of_another_space_come_into_that_of_screens() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    with Image.open(io.BytesIO(again(picture("PNG", icc_profile=lab.tobytes())))) as found:
        assert "icc_profile" not in found.info
    with Image.open(io.BytesIO(again(picture("PNG", icc_profile=b"no profile")))) as found:
        assert "icc_profile" not in found.info


def test_a_small_file_with_a_great_many_pixels_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    side = 1 + int(MOST_PIXELS**0.5)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes((side // 8 + 2) * side), 9)
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(what)) + name + what + struct.pack(">I", zlib.crc32(name + what)) for name, what in chunks
    )
    assert len(data) < 20_000
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was unpacked"))
    assert again(data) == b""


def test_a_picture_that_claims_another_format_is_none() -> None:
    kind = kind_of(picture("PNG"))
    assert kind is not None
    assert redrawn(picture("JPEG"), kind) == b""
    assert kind_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>") is None
    assert kind_of(b"GIF89a") is None


@settings(max_examples=60)
@given(st.sampled_from(FORMATS), st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_any_bytes_become_a_picture_or_nothing(form: str, at: int, said: bytes) -> None:
    data = bytearray(picture(form))
    data[at : at + len(said)] = said
    kind = kind_of(bytes(data))
    if kind:
        made = redrawn(bytes(data), kind)
        assert not made or kind_of(made) == kind
