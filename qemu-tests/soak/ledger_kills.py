#!/usr/bin/python3
"""ledgerd is killed STEPS times while leaves with evidence are under way."""
import os
import sys

TEST = os.environ["CASEMATE_BUILD"] + "/tests/ledgerd/kill_test"
if not os.access(TEST, os.X_OK):
    sys.exit(77)
os.execv(TEST, [TEST, "leaf_and_evidence_survive_every_kill"])
