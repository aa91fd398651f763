# What doctor says that the AWS CLI and boto3 take for a profile is what they take.
need awscli python3-boto3

mkdir -p "$WORK/doctor"
/usr/bin/python3 .ci/interop/73-doctor.py "$SAMLOGIN" "$WORK/doctor"
