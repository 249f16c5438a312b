"""Running policies: on the named test episodes, in a process apart, and once more to see whether they agree."""
