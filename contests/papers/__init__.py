"""What people read: the rules text, notices, minutes. A document tree first, then HTML."""
