"""What an organisation adds to our facts in cnai.toml: accelerator classes and serving runtimes, with the fields of our own fact files.

Must not: repeat a name of ours; a fact that is wrong is corrected in its file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field

from cnai_gitops import facts
from cnai_gitops.facts.runtimes import Runtime, runtime
from cnai_gitops.spec.base import Positive, Spec, Strings, Text, Variables

Labels = Annotated[Mapping[str, str], Field(min_length=1)]
Slices = Annotated[Sequence[Annotated[int, Ge(1), Le(8)]], Field(min_length=2, max_length=2), AfterValidator(tuple)]
Port = Annotated[int, Ge(0), Le(65535)]


class AcceleratorClass(Spec):
    """A class of accelerators that our facts do not know."""

    vendor: Text
    """who makes it: nvidia, amd, intel ..."""
    resource: str = Field(pattern=r"^[a-z0-9.-]+/[A-Za-z0-9._-]+$")
    """extended resource that a container asks for: nvidia.com/gpu"""
    selector: Labels
    """node labels that select it; these are written"""
    also: Annotated[Sequence[Labels], AfterValidator(tuple)] = ()
    """other node labels that mean the same class; only read"""
    tolerations: Annotated[Sequence[Mapping[str, str]], AfterValidator(tuple)] = ()
    """taints that such nodes usually carry, as a pod tolerates them"""
    memory_gib: Positive
    """memory that the driver reports, in GiB, rounded down"""
    tdp_watts: Positive | None = None
    """board power in watts; none where the vendor publishes none"""
    mig: Mapping[str, Slices] = {}
    """MIG profiles: compute slices of 7 and memory slices of 8 that each takes"""
    source: Text
    """where the numbers come from, and when they were read"""

    def fact(self, name: str) -> facts.Accelerator:
        """The same as a fact, by its name."""
        return facts.accelerator(name, self.model_dump())


class ServingRuntime(Spec):
    """A serving runtime that our facts do not know."""

    format: Text
    """model format that it serves, as KServe names it"""
    protocol: Literal["v1", "v2"] = "v2"
    """inference protocol"""
    image: Text
    """name of the platform image; the environment pins its digest"""
    command: Annotated[Strings, Field(min_length=1)]
    """what starts the server in the image; its arguments are in `args`"""
    args: Strings = ()
    """arguments of the server; PORT and MODEL stand for the port and the model's name"""
    env: Variables = Field(default_factory=lambda: {"HOME": "/tmp"})
    """environment variables; only /tmp can be written to, so caches and the home directory lie below it"""
    metrics_port: Port = 0
    """port of its metrics; 0 is the serving port"""
    metrics_path: str = "/metrics"
    """HTTP path of its metrics"""
    ready: str
    """HTTP path that answers once the model is loaded, not before; MODEL stands for its name"""
    live: str
    """HTTP path that answers while the server lives"""
    paths: Strings
    """HTTP paths that a gateway lets through, exactly; one that ends in `/` is for all below it; MODEL stands for the model's name"""
    requests: Text
    """counter of requests"""
    errors: str = ""
    """counter of failed requests; empty when it counts none"""
    requests_count_errors: bool = False
    """true when the counter of requests counts failed ones, too"""
    p99_ms: Text
    """PromQL of the 99th percentile in milliseconds; SELECTOR stands for the label matchers"""
    honours: Annotated[Sequence[Literal["accelerator"]], AfterValidator(tuple)] = ()
    """fields of a serve stage that only some runtimes can use, and this one can"""

    @property
    def fact(self) -> Runtime:
        """The same as a fact."""
        return runtime(self.model_dump())
