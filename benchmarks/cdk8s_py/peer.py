"""cdk8s in Python: the objects of the reference expansion as ApiObjects, through jsii to node.

ApiObject in Python takes no free fields, so spec and data go in by one JsonPatch each, as the
cdk8s documentation does for kinds without generated classes. It is the fewest jsii calls possible.
"""

from workload import store

VARIANTS = {"cdk8s-py": "python -> jsii -> node, FILE_PER_CHART"}


def prepare(variant, n, src):
    pass


def command(variant, n, src, out):
    return f"{store.py('cdk8s_py')} {store.HERE}/cdk8s_py/render.py {store.inputs('W', n)} {out}"


def read(variant, out, wanted):
    got = {}
    for env, name in wanted:
        with open(f"{out}/{env}-{name}.yaml", "rb") as f:
            got[env, name] = store.yload(f.read())
    return got
