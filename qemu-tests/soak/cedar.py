#!/usr/bin/python3
"""Cedar policies, ours and the official engine: STEPS cases."""
import os
import sys

build, src = os.environ["CASEMATE_BUILD"], os.environ["CASEMATE_SRC"]
driver = build + "/tests/cedar/referee/cedar_driver"
if not os.path.exists(driver) or not os.path.exists(build + "/.referee"):
    sys.exit(77)
os.execvp("node", ["node", src + "/cedar/referee/run.mjs", "--referee",
                   build + "/referee", "--driver", driver, "--seed",
                   os.environ["SEED"], "--cases", os.environ["STEPS"]])
