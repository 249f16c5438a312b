"""Bad submissions by what the fields of `submission.json` say, all but their rows."""

from tests.leaderboards.helpers.corpus import bad, edit, editing, raw, renamed, setting, text

NUMBERS = {
    "format": "format",
    "rows.3.size": "rows[3].size",
    "rows.3.training_seed": "rows[3].training_seed",
    "rows.3.returns.2": "rows[3].returns[2]",
    "training.environment_steps.guess": "training.environment_steps.guess",
    "training.cpu_seconds.guess": "training.cpu_seconds.guess",
    "training.parameters.guess": "training.parameters.guess",
    "training.curves.guess.1.0": "training.curves.guess[1][0]",
    "training.curves.guess.1.1": "training.curves.guess[1][1]",
}
"""Every place of a number: path -> as errors name it."""
NO_NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", '"1.0"', "true", "null", "[1]", "{}", "1" * 400)

IN_NUMBERS = [
    bad(f"{value if len(value) < 20 else 'a huge integer'} as {path}", raw(path, value), place, "must")
    for path, place in NUMBERS.items()
    for value in NO_NUMBERS
]

LINES = {"title": "title", "authors.1": "authors[1]", "training.device": "training.device"}
TEXTS = {
    **LINES, "about": "about", "agent.description": "agent.description", "training.commands.0": "training.commands[0]",
    "training.versions.python": "training.versions.python",
}  # fmt: skip
NO_TEXTS = {
    "a script": "<script>alert(1)</script>",
    "an image": 'x"><img src=x onerror=alert(1)>',
    "a second line": "one\ntwo",
    "a NUL": "a\x00b",
    "an escape": "\x1b[2Jcleared",
    "a mark that turns text around": "nice\u202egnp.exe",
    "an invisible space": "a\u200bb",
    "a line separator": "a\u2028b",
    "half a character": "\ud800",
    "a tag character": "a\U000e0041",
    "nothing": "",
    "spaces around": " padded ",
    "too much": "x" * 5000,
    "a number": 7,
    "nobody": None,
}
IN_TEXTS = [
    bad(f"{what} as {path}", setting(path, value), place, "must")
    for path, place in TEXTS.items()
    for what, value in NO_TEXTS.items()
]

LINKS = {
    "http": "http://example.org/x",
    "javascript": "javascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "no scheme": "//example.org",
    "a user": "https://github.com@evil.org/",
    "a quote": 'https://example.org/"onclick="alert(1)',
    "a space": "https://example.org/a b",
    "a Cyrillic letter": "https://ex\u0430mple.org/",
    "a port": "https://example.org:8080/",
    "an address in numbers": "https://127.0.0.1/",
    "a tag": "https://example.org/<b>",
    "a second line": "https://example.org/\nhttps://evil.org",
    "upper case scheme": "HTTPS://example.org",
    "too long": "https://example.org/" + "a" * 300,
    "nothing": "",
}
NAMES = {
    "a path up": "../../evil",
    "an absolute path": "/etc/passwd",
    "a backslash": "a\\b",
    "upper case": "First",
    "a NUL": "first\x00",
    "a Cyrillic letter": "f\u0456rst",
    "a full-width letter": "\uff46irst",
    "a second line": "first\n",
    "an underscore": "first_",
    "a dot": ".",
    "a space": "my agent",
    "a tag": "<b>",
    "nothing": "",
    "too long": "a" * 60,
}
IDENTITY = [
    *(bad(f"a link with {what}", setting("url", url), "url", "must") for what, url in LINKS.items()),
    *(bad(f"a name with {what}", setting("name", name), "name", "must") for what, name in NAMES.items()),
    *(
        bad(f"a date like {date!r}", setting("date", date), "date", "must")
        for date in (
            "tomorrow",
            "2026-1-2",
            "20260102",
            "2026-01-02T00:00",
            "../2026-01",
            "2026-01-02\n",
            "\u0662\u0660\u0662\u0666-01-02",
        )
    ),
    bad("a month that is not there", setting("date", "2026-13-01"), "date", "month"),
    bad("a day that is not there", setting("date", "2026-02-30"), "date", "day"),
    bad("a date in the future", renamed(date="2999-01-01"), "date", "must not lie in the future"),
    bad("a name that is not the folder's", setting("name", "third"), "name", "must fit the folder"),
    bad("a date that is not the folder's", setting("date", "2026-01-03"), "name", "must fit the folder"),
    bad("a name that is taken", renamed(name="second", date="2026-01-05"), "name", "is taken by 2026-01-01_sec"),
    bad("a benchmark that is not there", setting("suite", "v99"), "suite", "must be one of tiny, got 'v99'"),
    *(
        bad(f"the benchmark {benchmark!r}", setting("suite", benchmark), "suite", "must match")
        for benchmark in ("../tiny", "/etc/passwd", "tiny\x00", "t\u0456ny", "TINY", "")
    ),
    *(
        bad(f"the previous {previous!r}", setting("previous", previous), "previous", "must")
        for previous in ("../../x", "/2026-01-01_first", "first", "2026-01-01_f\u0456rst", "2026-01-01_first\n", 1, "")
    ),
    bad("previous is itself", setting("previous", "2026-01-02_first"), "previous", "must be an earlier version"),
    bad("previous is later", setting("previous", "2026-01-03_first"), "previous", "must be an earlier version"),
    bad("previous is of another", setting("previous", "2026-01-01_second"), "previous", "earlier version of fi"),
    bad("previous is not there", setting("previous", "2025-01-01_first"), "previous", "must be a submission that"),
    bad(
        "previous is of strangers",
        lambda folder: (
            edit(folder, lambda c: c.update(name="second", previous="2026-01-01_second", authors=["Eve"])),
            folder.rename(folder.with_name("2026-01-02_second")),
        )[1],
        "previous",
        "must have an author in common",
    ),
]

