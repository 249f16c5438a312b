"""Keys of those who submit: whoever continues an entry signs with a key that it was made with.

Ed25519 (RFC 8032), by the library `cryptography`. `submit` makes the key, once, in a file that nobody else can read;
the public half and the signature go into the submission. What is signed is the SHA-256 of all its other bytes.
"""

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

PURPOSE = b"badger leaderboard, submission.json\n"
"""Signed together with the hash, so that a signature serves nothing else."""
MAINTAINERS = Path(__file__).parent / "maintainers.txt"
"""Public keys of maintainers, who may continue any entry, one in a line; what follows # says whose it is."""
MAX_BYTES = 10_000


def default_path() -> Path:
    """Where the key of a user lies, outside of every checkout."""
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder) / "badger-leaderboards" / "key.pem"


def load_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file, which is made where there is none, for its owner alone (mode 600).

    Raises:
        ValueError: The file holds no such key, or others can read it.
    """
    if not os.path.lexists(path):
        _make_key(path)
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        raise ValueError(f"key must be a file that nobody else can read: chmod 600 {path}")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it is too large")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"key must be an Ed25519 key in PEM, without a password, got {path} ({error})") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"key must be an Ed25519 key, got {type(key).__name__} in {path}")
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # never over another one
    with os.fdopen(descriptor, "wb") as file:
        file.write(made)


def public_of(key: Ed25519PrivateKey) -> str:
    """The public half, 64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def sign(key: Ed25519PrivateKey, content: bytes) -> str:
    """The signature of a content, 128 hexadecimal digits."""
    return key.sign(PURPOSE + hashlib.sha256(content).digest()).hex()


def is_signed(public: str, signature: str, content: bytes) -> bool:
    """Whether a signature is of a content and of a public key."""
    try:
        about = PURPOSE + hashlib.sha256(content).digest()
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), about)
    except (InvalidSignature, ValueError):
        return False
    return True


@cache
def maintainers() -> frozenset[str]:
    """Public keys of maintainers."""
    lines = (line.partition("#")[0].strip() for line in MAINTAINERS.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line)
