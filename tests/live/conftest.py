"""What the tests below a live systemd share. They run inside tests/boot."""

import contextlib
import pathlib
import subprocess
import sys
import time

SYSTEM = pathlib.Path(__file__).parents[1] / "system"
sys.path.insert(0, str(SYSTEM))

PATIENCE_SECONDS = 60


def run(*words):
    """What a command says; it must succeed."""
    return subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE,
                          timeout=PATIENCE_SECONDS).stdout


def wait_until(condition, what, seconds=PATIENCE_SECONDS):
    """Waits for a condition that no event announces."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds: {what}"
        time.sleep(0.05)


def service(unit, prop):
    """What the manager knows of a unit."""
    return run("systemctl", "show", "--value", f"--property={prop}", unit).strip()


@contextlib.contextmanager
def edited(path, text):
    """A file with another content for a while."""
    file = pathlib.Path(path)
    before = file.read_text() if file.exists() else None
    file.write_text(text)
    try:
        yield file
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)
