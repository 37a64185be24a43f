"""Declarative GitOps configuration for cloud native AI: typed blueprints in, reviewed Kubernetes manifests out.

Public names are loaded when they are first used, so that `import cnai_gitops` costs next to nothing.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from cnai_gitops.contract.context import Context as Context
    from cnai_gitops.contract.roles import Scaler as Scaler
    from cnai_gitops.contract.roles import ServeEngine as ServeEngine
    from cnai_gitops.contract.roles import StepEngine as StepEngine
    from cnai_gitops.contract.roles import StepPlan as StepPlan
    from cnai_gitops.contract.roles import TrainEngine as TrainEngine
    from cnai_gitops.engines.serve.kserve import KServe as KServe
    from cnai_gitops.engines.serve.rayservice import RayApplication as RayApplication
    from cnai_gitops.engines.serve.rayservice import RayService as RayService
    from cnai_gitops.engines.step.container import Container as Container
    from cnai_gitops.engines.step.ray import Ray as Ray
    from cnai_gitops.engines.step.spark import Spark as Spark
    from cnai_gitops.engines.step.spark import SparkPods as SparkPods
    from cnai_gitops.engines.train.trainer import Trainer as Trainer
    from cnai_gitops.engines.trigger.lag import Lag as Lag
    from cnai_gitops.engines.trigger.rate import Rate as Rate
    from cnai_gitops.resources.base import Resource as Resource
    from cnai_gitops.session import load as load
    from cnai_gitops.spec.accelerator import AcceleratorRequest as AcceleratorRequest
    from cnai_gitops.spec.accelerator import gaudi as gaudi
    from cnai_gitops.spec.accelerator import gpu as gpu
    from cnai_gitops.spec.accelerator import tpu as tpu
    from cnai_gitops.spec.base import Resources as Resources
    from cnai_gitops.spec.blueprint import Blueprint as Blueprint
    from cnai_gitops.spec.blueprint import Override as Override
    from cnai_gitops.spec.dataset import Column as Column
    from cnai_gitops.spec.dataset import Dataset as Dataset
    from cnai_gitops.spec.dataset import Model as Model
    from cnai_gitops.spec.observe import Drift as Drift
    from cnai_gitops.spec.observe import Observe as Observe
    from cnai_gitops.spec.observe import Slo as Slo
    from cnai_gitops.spec.prepare import Prepare as Prepare
    from cnai_gitops.spec.prepare import Step as Step
    from cnai_gitops.spec.serve import Canary as Canary
    from cnai_gitops.spec.serve import Serve as Serve
    from cnai_gitops.spec.train import Checkpoint as Checkpoint
    from cnai_gitops.spec.train import Sweep as Sweep
    from cnai_gitops.spec.train import Train as Train
    from cnai_gitops.spec.train import choice as choice
    from cnai_gitops.spec.train import integers as integers
    from cnai_gitops.spec.train import log_uniform as log_uniform
    from cnai_gitops.spec.train import uniform as uniform

_HOMES = {
    "engines.step.container": ("Container",),
    "engines.serve.kserve": ("KServe",),
    "engines.trigger.lag": ("Lag",),
    "engines.trigger.rate": ("Rate",),
    "engines.step.ray": ("Ray",),
    "engines.serve.rayservice": ("RayApplication", "RayService"),
    "engines.step.spark": ("Spark", "SparkPods"),
    "engines.train.trainer": ("Trainer",),
    "contract.context": ("Context",),
    "contract.roles": ("Scaler", "ServeEngine", "StepEngine", "StepPlan", "TrainEngine"),
    "resources.base": ("Resource",),
    "session": ("load",),
    "spec.accelerator": ("AcceleratorRequest", "gaudi", "gpu", "tpu"),
    "spec.base": ("Resources",),
    "spec.blueprint": ("Blueprint", "Override"),
    "spec.dataset": ("Column", "Dataset", "Model"),
    "spec.observe": ("Drift", "Observe", "Slo"),
    "spec.prepare": ("Prepare", "Step"),
    "spec.serve": ("Canary", "Serve"),
    "spec.train": ("Checkpoint", "Sweep", "Train", "choice", "integers", "log_uniform", "uniform"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if "IPython" in sys.modules:
        importlib.import_module(f"{__name__}.shell").attach()
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
