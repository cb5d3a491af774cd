"""The journal's mathematics and formats: Merkle tree, signed notes, checkpoints, tiles, receipts.

Standards as they are: RFC 6962 §2.1, RFC 9162 §2.1.3–2.1.4, and C2SP signed-note, tlog-checkpoint,
tlog-tiles and tlog-proof. Pure: bytes in, bytes out.
"""
