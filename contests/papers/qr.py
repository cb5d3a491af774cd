"""QR codes as SVG."""

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
