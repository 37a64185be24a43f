"""The look of the report and of pictures: colours with enough contrast by day and by night.

Must not: fetch anything (no fonts, no images) or carry meaning by colour alone.
"""

from __future__ import annotations

LIGHT = {
    "ground": "#ffffff",
    "raised": "#f3f5f7",
    "edge": "#8a939c",
    "ink": "#16191d",
    "quiet": "#4a545e",
    "good": "#12662b",
    "bad": "#a31919",
    "warn": "#7a4b00",
    "link": "#0b4f9e",
    "data": "#e3effb",
    "stage": "#f3f5f7",
    "model": "#ece6fa",
    "service": "#e2f5e6",
    "cluster": "#eef0f2",
    "alert": "#fdeed8",
}
DARK = {
    "ground": "#14181c",
    "raised": "#1e242a",
    "edge": "#7d8791",
    "ink": "#eceff2",
    "quiet": "#b3bcc5",
    "good": "#7bdc95",
    "bad": "#ff9a90",
    "warn": "#f3c45a",
    "link": "#93c0ff",
    "data": "#16304a",
    "stage": "#1e242a",
    "model": "#2d2450",
    "service": "#173a22",
    "cluster": "#262c32",
    "alert": "#4a3410",
}
MONO = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace'

_PAGE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .quiet { color: var(--quiet); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.first { list-style: none; margin: 1rem 0; padding: 0; }
.first > li { border-left: .35rem solid var(--edge); background: var(--raised); margin: .4rem 0; padding: .4rem .8rem; }
.first > li.stop { border-color: var(--bad); } .first > li.warn { border-color: var(--warn); color: inherit; }
.first ul { margin: .2rem 0 0; padding-left: 1.2rem; } li { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; } caption { text-align: left; color: var(--quiet); padding: .2rem 0; }
th, td { border: 1px solid var(--edge); padding: .25rem .6rem; text-align: left; vertical-align: top; font-weight: normal; }
thead th { background: var(--raised); font-weight: 600; }
ul.cells { list-style: none; margin: 0; padding: 0; } ul.cells li { white-space: nowrap; }
code, pre { font-family: %(mono)s; font-size: .86em; }
pre { margin: .3rem 0; padding: .5rem .8rem; background: var(--raised); overflow-x: auto; }
details { border: 1px solid var(--edge); margin: .4rem 0; padding: .3rem .8rem; } summary { cursor: pointer; overflow-wrap: anywhere; }
svg { max-width: 100%%; height: auto; } svg text { fill: var(--ink); font-family: %(mono)s; }
.track { fill: var(--raised); stroke: var(--edge); } .taken { fill: var(--link); } .over { fill: var(--bad); } .near { fill: var(--warn); }
"""


def variables() -> str:
    """The colours as custom properties, following what the reader's system prefers."""
    light, dark = ("".join(f"--{name}: {value}; " for name, value in colors.items()) for colors in (LIGHT, DARK))
    return f":root {{ {light}}}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}\n"


def page() -> str:
    """The style sheet of the report."""
    return variables() + _PAGE % {"mono": MONO}
