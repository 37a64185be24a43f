"""The packaging step: a model folder becomes an OCI image, is pushed, and its digest is told.

Must not: decide whether the model may be released; the gate did.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnai_gitops.steps.files import write_whole
from cnai_gitops.steps.image import PackageError, build
from cnai_gitops.steps.registry import Credentials, Reference, credentials, push
from cnai_gitops.steps.web import DeliveryError


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Build and push: 0 done and the digest printed, 1 with words on stderr, 2 for a wrong command line."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    variables = os.environ if environ is None else environ
    if arguments.push and not arguments.tag:
        parser.error("--push needs --tag")
    try:
        target = Reference.parse(arguments.push) if arguments.push else None
        annotations = _annotations(arguments.annotation)
        created = _epoch(variables.get("SOURCE_DATE_EPOCH", ""))
    except ValueError as error:
        parser.error(str(error))
    try:
        image = build(
            arguments.model_dir,
            arguments.layout,
            tag=arguments.tag,
            annotations=annotations,
            created=created,
            platform=arguments.platform,
            base=arguments.base,
        )
        if target:
            login = credentials(arguments.docker_config, target.host) if arguments.docker_config else Credentials()
            done = push(arguments.layout, target, arguments.tag, login=login, timeout=arguments.timeout)
            place = f"{target.host}/{target.repository}:{arguments.tag}"
            print(f"pushed {place}, {done.sent} blob(s) sent, {done.present} present", file=sys.stderr)
    except (PackageError, DeliveryError, OSError, ValueError) as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    # Last, so that a digest that was written is one that can be pulled.
    write_whole(arguments.digest_out, image.digest)
    print(image.digest)
    return 0


def _annotations(pairs: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not key or not separator or key in found:
            raise ValueError(f"--annotation {pair!r}: write key=value, each key once")
        found[key] = value
    return found


def _epoch(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,11}", text):
        raise ValueError(f"SOURCE_DATE_EPOCH must be whole seconds, got {text!r}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cnai_gitops.steps.package", description=(__doc__ or "").partition("\n")[0], allow_abbrev=False
    )
    parser.add_argument("--model-dir", type=Path, required=True, help="folder of the model's files")
    parser.add_argument("--layout", type=Path, required=True, help="where the OCI image layout goes")
    parser.add_argument("--digest-out", type=Path, required=True, help="file for the digest of the image")
    parser.add_argument("--annotation", action="append", default=[], metavar="KEY=VALUE", help="annotation, part of the digest")
    parser.add_argument("--platform", default="linux/amd64", choices=("linux/amd64", "linux/arm64"), help="platform of the image")
    parser.add_argument("--base", type=Path, help="OCI image layout to build upon, for servers that start a shell in the image")
    parser.add_argument("--push", metavar="HOST/REPOSITORY", help="where to push the image")
    parser.add_argument("--tag", default="", help="tag to push under: the name of the run")
    parser.add_argument("--docker-config", type=Path, help="docker config file with the registry's credentials")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for each socket operation")
    return parser


if __name__ == "__main__":
    sys.exit(main())
