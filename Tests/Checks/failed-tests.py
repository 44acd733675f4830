#!/usr/bin/env python3
"""Prints the tests that failed, as `Target.Suite/function()`, from an xUnit file of Swift Testing."""

import sys
import xml.etree.ElementTree as xml

try:
    cases = xml.parse(sys.argv[1]).iter("testcase")
except (OSError, xml.ParseError):
    sys.exit(0)
names = {f"{case.get('classname')}/{case.get('name')}" for case in cases if case.find("failure") is not None}
print("\n".join(sorted(names)), end="\n" if names else "")
