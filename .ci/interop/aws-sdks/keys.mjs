// A program that runs for long, on the AWS SDK for JavaScript v3: see keys.py.
import { createInterface } from "node:readline";
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";

const real = Date.now;
let ahead = 0, held;
Date.now = () => real() + ahead * 1000;
const sts = new STSClient({ region: "eu-west-1" });
for await (const line of createInterface({ input: process.stdin })) {
  ahead = Number(line);
  let key = (await sts.config.credentials()).accessKeyId;
  // In their last five minutes this SDK gives the old keys once more, and fetches new ones behind that.
  for (let tries = 0; ahead && key === held && tries < 100; tries++) {
    await new Promise((done) => setTimeout(done, 100));
    key = (await sts.config.credentials()).accessKeyId;
  }
  held = key;
  const who = ahead ? "-" : (await sts.send(new GetCallerIdentityCommand({}))).Arn;
  console.log(key, who);
}
