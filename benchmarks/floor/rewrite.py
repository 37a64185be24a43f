import os
import sys

src, out = sys.argv[1:3]
for root, _, names in os.walk(src):
    dst = out + root[len(src) :]
    os.makedirs(dst, exist_ok=True)
    for n in names:
        with open(f"{root}/{n}", "rb") as f, open(f"{dst}/{n}", "wb") as g:
            g.write(f.read())
