"""Files that winners send: what may come in, and how long one may wait for a look."""

from contests.errors import Refused, Text

KEPT_DAYS = 30
LARGEST = 5 * 1024 * 1024
_MAGIC = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
SUFFIX = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def kind_of_file(data: bytes) -> str:
    """Return the media type by the first bytes, whatever the name says. Raises Refused for anything else."""
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")
    if not kind or len(data) > LARGEST:
        raise Refused(
            "file-refused",
            Text(
                fr="Une photo (JPEG, PNG) ou un PDF d’au plus 5 Mio était attendu.",
                en="A photograph (JPEG, PNG) or a PDF of at most 5 MiB was expected.",
            ),
            Text(
                fr="Choisissez un autre fichier, ou réduisez-le.",
                en="Choose another file, or make it smaller.",
            ),
            found=Text(fr=f"{len(data)} octets", en=f"{len(data)} bytes") if data else "",
            where="",
        )
    return kind
