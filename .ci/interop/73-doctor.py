"""Homes of many shapes: what "samlogin doctor p" says of the AWS CLI and boto3, and what they really take."""
import json, os, re, subprocess, sys

samlogin, work = sys.argv[1:3]
KEYS = "aws_access_key_id = ASIAEXAMPLE000000001\naws_secret_access_key = s\naws_session_token = t\n"
PROCESS = f"credential_process = {work}/process\n"
REGION = "[profile p]\nregion = eu-west-1\n"
HOMES = {
    "keys": ("[p]\n" + KEYS, REGION),
    "keys in the config file": ("", REGION + KEYS),
    "a process": ("", REGION + PROCESS),
    "keys above a process": ("[p]\n" + KEYS, REGION + PROCESS),
    "a process above keys in the config file": ("", REGION + PROCESS + KEYS),
    "a process in the credentials file": ("[p]\n" + PROCESS, REGION),
    "Identity Center above keys": ("[p]\n" + KEYS, REGION + "sso_role_name = r\nsso_account_id = 111111111111\nsso_start_url = https://example.com\nsso_region = eu-west-1\n"),
    "a role": ("[q]\n" + KEYS, REGION + "role_arn = arn:aws:iam::111111111111:role/R\nsource_profile = q\n"),
    "a role above keys and a process": ("[p]\n" + KEYS + "[q]\n" + KEYS, REGION + PROCESS + "role_arn = arn:aws:iam::111111111111:role/R\nsource_profile = q\n"),
    "a role from nowhere": ("", REGION + "role_arn = arn:aws:iam::111111111111:role/R\nsource_profile = q\n"),
    "a role without a source": ("[p]\n" + KEYS, REGION + "role_arn = arn:aws:iam::111111111111:role/R\n"),
    "half a pair": ("[p]\naws_access_key_id = ASIAEXAMPLE000000001\n", ""),
    "keys of DEFAULT": ("[DEFAULT]\n" + KEYS + "[p]\nregion = eu-west-1\n", ""),
    "indented keys": ("[p]\naws_access_key_id = ASIAEXAMPLE000000001\n  aws_secret_access_key = s\n", ""),
    "keys in upper case": ("[p]\n" + KEYS.upper().replace("ASIAEXAMPLE", "ASIAEXAMPLE"), ""),
    "a doubled section": ("[p]\n" + KEYS + "[x]\n[x]\n", REGION),
    "a line that is none": ("[p]\n" + KEYS + "[x]\njunk\n", REGION),
    "nothing but a region": ("", REGION),
    "a web identity": ("[p]\n" + KEYS, REGION + "role_arn = arn:aws:iam::111111111111:role/R\nweb_identity_token_file = /nowhere\n"),
}
MEANS = {  # botocore's name of a provider: what doctor says
    "shared-credentials-file": r".*keys.*\(.*credentials, line \d+\)", "config-file": r".*keys.*\(.*config, line \d+\)", "custom-process": "credential_process ",
    "sso": "IAM Identity Center", "assume-role": "role_arn", "assume-role-with-web-identity": "web_identity_token_file", "none": "nothing in the files", "error": "an error: ",
}
METHOD = """
import %s as botocore
try:
    c = botocore.Session(profile="p").get_credentials()
    print(c.method if c else "none")
except Exception as e:
    print("error")
"""
# Of the AWS CLI and of boto3, which brings its own.
MODULES = {"AWS CLI": "awscli.botocore.session", "boto3": "botocore.session"}

with open(work + "/process", "w") as f:
    f.write('#!/bin/sh\necho \'{"Version":1,"AccessKeyId":"ASIAEXAMPLE000000002","SecretAccessKey":"s","SessionToken":"t","Expiration":"2037-01-02T03:04:05Z"}\'\n')
