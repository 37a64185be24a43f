"""Code that runs inside the pods of the workflows: contract, gate, packaging, lineage, drift, emissions.

Must not: import anything outside this package and the standard library, so that an image needs no other dependency.
"""
