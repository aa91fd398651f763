# One login for a fleet: a Kubernetes Secret made by the real kubectl, and credential_process over the real ssh.
need awscli openssh-server openssh-client python3
command -v kubectl >/dev/null || need kubernetes-client

fleet=$WORK/fleet
serve_demo "$fleet"
mkdir -p "$fleet/login" "$fleet/runner/.aws" "$fleet/runner/.ssh"
sed -e "s|https://adfs.example.com|$SAMLOGIN_URL|" -e 's|111111111111/Deploy|222222222222/team/Deploy|' testdata/ci/samlogin.toml >"$fleet/login/samlogin.toml"
caller='arn:aws:sts::222222222222:assumed-role/Deploy/jane@corp.example.com'

export SAMLOGIN_USERNAME='CORP\jane' SAMLOGIN_PASSWORD=Correct-Horse-7
"$SAMLOGIN" env deploy --config "$fleet/login/samlogin.toml" --shell dotenv --no-input 2>/dev/null |
  kubectl create secret generic aws-deploy --from-env-file=/dev/stdin --dry-run=client -o json >"$fleet/secret.json"
python3 - "$fleet/secret.json" >"$fleet/pod.env" <<'PY'
import base64, json, shlex, sys
for name, value in json.load(open(sys.argv[1]))["data"].items():
    print("export %s=%s" % (name, shlex.quote(base64.b64decode(value).decode())))
PY
unset SAMLOGIN_PASSWORD SAMLOGIN_USERNAME
# what a pod with envFrom has in its environment
[ "$(. "$fleet/pod.env" && HOME=$fleet/runner aws sts get-caller-identity --endpoint-url "$AWS_ENDPOINT_URL_STS" --query Arn --output text)" = "$caller" ]
echo "   a Kubernetes Secret by kubectl: the AWS CLI is $caller with it"

# A host that logs in for the others: its key may run samlogin credentials and nothing else.
cat >"$fleet/login/run" <<RUN
#!/bin/sh
export SAMLOGIN_USERNAME='CORP\\jane' SAMLOGIN_PASSWORD=Correct-Horse-7 SAMLOGIN_CA_BUNDLE=$SAMLOGIN_CA_BUNDLE AWS_ENDPOINT_URL_STS=$AWS_ENDPOINT_URL_STS
exec $SAMLOGIN credentials deploy --config $fleet/login/samlogin.toml
RUN
chmod 700 "$fleet/login/run" "$fleet/runner/.ssh"
ssh-keygen -q -t ed25519 -N '' -f "$fleet/host"
ssh-keygen -q -t ed25519 -N '' -f "$fleet/runner/.ssh/id"
echo "restrict,command=\"$fleet/login/run\" $(cat "$fleet/runner/.ssh/id.pub")" >"$fleet/login/authorized_keys"
port=$(free_port)
mkdir -p /run/sshd
/usr/sbin/sshd -D -f /dev/null -p "$port" -h "$fleet/host" -o ListenAddress=127.0.0.1 -o AuthorizedKeysFile="$fleet/login/authorized_keys" \
  -o StrictModes=no -o PidFile=none -o UsePAM=no 2>"$fleet/sshd.log" &
sshd=$!
at_end "kill $sshd; wait $sshd"
cat >"$fleet/runner/.ssh/config" <<CONFIG
Host ci-login
  HostName 127.0.0.1
  Port $port
  User $(id -un)
  IdentityFile $fleet/runner/.ssh/id
  UserKnownHostsFile $fleet/runner/.ssh/known
CONFIG
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$fleet/host.pub")" >"$fleet/runner/.ssh/known"
printf '[profile deploy]\ncredential_process = ssh -F %s -o BatchMode=yes ci-login samlogin credentials deploy\nregion = eu-west-1\n' "$fleet/runner/.ssh/config" >"$fleet/runner/.aws/config"
within 60 prints ssh-ed25519 ssh-keyscan -p "$port" 127.0.0.1 || { cat "$fleet/sshd.log"; exit 1; }
got=$(HOME=$fleet/runner aws sts get-caller-identity --profile deploy --endpoint-url "$AWS_ENDPOINT_URL_STS" --query Arn --output text)
[ "$got" = "$caller" ]
# A login that fails says so through ssh and the AWS CLI, and stdout stays empty.
sed -i 's/Correct-Horse-7/wrong-one/; s/ credentials deploy / credentials deploy --force /' "$fleet/login/run"
if HOME=$fleet/runner aws sts get-caller-identity --profile deploy --endpoint-url "$AWS_ENDPOINT_URL_STS" >"$fleet/out" 2>"$fleet/err"; then exit 1; fi
grep -q 'refused the user name or password' "$fleet/err"
[ ! -s "$fleet/out" ]
echo "   credential_process over ssh: the AWS CLI is $got; a refusal reaches the person who called it"
