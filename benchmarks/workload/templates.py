"""Turn the reference expansion into source text of each peer's language.

model.objects() is run once with placeholders for values; the resulting JSON (or YAML
text) then has every placeholder replaced by an expression of the target language. So
all peers expand the very same structure and cannot drift from the model.

A placeholder that stands alone as an integer is written <#field>, as text <field>
(with guillemets instead of angle brackets).
"""

import json
import re

import yaml

from workload.model import objects

S_TEXT = ("name", "owner", "costCentre", "dataClassification", "image", "modelUri", "modelName", "cpu", "memory", "gpu")
S_INT = ("port", "targetRps", "maxBatch", "timeoutSeconds")
E_TEXT = ("namespace", "region", "gpuType", "digest", "logLevel")
E_INT = ("minReplicas", "maxReplicas", "minAvailable", "canaryPercent")


class Num(str):
    """Dumps as «#x» (an integer) but formats into text as «x»."""

    def __str__(self):
        return self.replace("#", "")

    def __format__(self, spec):
        return str(self)


def sample():
    s = {k: f"«s.{k}»" for k in S_TEXT} | {k: Num(f"«#s.{k}»") for k in S_INT}
    e = {k: f"«e.{k}»" for k in E_TEXT} | {k: Num(f"«#e.{k}»") for k in E_INT}
    s["envs"] = {"«env»": e}
    return objects(s, "«env»")


def as_json(alone, wrap_text, embed, ints=None, objs=None):
    """JSON text with placeholders replaced.

    alone(x)      expression of a value that is one placeholder only
    wrap_text(t)  a whole string literal that has placeholders inside, already embedded
    embed(x)      a placeholder inside a string
    ints(x)       an integer used as text (needs a conversion in most languages)
    """
    text = json.dumps(objs or sample(), indent=2, ensure_ascii=False)
    text = re.sub(r'"«#([\w.]+)»"', lambda m: alone(m[1]), text)
    numeric = {f"s.{k}" for k in S_INT} | {f"e.{k}" for k in E_INT}

    def string(m):
        body = m[0]
        if "«" not in body:
            return body
        one = re.fullmatch(r'"«([\w.]+)»"', body)
        if one:
            return ints(one[1]) if one[1] in numeric else alone(one[1])
        return wrap_text(re.sub(r"«([\w.]+)»", lambda k: embed(k[1]), body))

    return re.sub(r'"(?:[^"\\]|\\.)*"', string, text)


class Block(yaml.SafeDumper):
    pass


def _text(d, v):
    return d.represent_scalar("tag:yaml.org,2002:str", v, style="|" if "\n" in v else None)


Block.add_representer(str, _text)
Block.add_representer(Num, lambda d, v: d.represent_scalar("tag:yaml.org,2002:str", "".join(v), style=None))


def as_yaml(expr, quoted):
    """YAML text for text templates: expr(x) in place, quoted(x) where it must stay text."""
    text = yaml.dump_all(sample(), Dumper=Block, sort_keys=False, allow_unicode=True, width=10000)
    must = "|".join(("s.cpu", "s.gpu", "s.targetRps", "s.maxBatch", "s.timeoutSeconds"))
    text = re.sub(rf"(?m)(: )«({must})»$", lambda m: m[1] + quoted(m[2]), text)
    return re.sub(r"«#?([\w.]+)»", lambda m: expr(m[1]), text)
