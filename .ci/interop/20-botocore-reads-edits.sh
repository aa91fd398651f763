# 10,000 generated edits of the AWS files, read by Debian's botocore and by the one of the AWS CLI, and edited on by the
# AWS CLI's own writer. SAMLOGIN_EDITS=N for another number.
need awscli python3-botocore

edits=$WORK/edits
mkdir -p "$edits"
SAMLOGIN_EDITS=${SAMLOGIN_EDITS:-10000} SAMLOGIN_EDITS_TO=$edits go test -count=1 -timeout 60m -run '^TestGeneratedEdits$' ./profiles
LC_ALL=C.UTF-8 /usr/bin/python3 .ci/interop/20-botocore-reads-edits.py "$edits"/edits-*.jsonl
