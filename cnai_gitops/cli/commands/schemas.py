"""`cnai schemas`: JSON Schemas of the files that users write, and schemas of CRDs beside our own models.

Must not: know a schema's content.
"""

from __future__ import annotations

import typer

from cnai_gitops.cli.options import Root, root_of
from cnai_gitops.cli.output import say

app = typer.Typer(help="JSON Schemas for editors, and the schemas of your clusters' CRDs.", no_args_is_help=True, rich_markup_mode=None)


@app.command("write")
def write(check: bool = typer.Option(False, "--check", help="Write nothing; exit 1 when they are stale."), root: Root = None) -> int:
    """Write schemas/<noun>.schema.json, which the editor's modeline in each file points at."""
    from cnai_gitops.project import read_config
    from cnai_gitops.scaffold.schemas import json_schemas
    from cnai_gitops.system.files import Writer

    folder = root_of(root)
    files = {f"schemas/{name}.schema.json": text.encode() for name, text in json_schemas(read_config(folder).facts).items()}
    if check:
        stale = [path for path, data in files.items() if not (folder / path).is_file() or (folder / path).read_bytes() != data]
        for path in stale:
            say(f"stale  {path}; run `cnai schemas write`")
        return int(bool(stale))
    with Writer(folder) as writer:
        changed = [path for path, data in files.items() if writer.write(path, data)]
    say(f"schemas/  {len(changed)} written, {len(files) - len(changed)} unchanged")
    return 0


@app.command("sync")
def sync(
    source: str = typer.Option(..., "--from", help="A folder of CRD files, an https address of one file, or `cluster:CONTEXT`."),
    root: Root = None,
) -> int:
    """Take over the CRDs that your clusters serve: schemas/crds/ and a lock file of digests."""
    from cnai_gitops.cluster.crds import collect
    from cnai_gitops.system.files import Writer

    folder = root_of(root)
    files = collect(source)
    with Writer(folder) as writer:
        changed = [path for path, text in files.items() if writer.write(path, text.encode())]
    say(f"schemas/crds/  {len(changed)} written, {len(files) - len(changed)} unchanged")
    return 0
