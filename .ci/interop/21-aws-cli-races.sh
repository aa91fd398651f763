# samlogin saves while the AWS CLI, which rewrites the same files in place and without a lock, sets keys of another
# profile. SAMLOGIN_RACES=200 for as many rounds as a nightly run has.
need awscli python3-botocore

go test -c -o "$WORK/profiles.test" ./profiles
LC_ALL=C.UTF-8 AWS_EC2_METADATA_DISABLED=true /usr/bin/python3 .ci/interop/21-aws-cli-races.py "$WORK/profiles.test" "${SAMLOGIN_RACES:-5}"
