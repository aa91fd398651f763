# Debian's AWS CLI and boto3 read what samlogin wrote into files with comments, CRLF, nested sections and neighbours,
# and the built-in STS knows the keys as those of the role.
need awscli python3-boto3

home=$WORK/clients
mkdir -p "$home/.aws"
serve_demo "$home"
export SAMLOGIN_USERNAME='CORP\jane' SAMLOGIN_PASSWORD='Correct-Horse-7' SAMLOGIN_IDP=adfs

export HOME=$home AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
credentials=$home/.aws/credentials config=$home/.aws/config

# shape NAME: makes the two files anew
shape() {
  case $1 in
  empty) rm -f "$credentials" "$config" ;;
  comments)
    printf '# mine\n[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = ab;cd#ef%%gh\n\n; about other\n[other]\nx = 1\n' >"$credentials"
    printf '[default]\nregion = eu-central-1\n# the end' >"$config" ;;
  crlf)
    printf '[a]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\r\naws_secret_access_key = s\r\n\r\n[prod]\r\naws_access_key_id = ASIAOLD0000000000000\r\naws_secret_access_key = old\r\naws_session_token = old\r\naws_security_token = old\r\nsamlogin = managed\r\n\r\n[z]\r\nk = v\r\n' >"$credentials"
    printf '[profile prod]\r\nregion = us-west-2\r\n' >"$config" ;;
  nested)
    printf '[other]\nk = v\n[prod]\n' >"$credentials"
    printf '[profile prod]\ns3 =\n    max_concurrent_requests = 20\n    region = us-west-2\noutput = json\n\n[profile z]\ns3 =\n  addressing_style = path\n[sso-session s]\nsso_region = eu-west-1\n[plugins]\n' >"$config" ;;
  esac
}

# others FILE: what of a file is not the profile prod
others() { [ -e "$1" ] && awk '/^\[/{mine = ($0 ~ /^\[(profile )?prod\]/)} !mine' "$1" || true; }

for s in empty comments crlf nested; do
  shape $s
  others "$credentials" >"$home/before.credentials"
  others "$config" >"$home/before.config"
  "$SAMLOGIN" login --role '111111111111/Admin' --profile prod --region eu-west-1 --duration 2h --no-input --output json >"$home/result.json"
  others "$credentials" >"$home/after.credentials"
  others "$config" >"$home/after.config"
  for f in credentials config; do
    # a blank line before a new section is samlogin's own
    cmp <(cat "$home/before.$f") <(head -c "$(stat -c %s "$home/before.$f")" "$home/after.$f") || { echo "$s: lines of others changed in $f"; exit 1; }
  done
  want=$(python3 -c 'import json,os; print(json.load(open(os.environ["HOME"]+"/result.json"))[0]["role"])')
  cli=$(AWS_PROFILE=prod /usr/bin/aws sts get-caller-identity --endpoint-url "$AWS_ENDPOINT_URL_STS" --ca-bundle "$AWS_CA_BUNDLE" --query Arn --output text)
  boto=$(AWS_PROFILE=prod /usr/bin/python3 -c '
import boto3, os
s = boto3.session.Session()
assert s.region_name == "eu-west-1", s.region_name
print(s.client("sts", endpoint_url=os.environ["AWS_ENDPOINT_URL_STS"], verify=os.environ["AWS_CA_BUNDLE"]).get_caller_identity()["Arn"])')
  case "$cli" in arn:aws:sts::111111111111:assumed-role/$want/*) ;; *) echo "$s: aws says $cli"; exit 1 ;; esac
  [ "$cli" = "$boto" ] || { echo "$s: boto3 says $boto"; exit 1; }
  others_seen=$(/usr/bin/aws configure list-profiles | sort | tr '\n' ' ')
  echo "   $s: $cli; profiles seen: $others_seen"
done
