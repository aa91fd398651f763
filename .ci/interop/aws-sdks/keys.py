# A program that runs for long, on boto3: each line on stdin is how many seconds its clock is ahead by then; each answer
# is the access key that it has then and, where the clock is right, who STS says that is.
import datetime, os, sys
import botocore.credentials
import boto3

ahead = datetime.timedelta()
session = boto3.session.Session()
sts = session.client("sts", region_name="eu-west-1", endpoint_url=os.environ["AWS_ENDPOINT_URL_STS"])  # older ones do not read it
held = session.get_credentials()
held._time_fetcher = lambda: botocore.credentials._local_now() + ahead
for line in sys.stdin:
    ahead = datetime.timedelta(seconds=int(line))
    key = held.get_frozen_credentials().access_key
    who = sts.get_caller_identity()["Arn"] if not ahead else "-"
    print(key, who, flush=True)
