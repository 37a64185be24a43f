"""The gate alone: prints user and system seconds from the finished inventory to the findings, conftest included.  gate.py ROOT"""

import os
import resource
import sys
from datetime import date
from pathlib import Path

from cnai_gitops import pipeline
from cnai_gitops.check.gate.policy import gate
from cnai_gitops.check.scan_reports import load_scans
from cnai_gitops.check.verdict import inventory_of
from cnai_gitops.system.data import policies_dir
from cnai_gitops.system.tools import Settings, require


def used():
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + children.ru_utime, own.ru_stime + children.ru_stime


settings = Settings.of(os.environ)
plan = pipeline.plan_of(Path(sys.argv[1]))
sheet, data = inventory_of(pipeline.resolve(plan, settings), load_scans(plan.project.root)[0], date.fromisoformat(plan.project.config.at))
conftest = require("conftest", settings).path
before = used()
gate(sheet, data, packs=[policies_dir()], conftest=conftest)
print(*(round(after - start, 3) for start, after in zip(before, used(), strict=True)))
