# Whatever a push before this one was judged for stands in its own run.
changed=$(git diff --name-only "$BEFORE" HEAD -- lessons 2>/dev/null | cut -d/ -f2 | sort -u)
if ! git cat-file -e "$BEFORE" 2>/dev/null; then changed=$(ls lessons); fi
if [ -z "$changed" ]; then echo "No lesson has changed."; exit 0; fi
code=0
checker check $changed > board.txt 2>&1 || code=$?
{ echo '```text'; cat board.txt; echo '```'; } > board.md
cat board.txt
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat board.md >> "$GITHUB_STEP_SUMMARY"; fi
exit $code
