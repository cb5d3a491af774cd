"""A second, independent check of a beacon signature, with py-ecc: other authors, other language, slow."""

import sys
from functools import lru_cache
from hashlib import sha256

from contests.draw.beacon import DST, QUICKNET, Chain, Round, is_signature, message


@lru_cache(maxsize=64)
def verify_again(value: Round, chain: Chain = QUICKNET) -> bool:
    """Say whether the signature holds, by py-ecc alone. Never raises; takes about a second."""
    if value.chain != chain.hash or not is_signature(value.signature):
        return False
    limit = sys.getrecursionlimit()
    try:
        return _holds(value, chain)
    except (ValueError, AssertionError, ZeroDivisionError):
        return False
    finally:
        # py-ecc raises the recursion limit of the whole process when it is imported; with it, deeply nested
        # input elsewhere would overflow the stack instead of raising.
        sys.setrecursionlimit(limit)


def _holds(value: Round, chain: Chain) -> bool:
    from py_ecc.bls.hash_to_curve import hash_to_G1
    from py_ecc.bls.point_compression import decompress_G1, decompress_G2
    from py_ecc.bls.typing import G1Compressed, G2Compressed
    from py_ecc.optimized_bls12_381.optimized_curve import G2, curve_order, is_inf, multiply
    from py_ecc.optimized_bls12_381.optimized_pairing import pairing

    signature = decompress_G1(G1Compressed(int(value.signature, 16)))
    key = bytes.fromhex(chain.public_key)
    public = decompress_G2(G2Compressed((int.from_bytes(key[:48], "big"), int.from_bytes(key[48:], "big"))))
    if is_inf(signature) or not is_inf(multiply(signature, curve_order)):
        return False
    hashed = hash_to_G1(message(value.round), DST, sha256)  # type: ignore[arg-type] # a constructor is meant
    return bool(pairing(G2, signature) == pairing(public, hashed))
