# The examples of "samlogin help ci" in the programs that people run them with: GitHub's workflow in act, GitLab's in
# gitlab-ci-local, the shell steps of Jenkins' in sh (Jenkins itself is in no registry that is used here). The AWS CLI is
# Debian's. No key may show in any log.
need awscli git python3
command -v npm >/dev/null || need nodejs npm

ci=$WORK/ci
serve_demo "$ci"
mkdir -p "$ci/bin" "$ci/home"
GOBIN=$ci/bin again go install github.com/nektos/act@v0.2.89
(cd "$ci" && again npm install --silent --no-audit --no-fund gitlab-ci-local@4.55.0 >/dev/null)
ln -s "$SAMLOGIN" "$ci/bin/samlogin"
export HOME=$ci/home PATH=$ci/bin:$PATH AWS_EC2_METADATA_DISABLED=true
git config --global user.email ci@example.com
git config --global user.name ci

# repository NAME: the settings of the example, for the built-in AD FS
repository() {
  mkdir -p "$ci/$1"
  cd "$ci/$1"
  sed -e "s|https://adfs.example.com|$SAMLOGIN_URL|" -e 's|111111111111/Deploy|222222222222/team/Deploy|' "$top/testdata/ci/samlogin.toml" >samlogin.toml
  git init -q .
}
top=$PWD
caller='arn:aws:sts::222222222222:assumed-role/Deploy/jane@corp.example.com'
# kept LOG: nobody can read a key or the password in it
kept() {
  if grep -qE 'Correct-Horse-7|ASIA[A-Z0-9]{16}' "$1"; then echo "a secret is in $1"; return 1; fi
}

repository github
mkdir -p .github/workflows
cp "$top/testdata/ci/github.yml" .github/workflows/deploy.yml
# a careless step: the runner has to hide what it prints
cat >>.github/workflows/deploy.yml <<'STEP'
      - run: |
          echo "careless: $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY"
          echo "careless: $AWS_SESSION_TOKEN"
STEP
git add . && git commit -qm x
"$ci/bin/act" workflow_dispatch -P ubuntu-latest=-self-hosted --var 'SAMLOGIN_USERNAME=CORP\jane' -s SAMLOGIN_PASSWORD=Correct-Horse-7 \
  --env SAMLOGIN_CA_BUNDLE="$SAMLOGIN_CA_BUNDLE" --env AWS_CA_BUNDLE="$AWS_CA_BUNDLE" --env AWS_ENDPOINT_URL_STS="$AWS_ENDPOINT_URL_STS" --env AWS_ENDPOINT_URL="$AWS_ENDPOINT_URL_STS" \
  --env PATH="$PATH" >"$ci/github.log" 2>&1 || { cat "$ci/github.log"; exit 1; }
grep -qF "$caller" "$ci/github.log" || { cat "$ci/github.log"; exit 1; }
grep -q 'careless: \*\*\* \*\*\*' "$ci/github.log" || { cat "$ci/github.log"; echo "nothing was hidden"; exit 1; }
kept "$ci/github.log"
echo "   GitHub's workflow in act: $(grep -oF "$caller" "$ci/github.log" | head -1), no key in the log"

repository gitlab
cp "$top/testdata/ci/gitlab-ci.yml" .gitlab-ci.yml
git add . && git commit -qm x
git remote add origin git@gitlab.example.com:group/project.git
AWS_ENDPOINT_URL=$AWS_ENDPOINT_URL_STS "$ci/node_modules/.bin/gitlab-ci-local" --shell-executor-no-image --no-artifacts-to-source \
  --variable 'SAMLOGIN_USERNAME=CORP\jane' --variable SAMLOGIN_PASSWORD=Correct-Horse-7 >"$ci/gitlab.log" 2>&1 || { cat "$ci/gitlab.log"; exit 1; }
grep -qF "$caller" "$ci/gitlab.log" || { cat "$ci/gitlab.log"; exit 1; }
kept "$ci/gitlab.log"
echo "   GitLab's in gitlab-ci-local: the same"

repository jenkins
sed -nE "s/^ *sh '(.*)'$/\1/p" "$top/testdata/ci/Jenkinsfile" >steps.sh
[ "$(wc -l <steps.sh)" = 2 ]
SAMLOGIN_USERNAME='CORP\jane' SAMLOGIN_PASSWORD=Correct-Horse-7 AWS_ENDPOINT_URL=$AWS_ENDPOINT_URL_STS sh -e steps.sh >"$ci/jenkins.log" 2>&1 || { cat "$ci/jenkins.log"; exit 1; }
grep -qF "$caller" "$ci/jenkins.log"
kept "$ci/jenkins.log"
echo "   the shell steps of Jenkins': the same"
cd "$top"
