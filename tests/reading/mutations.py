"""Bytes of files with something wrong."""


def mutated(content, generator):
    """A copy of the bytes with something wrong."""
    body = bytearray(content)
    at = int(generator.integers(len(body)))
    kind = generator.integers(5)
    if kind == 0:
        return bytes(body[:at])
    if kind == 1:
        for place in generator.integers(len(body), size=8):
            body[place] = int(generator.integers(256))
    elif kind == 2:
        body[at:at] = generator.bytes(20)
    elif kind == 3:
        del body[at : at + 20]
    else:
        other = int(generator.integers(len(body)))
        body[at : at + 40] = body[other : other + 40]
    return bytes(body)
