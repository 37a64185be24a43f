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
    from cnai_gitops.contract.form import AcceleratorForm as AcceleratorForm
    from cnai_gitops.contract.queue import Queue as Queue
    from cnai_gitops.contract.roles import Load as Load
    from cnai_gitops.contract.roles import Rollout as Rollout
    from cnai_gitops.contract.roles import ServeEngine as ServeEngine
    from cnai_gitops.contract.roles import Signal as Signal
    from cnai_gitops.contract.roles import StepEngine as StepEngine
    from cnai_gitops.contract.roles import StepPlan as StepPlan
    from cnai_gitops.contract.roles import TrainEngine as TrainEngine
    from cnai_gitops.contract.roles import Trigger as Trigger
    from cnai_gitops.contract.sweep import SweepEngine as SweepEngine
    from cnai_gitops.engines.form.mig import Mig as Mig
    from cnai_gitops.engines.form.whole import Whole as Whole
    from cnai_gitops.engines.queue.kueue import Kueue as Kueue
    from cnai_gitops.engines.queue.volcano import Volcano as Volcano
    from cnai_gitops.engines.rollout.blue_green import BlueGreen as BlueGreen
    from cnai_gitops.engines.rollout.canary import Canary as Canary
    from cnai_gitops.engines.serve.kserve import KServe as KServe
    from cnai_gitops.engines.serve.rayservice import RayApplication as RayApplication
    from cnai_gitops.engines.serve.rayservice import RayService as RayService
    from cnai_gitops.engines.signal.drift import Drift as Drift
    from cnai_gitops.engines.signal.slo import Slo as Slo
    from cnai_gitops.engines.step.container import Container as Container
    from cnai_gitops.engines.step.ray import Ray as Ray
    from cnai_gitops.engines.step.spark import Spark as Spark
    from cnai_gitops.engines.step.spark import SparkPods as SparkPods
    from cnai_gitops.engines.sweep.grid import Grid as Grid
    from cnai_gitops.engines.sweep.halton import Sweep as Sweep
    from cnai_gitops.engines.train.trainer import Trainer as Trainer
    from cnai_gitops.engines.trigger.cron import Cron as Cron
    from cnai_gitops.engines.trigger.lag import Lag as Lag
    from cnai_gitops.engines.trigger.rate import Rate as Rate
    from cnai_gitops.resources.base import Resource as Resource
    from cnai_gitops.session import load as load
    from cnai_gitops.spec.accelerator import AcceleratorRequest as AcceleratorRequest
    from cnai_gitops.spec.accelerator import gaudi as gaudi
    from cnai_gitops.spec.accelerator import gpu as gpu
    from cnai_gitops.spec.accelerator import tpu as tpu
    from cnai_gitops.spec.base import ImageName as ImageName
    from cnai_gitops.spec.base import Resources as Resources
    from cnai_gitops.spec.blueprint import Blueprint as Blueprint
    from cnai_gitops.spec.blueprint import Override as Override
    from cnai_gitops.spec.dataset import Column as Column
    from cnai_gitops.spec.dataset import Dataset as Dataset
    from cnai_gitops.spec.dataset import Model as Model
    from cnai_gitops.spec.observe import Observe as Observe
    from cnai_gitops.spec.prepare import Prepare as Prepare
    from cnai_gitops.spec.prepare import Step as Step
    from cnai_gitops.spec.scaling import Scaling as Scaling
    from cnai_gitops.spec.serve import Serve as Serve
    from cnai_gitops.spec.space import choice as choice
    from cnai_gitops.spec.space import integers as integers
    from cnai_gitops.spec.space import log_uniform as log_uniform
    from cnai_gitops.spec.space import uniform as uniform
    from cnai_gitops.spec.train import Checkpoint as Checkpoint
    from cnai_gitops.spec.train import Train as Train

_HOMES = {
    "contract.context": ("Context",),
    "contract.roles": (
        "Load",
        "Rollout",
        "ServeEngine",
        "Signal",
        "StepEngine",
        "StepPlan",
        "TrainEngine",
        "Trigger",
    ),
    "engines.rollout.blue_green": ("BlueGreen",),
    "engines.rollout.canary": ("Canary",),
    "engines.serve.kserve": ("KServe",),
    "engines.serve.rayservice": ("RayApplication", "RayService"),
    "engines.signal.drift": ("Drift",),
    "engines.signal.slo": ("Slo",),
    "engines.step.container": ("Container",),
    "engines.step.ray": ("Ray",),
    "engines.step.spark": ("Spark", "SparkPods"),
    "engines.train.trainer": ("Trainer",),
    "engines.trigger.cron": ("Cron",),
    "engines.trigger.lag": ("Lag",),
    "engines.trigger.rate": ("Rate",),
    "resources.base": ("Resource",),
    "session": ("load",),
    "spec.accelerator": ("AcceleratorRequest", "gaudi", "gpu", "tpu"),
    "spec.base": ("ImageName", "Resources"),
    "spec.blueprint": ("Blueprint", "Override"),
    "spec.dataset": ("Column", "Dataset", "Model"),
    "spec.observe": ("Observe",),
    "spec.prepare": ("Prepare", "Step"),
    "spec.scaling": ("Scaling",),
    "spec.serve": ("Serve",),
    "spec.space": ("choice", "integers", "log_uniform", "uniform"),
    "spec.train": ("Checkpoint", "Train"),
    "engines.form.mig": ("Mig",),
    "engines.form.whole": ("Whole",),
    "engines.queue.kueue": ("Kueue",),
    "engines.queue.volcano": ("Volcano",),
    "engines.sweep.grid": ("Grid",),
    "engines.sweep.halton": ("Sweep",),
    "contract.form": ("AcceleratorForm",),
    "contract.queue": ("Queue",),
    "contract.sweep": ("SweepEngine",),
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
