"""Lua health checks for kinds that Argo CD has none for, from the conditions that their controllers write.

Must not: know a kind; each API group's file says which conditions mean what.
"""

from __future__ import annotations

from collections.abc import Mapping

_HEAD = 'local hs = {status = "Progressing", message = "waiting for the controller"}\nlocal status = obj.status or {}\n'

_CONDITIONS = """\
local meaning = {%s}
local weight = {Progressing = 0, Healthy = 1, Suspended = 2, Degraded = 3}
for _, condition in ipairs(status.conditions or {}) do
  local key = condition.type .. "=" .. condition.status
  local verdict = meaning[key .. "/" .. (condition.reason or "")] or meaning[key]
  if verdict ~= nil and weight[verdict] >= weight[hs.status] then
    hs = {status = verdict, message = condition.message or condition.type}
  end
end
return hs
"""

_FIELD = """\
local meaning = {%s}
local value = status%s
if value ~= nil and meaning[value] ~= nil then
  hs = {status = meaning[value], message = value}
end
return hs
"""


def by_conditions(meaning: Mapping[str, str]) -> str:
    """Health from conditions: `{"Active=False": "Degraded"}`; the worst that holds wins, none is Progressing.

    `Active=False/Stopped` is for one reason, and comes before the same without.
    """
    return _HEAD + _CONDITIONS % _table(meaning)


def by_field(path: str, meaning: Mapping[str, str]) -> str:
    """Health from one text field below `status` (`jobStatus`, `state.phase`); an unlisted value is Progressing."""
    first, *rest = path.split(".")
    field = "".join([f".{first}", *(f" and status.{first}.{name}" for name in rest)])
    return _HEAD + _FIELD % (_table(meaning), field)


def _table(meaning: Mapping[str, str]) -> str:
    return ", ".join(f'["{key}"] = "{verdict}"' for key, verdict in meaning.items())
