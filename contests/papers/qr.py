"""QR codes as SVG and as PNG, the same bytes each time."""

import base64
import io
from typing import Any, Literal

from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.image.svg import SvgPathFillImage
from qrcode.main import QRCode

QUIET = 4  # modules of white around the code, which scanners need
_LEVELS = {"screen": ERROR_CORRECT_M, "print": ERROR_CORRECT_Q}
Use = Literal["screen", "print"]


def _code(text: str, use: Use) -> Any:  # noqa: ANN401 - the library has no types
    code: Any = QRCode(error_correction=_LEVELS[use], border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    return code


def qr_svg(text: str, use: Use = "screen") -> bytes:
    """Return the QR code of `text`: dark on white, with its quiet zone.

    On a `screen` 15 % of it may be hidden, in `print` 25 %: paper gets creased, wet and torn.
    """
    out = io.BytesIO()
    _code(text, use).make_image(image_factory=SvgPathFillImage).save(out)
    return out.getvalue()


def qr_png(text: str, pixels: int = 16) -> bytes:
    """Return the QR code for print as a PNG of so many pixels a module, each module whole."""
    import typst  # large, and needed by few pages

    side = _code(text, "print").modules_count + 2 * QUIET
    template = f'#set page(width: {side}pt, height: {side}pt, margin: 0pt)\n#image(bytes(sys.inputs.qr), format: "svg", width: 100%)'
    return typst.compile(
        template.encode(),
        format="png",
        ppi=72.0 * pixels,
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"qr": qr_svg(text, "print").decode()},
    )


def qr_address(text: str) -> str:
    """Return the QR code of `text` as an address that holds the picture itself: nothing is fetched, and it prints."""
    return f"data:image/svg+xml;base64,{base64.b64encode(qr_svg(text)).decode()}"
