# Whatever a push before this one was judged for stands in its own run.
if git cat-file -e "$BEFORE" 2>/dev/null; then
  changed=$(git diff --name-only "$BEFORE" HEAD -- 'lessons/[0-9]*' | cut -d/ -f2 | sort -u)
else
  changed=$(cd lessons && ls -d [0-9]*)
fi
lessons=""
for lesson in $changed; do if [ -d "lessons/$lesson" ]; then lessons="$lessons $lesson"; fi; done
if [ -z "$lessons" ]; then echo "No lesson has changed."; exit 0; fi
code=0
checker check $lessons > board.txt 2>&1 || code=$?
{ echo '```text'; cat board.txt; echo '```'; } > board.md
cat board.txt
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat board.md >> "$GITHUB_STEP_SUMMARY"; fi
exit $code
