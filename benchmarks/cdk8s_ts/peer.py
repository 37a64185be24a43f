"""cdk8s in TypeScript: one chart per service x environment, six untyped ApiObjects each.

Untyped on purpose: it is the cheapest way cdk8s can be used (generated classes only add work).
tsc runs while preparing and is not timed.
"""

import os
import subprocess

from workload import store
from workload.templates import as_json, sample

VARIANTS = {"cdk8s-ts": "node main.js, FILE_PER_CHART"}


def prepare(variant, n, src):
    def expr(objs):
        return as_json(
            alone=lambda x: x,
            wrap_text=lambda t: "`" + t[1:-1].replace('\\"', '"') + "`",
            embed=lambda x: "${" + x + "}",
            ints=lambda x: f"String({x})",
            objs=objs,
        )

    adds = "\n".join(f"  new ApiObject(chart, '{d['kind']}', {expr(d)});" for d in sample())
    store.write(
        f"{src}/main.ts",
        f"""import * as fs from 'fs';
import {{ App, ApiObject, Chart, YamlOutputType }} from 'cdk8s';

function pair(app: App, s: any, env: string) {{
  const e = s.envs[env];
  const chart = new Chart(app, `${{env}}-${{s.name}}`);
{adds}
}}

const data = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const app = new App({{ outdir: process.argv[3], outputFileExtension: '.yaml',
                      yamlOutputType: YamlOutputType.FILE_PER_CHART }});
for (const env of ['dev', 'staging', 'prod']) for (const s of data.services) pair(app, s, env);
app.synth();
""",
    )
    if not os.path.exists(f"{src}/node_modules"):
        os.symlink(f"{store.HOME}/npm/node_modules", f"{src}/node_modules")
    subprocess.run(
        [
            "node",
            f"{store.HOME}/npm/node_modules/typescript/bin/tsc",
            "--target",
            "es2020",
            "--module",
            "commonjs",
            "--skipLibCheck",
            "--noCheck",
            "main.ts",
        ],
        cwd=src,
        check=True,
    )


def command(variant, n, src, out):
    return f"node {src}/main.js {store.inputs('W', n)} {out}"


def read(variant, out, wanted):
    got = {}
    for env, name in wanted:
        with open(f"{out}/{env}-{name}.yaml", "rb") as f:
            got[env, name] = store.yload(f.read())
    return got