KEYS = [
    bad("a key twice", text('"format": 1,', '"format": 1, "format": 1,'), "format", "must be given once"),
    bad("a key twice, escaped", text('"title"', '"titl\\u0065": "x", "title"'), "title", "must be given once"),
    bad("a key twice in training", text('"device"', '"device": "x", "device"'), "device", "given once"),
    bad("a problem twice", text('"guess": 1.5', '"guess": 9.5, "guess": 1.5'), "guess", "given once"),
    bad("returns twice", text('"returns"', '"returns": [0.0], "returns"'), "returns", "given once"),
    *(
        bad(f"an unknown key {path}", setting(path, 1.0), place, "is no key that may be here")
        for path, place in {
            "score": "score", "status": "status", "rank": "rank", "__class__": "__class__",
            "agent.module": "agent.module",
            "training.seed": "training.seed", "rows.2.score": "rows[2].score", "rows.2.failed": "rows[2].failed",
            "rows.2.first_episode": "rows[2].first_episode", "rows.2.episodes": "rows[2].episodes",
        }.items()
    ),
    *(
        bad(f"without {key}", editing(lambda content, key=key: content.pop(key)), key, "must be there")
        for key in ("format", "suite", "name", "date", "title", "authors", "url", "about", "agent", "training", "rows")
    ),
    *(
        bad(f"a row without {key}", editing(lambda c, key=key: c["rows"][4].pop(key), sealed=False),
            f"rows[4].{key}", "must be there")
        for key in ("problem", "size", "training_seed", "weights_sha256", "returns", "sha256")
    ),
    bad("another format", setting("format", 2), "format", "got 2"),
    bad("another source", setting("agent.source", "pickle"), "agent.source", "must be 'badger' or 'own'"),
    bad("nobody as authors", setting("authors", []), "authors", "must have at least 1"),
    bad("authors in one text", setting("authors", "Ada"), "authors", "must be a valid tuple"),
    bad("an author twice", setting("authors", ["Ada", "Ada"]), "authors", "must name everybody once"),
    bad("no command", setting("training.commands", []), "training.commands", "must have at least 1"),
    bad("no version of badger_envs", setting("training.versions", {"python": "3"}), "versions", "badger_envs"),
    bad("a path as a package", setting("training.versions", {"../x": "1"}), "versions.../x", "name of a pack"),
]  # fmt: skip
