#!/usr/bin/env bash
# Runs once, when Gradescope makes the autograder's image. The zip you upload holds, at its top: this file,
# run_autograder, the program dklab, the folder Labs, images.tar of `dklab class init`, and hidden.md if
# there are hidden checks.
set -eu
cd "${AUTOGRADER:-/autograder}/source"
chmod 755 dklab run_autograder
DKLAB_ROOT=$PWD/../dklab ./dklab images bootstrap --from images.tar
