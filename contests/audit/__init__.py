"""The bundle that is published, and the verifier that judges it. Pure: bytes in, a verdict out."""
