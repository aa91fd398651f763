"""Makes a user and roles in moto's IAM, switches on its checks of signatures and policies, and writes AWS files.

70-moto.py ENDPOINT FOLDER
"""

import json
import os
import sys
import urllib.request

import boto3

endpoint, folder = sys.argv[1], sys.argv[2]
iam = boto3.client("iam", region_name="eu-west-1", endpoint_url=endpoint, aws_access_key_id="testing", aws_secret_access_key="testing")


def trust(principal, **condition):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", **condition}]})


may = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]})
user = iam.create_user(UserName="jane")["User"]["Arn"]
account = user.split(":")[4]
iam.put_user_policy(UserName="jane", PolicyName="switch", PolicyDocument=may)
keys = iam.create_access_key(UserName="jane")["AccessKey"]
roles = {
    "Deploy": trust(user),
    "Staging": trust(user),
    "Partner": trust(user, Condition={"StringEquals": {"sts:ExternalId": "partner-1"}}),
    "Release": trust(f"arn:aws:sts::{account}:assumed-role/Deploy/jane@example.com"),
    "Others": trust(f"arn:aws:iam::{account}:user/joe"),
}
for name, document in roles.items():
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, Path="/team/" if name == "Deploy" else "/")
    iam.put_role_policy(RoleName=name, PolicyName="switch", PolicyDocument=may)

device = f"arn:aws:iam::{account}:mfa/jane"
os.makedirs(folder, mode=0o700, exist_ok=True)
with open(os.path.join(folder, "credentials"), "w") as f:
    f.write(f"[jane]\naws_access_key_id = {keys['AccessKeyId']}\naws_secret_access_key = {keys['SecretAccessKey']}\n\n")
    f.write(f"[forged]\naws_access_key_id = {keys['AccessKeyId']}\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n\n")
    f.write("[unknown]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n")
with open(os.path.join(folder, "config"), "w") as f:
    f.write(f"[profile jane]\nregion = eu-west-1\nmfa_serial = {device}\n")
    for profile, role, source, more in [
        ("deploy", "team/Deploy", "jane", "role_session_name = jane@example.com\n"),
        ("staging", "Staging", "jane", f"mfa_serial = {device}\nduration_seconds = 43200\n"),
        ("partner", "Partner", "jane", "external_id = partner-1\n"),
        ("wrong", "Partner", "jane", "external_id = partner-2\n"),
        ("release", "Release", "deploy", ""),
        ("others", "Others", "jane", ""),
        ("forged-role", "Deploy", "forged", ""),
        ("unknown-role", "Deploy", "unknown", ""),
    ]:
        f.write(f"\n[profile {profile}]\nrole_arn = arn:aws:iam::{account}:role/{role}\nsource_profile = {source}\nregion = eu-west-1\n{more}")

# From here on nothing is taken that is not signed by keys it knows, for what their policies allow.
urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}, method="POST"), timeout=30).read()
print(account)
