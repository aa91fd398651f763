# AWS's own clients keep themselves in keys by "samlogin credentials": the AWS CLI, boto3, the SDK for JavaScript v3 and
# the SDK for Go v2. Each gets new keys when those it has end, 20 of them at once make one login, and each takes the
# endpoint of "exec --server" although [default] has keys. (security case 128)
need awscli python3-boto3 nodejs
command -v npm >/dev/null || need npm

sdks=$WORK/sdks
serve_demo "$sdks"
mkdir -p "$sdks/js" "$sdks/home/.aws"
cp .ci/interop/aws-sdks/package.json .ci/interop/aws-sdks/keys.mjs "$sdks/js/"
(cd "$sdks/js" && again npm install --no-audit --no-fund --silent)
(cd .ci/interop/aws-sdks && GOWORK=off again go mod download && GOWORK=off go build -o "$sdks/gosdk" .)

printf '[idp.demo]\nkind = "adfs"\nurl = "%s"\nusername = %s\n\n[profile.ci]\nidp = "demo"\nrole = "111111111111/Admin"\nduration = "1h"\nregion = "eu-west-1"\n' \
  "$SAMLOGIN_URL" "'CORP\\jane'" >"$sdks/samlogin.toml"
export SAMLOGIN_USERNAME='CORP\jane' SAMLOGIN_PASSWORD=Correct-Horse-7
export HOME=$sdks/home AWS_EC2_METADATA_DISABLED=true NODE_NO_WARNINGS=1 NODE_EXTRA_CA_CERTS=$AWS_CA_BUNDLE
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN SAMLOGIN_URL SAMLOGIN_IDP XDG_STATE_HOME XDG_CONFIG_HOME
# Notes each call, so that clients cannot pass without asking at all.
printf '#!/bin/sh\necho called >>%s/called\nexec %s credentials ci --config %s "$@"\n' "$sdks" "$SAMLOGIN" "$sdks/samlogin.toml" >"$sdks/process"
chmod 700 "$sdks/process"
printf '[profile ci]\ncredential_process = %s\nregion = eu-west-1\n' "$sdks/process" >"$HOME/.aws/config"
# Keys that an endpoint must win against.
printf '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n' >"$HOME/.aws/credentials"
who='arn:aws:sts::111111111111:assumed-role/Admin/jane@corp.example.com'

program() {
  case $1 in
  boto3) exec /usr/bin/python3 .ci/interop/aws-sdks/keys.py ;;
  js) cd "$sdks/js" && exec node keys.mjs ;;
  go) exec "$sdks/gosdk" ;;
  esac
}

forget() { rm -rf "$HOME/.local/state/samlogin"; }

for sdk in boto3 js go; do
  forget
  : >"$sdks/called"
  coproc client { AWS_PROFILE=ci program "$sdk"; }
  to=${client[1]} from=${client[0]} pid=$client_PID # bash forgets them when it ends
  echo 0 >&"$to"; read -r -t 300 first caller <&"$from"
  [ "$caller" = "$who" ] || { echo "$sdk is $caller"; exit 1; }
  echo 0 >&"$to"; read -r -t 300 again caller <&"$from"
  [ "$again" = "$first" ] || { echo "$sdk: other keys for no reason"; exit 1; }
  forget # as if those that samlogin keeps had ended too
  # Not after their end: fresh ones, which end an hour from the true time, would be over as well.
  echo 3580 >&"$to"; read -r -t 300 second _ <&"$from"
  [ "$second" != "$first" ] || { echo "$sdk: the same keys at their end"; exit 1; }
  eval "exec $to>&-"
  wait "$pid"
  [ "$(wc -l <"$sdks/called")" -ge 2 ]
  echo "   $sdk: $who by credential_process, and new keys when those had ended"
done

forget
[ "$(/usr/bin/aws sts get-caller-identity --endpoint-url "$AWS_ENDPOINT_URL_STS" --profile ci --query Arn --output text)" = "$who" ]
forget
[ "$(/usr/bin/aws sts get-caller-identity --endpoint-url "$AWS_ENDPOINT_URL_STS" --profile ci --query Arn --output text)" = "$who" ]
echo "   awscli: $who by credential_process, and again when those keys had ended"

# 20 at once with nothing kept: all have the same keys, which is one call to STS.
forget
for i in $(seq 5); do
  for sdk in boto3 js go; do
    (echo 0 | AWS_PROFILE=ci program "$sdk" >"$sdks/at-once.$sdk$i" 2>&1) &
    pids+=($!)
  done
  /usr/bin/aws sts get-caller-identity --endpoint-url "$AWS_ENDPOINT_URL_STS" --profile ci --query Arn --output text >"$sdks/at-once.cli$i" 2>&1 &
  pids+=($!)
done
for p in "${pids[@]}"; do wait "$p" || { cat "$sdks"/at-once.*; exit 1; }; done
pids=()
[ "$(cat "$sdks"/at-once.* | grep -cF "$who")" = 20 ] || { cat "$sdks"/at-once.*; exit 1; }
keys=$(grep -hF "$who" "$sdks"/at-once.{boto3,js,go}* | cut -d' ' -f1 | sort -u | wc -l) # the rest is stderr
[ "$keys" = 1 ] || { echo "20 at once have $keys different keys"; exit 1; }
echo "   20 at once: one key for all of them"

# The endpoint, although [default] has keys and the environment names a profile.
for sdk in boto3 js go; do
  got=$(echo 0 | AWS_PROFILE=ci "$SAMLOGIN" exec ci --config "$sdks/samlogin.toml" --server --no-input -- bash -c "$(declare -f program); sdks='$sdks'; program $sdk")
  case $got in ASIA*" $who") ;; *) echo "$sdk at the endpoint: $got"; exit 1 ;; esac
done
got=$("$SAMLOGIN" exec ci --config "$sdks/samlogin.toml" --server --no-input -- /usr/bin/aws sts get-caller-identity --endpoint-url "$AWS_ENDPOINT_URL_STS" --query Arn --output text)
[ "$got" = "$who" ]
echo "   the endpoint of exec --server: all four are $who, though [default] has other keys"
