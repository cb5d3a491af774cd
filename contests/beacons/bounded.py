"""Answers of strangers, read up to a size that they may have."""

import httpx


def read_bounded(response: httpx.Response, most: int) -> bytes:
    """Return a streamed answer's body. Raises ValueError beyond `most` bytes."""
    data = b""
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > most:
            raise ValueError(f"an answer beyond {most // 1024} KiB")
    return data
