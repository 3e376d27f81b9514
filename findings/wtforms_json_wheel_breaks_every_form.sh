#!/usr/bin/env bash
# Whoever installs wheels only gets WTForms-JSON 0.3.4, since 0.3.5 has none; it asks for WTForms>=1.0.5
# and so installs beside WTForms 3.3.2. Its init() then breaks every form: it replaces Field.process by a
# function that does not take the extra_filters of WTForms 3. Superset 6.1.0 calls it, and nobody can log
# in there. With WTForms 2.3.3 a form works.
# Exits 1 when that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > form.py <<'PY'
import wtforms
import wtforms_json

wtforms_json.init()


class Login(wtforms.Form):
    username = wtforms.StringField()


print("read:", Login(data={"username": "ada"}).username.data)
PY

python3 -m venv venv
chosen=$(venv/bin/pip install --quiet --disable-pip-version-check --dry-run --no-deps --only-binary :all: \
    --report - WTForms-JSON 2>/dev/null | grep -o '"version": "0[^"]*"' | head -1)
venv/bin/pip install --quiet --disable-pip-version-check --no-deps WTForms-JSON==0.3.4 WTForms==2.3.3 \
    six==1.17.0 MarkupSafe==3.0.4
older=$(venv/bin/python form.py 2>&1 || true)
venv/bin/pip install --quiet --disable-pip-version-check --no-deps WTForms==3.3.2
newer=$(venv/bin/python form.py 2>&1 || true)
echo "--- wheel of WTForms-JSON: $chosen"
echo "--- WTForms 2.3.3"; echo "$older" | tail -1
echo "--- WTForms 3.3.2"; echo "$newer" | tail -1
grep -q "0.3.4" <<< "$chosen" || { echo "CHANGED: there is another wheel"; exit 1; }
grep -q "read: ada" <<< "$older" || { echo "CHANGED: WTForms 2.3.3 reads no form"; exit 1; }
grep -q "unexpected keyword argument 'extra_filters'" <<< "$newer" || { echo "CHANGED: a form works"; exit 1; }
echo "As described."