os.chmod(work + "/process", 0o700)
wrong = 0
for n, (name, (credentials, config)) in enumerate(HOMES.items()):
    home = f"{work}/home{n}"
    os.makedirs(home + "/.aws", mode=0o700)
    for file, text in (("credentials", credentials), ("config", config)):
        with open(f"{home}/.aws/{file}", "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
            f.write(text)
    env = {"HOME": home, "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true", "TZ": "UTC"}
    took = {client: subprocess.run(["/usr/bin/python3", "-c", METHOD % module], env=env, capture_output=True, text=True).stdout.strip() for client, module in MODULES.items()}
    # The AWS CLI lists only what it gets without asking a server.
    listed = subprocess.run(["/usr/bin/aws", "configure", "list", "--profile", "p"], env=env, capture_output=True, text=True)
    at = re.search(r"^\s*access_key\s+(?:<not set>|\S+)\s+(\S+)", listed.stdout, re.M)
    if listed.returncode == 0 and (not at or at[1].lower() != took["AWS CLI"]):
        wrong += 1
        print(f"{name}: the AWS CLI lists {listed.stdout}, and took {took}")
    said = subprocess.run([samlogin, "doctor", "p", "--offline", "--output", "json", "--no-input"], env=env, capture_output=True, text=True)
    found = [f for f in json.loads(said.stdout) if f["section"] == "profiles" and f["message"].startswith("for ")]
    for client in MODULES:
        says = [f["message"].split(": ", 1)[1] for f in found if client in f["message"].split(": ", 1)[0]]
        if len(says) != 1 or not re.match(MEANS[took[client]], says[0]):
            wrong += 1
            print(f"{name}: {client} took {took[client]}, doctor said {says}")
    # What fails there, doctor calls bad.
    if took["AWS CLI"] == "error" and said.returncode != 12:
        wrong += 1
        print(f"{name}: the AWS CLI fails, doctor ended with {said.returncode}\n{said.stdout}")

# Variables: with a profile named by AWS_PROFILE the keys of the environment win, and doctor warns of it.
env = {"HOME": f"{work}/home0", "PATH": "/usr/bin:/bin", "AWS_PROFILE": "p", "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE000000009", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}
listed = subprocess.run(["/usr/bin/aws", "configure", "list"], env=env, capture_output=True, text=True).stdout
said = subprocess.run([samlogin, "doctor", "--offline", "--no-input"], env=env, capture_output=True, text=True).stdout
if not re.search(r"^\s*access_key\s+\*+0009\s+env", listed, re.M) or "AWS_ACCESS_KEY_ID is set beside AWS_PROFILE" not in said:
    wrong += 1
    print(f"variables: {listed}{said}")
env = {"HOME": f"{work}/home0", "PATH": "/usr/bin:/bin", "AWS_PROFILE": "gone"}
fails = subprocess.run(["/usr/bin/aws", "configure", "list"], env=env, capture_output=True, text=True).returncode
said = subprocess.run([samlogin, "doctor", "--offline", "--no-input"], env=env, capture_output=True, text=True)
if not fails or said.returncode != 12 or "AWS_PROFILE names gone" not in said.stdout:
    wrong += 1
    print(f"AWS_PROFILE of nothing: the AWS CLI {fails}, doctor {said.returncode}\n{said.stdout}")
# A module in the working directory is not what doctor asks for its version.
os.makedirs(work + "/trap")
with open(work + "/trap/boto3.py", "w") as f:
    f.write(f"open({work + '/sprung'!r}, 'w')\n__version__ = '6.6.6'\n")
said = subprocess.run([samlogin, "doctor", "--offline", "--no-input"], env=env, cwd=work + "/trap", capture_output=True, text=True).stdout
if os.path.exists(work + "/sprung") or "6.6.6" in said or not re.search(r"boto3 \d", said):
    wrong += 1
    print(f"a boto3.py in the working directory:\n{said}")
print(f"   {len(HOMES) + 2} homes, {wrong} differences")
sys.exit(wrong > 0)
