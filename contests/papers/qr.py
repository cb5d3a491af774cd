"""QR codes as SVG."""

import base64
import io
from typing import Any

from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage
from qrcode.main import QRCode


def qr_svg(text: str) -> bytes:
    """Return the QR code of `text`: dark on white, with the quiet zone of four modules that scanners need."""
    code: Any = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    out = io.BytesIO()
    code.make_image(image_factory=SvgPathFillImage).save(out)
    return out.getvalue()


def qr_address(text: str) -> str:
    """Return the QR code of `text` as an address that holds the picture itself: nothing is fetched, and it prints."""
    return f"data:image/svg+xml;base64,{base64.b64encode(qr_svg(text)).decode()}"
