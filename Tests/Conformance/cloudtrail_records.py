#!/usr/bin/env python3
"""Writes synthetic CloudTrail records: three days of a made-up account, with a few things that somebody should find.

    cloudtrail_records.py OUT_DIRECTORY [--records 3000] [--seed 1]

Makes OUT_DIRECTORY/records.ndjson (a record a line, in the order of time) and OUT_DIRECTORY/AWSLogs/…/*.json.gz, which hold the same
records as CloudTrail delivers them: `{"Records":[…]}`, one line. Equal arguments give equal bytes. Nothing in it is of a real account.
"""
import argparse
import datetime
import gzip
import json
import os
import random
import uuid

ACCOUNT, REGION = "111122223333", "eu-central-1"
START = datetime.datetime(2026, 3, 2, tzinfo=datetime.timezone.utc)
OFFICE, HOME, ELSEWHERE = "198.51.100.17", "203.0.113.80", "192.0.2.66"


class Scenario:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.records = []

    def uuid(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def user(self, name, mfa=True):
        return {"type": "IAMUser", "principalId": "AIDA" + name.upper(), "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
                "accountId": ACCOUNT, "accessKeyId": "ASIA" + name.upper(), "userName": name,
                "sessionContext": {"attributes": {"creationDate": "2026-03-02T06:00:00Z", "mfaAuthenticated": str(mfa).lower()}}}

    def role(self, role, session):
        return {"type": "AssumedRole", "principalId": f"AROA{role.upper()}:{session}",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}", "accountId": ACCOUNT,
                "accessKeyId": "ASIA" + role.upper(),
                "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": "AROA" + role.upper(),
                                                     "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}", "accountId": ACCOUNT,
                                                     "userName": role},
                                   "attributes": {"creationDate": "2026-03-02T05:00:00Z", "mfaAuthenticated": "false"}}}

    ROOT = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT, "accessKeyId": ""}
    CLOUDFORMATION = {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}

    def add(self, seconds, who, service, action, address, *, read_only=False, error=None, kind="AwsApiCall", agent="aws-cli/2.13.5",
            request=None, response=None, more=None, resources=None):
        time = START + datetime.timedelta(seconds=seconds)
        record = {"eventVersion": "1.09", "userIdentity": who, "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                  "eventSource": f"{service}.amazonaws.com", "eventName": action, "awsRegion": REGION,
                  "sourceIPAddress": address, "userAgent": agent}
        if error:
            record["errorCode"] = error
            record["errorMessage"] = f"User: {who.get('arn')} is not authorized to perform: {service}:{action}"
        record |= {"requestParameters": request, "responseElements": response}
        if more:
            record["additionalEventData"] = more
        record |= {"requestID": self.uuid(), "eventID": self.uuid(), "readOnly": read_only}
        if resources:
            record["resources"] = [{"accountId": ACCOUNT, "type": "AWS::S3::Object", "ARN": arn} for arn in resources]
        record |= {"eventType": kind, "managementEvent": not resources, "recipientAccountId": ACCOUNT,
                   "eventCategory": "Data" if resources else "Management"}
        if service == "s3":
            record["tlsDetails"] = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                                    "clientProvidedHostHeader": f"data.s3.{REGION}.amazonaws.com"}
        self.records.append((seconds, len(self.records), record))

    def login(self, seconds, who, address, mfa, success=True):
        self.add(seconds, who, "signin", "ConsoleLogin", address, kind="AwsConsoleSignIn", agent="Mozilla/5.0 (X11; Linux x86_64)",
                 response={"ConsoleLogin": "Success" if success else "Failure"},
                 more={"LoginTo": "https://console.aws.amazon.com/", "MobileVersion": "No", "MFAUsed": "Yes" if mfa else "No"})

    def noise(self, count):
        r = self.random
        for _ in range(count):
            at = r.randrange(3 * 86_400)
            choice = r.random()
            if choice < 0.6:
                key = f"orders/2026/{r.randrange(400):05}.parquet"
                self.add(at, self.role("etl", f"batch-{r.randrange(8)}"), "s3", "GetObject", f"10.0.{r.randrange(4)}.{r.randrange(1, 250)}",
                         read_only=True, agent="[aws-sdk-java/2.25.1 Linux/5.10]", request={"bucketName": "data", "key": key},
                         more={"bytesTransferredOut": r.randrange(1 << 20), "SignatureVersion": "SigV4"},
                         resources=[f"arn:aws:s3:::data/{key}"])
            elif choice < 0.85:
                name = r.choice(["alice", "bob", "carol"])
                service, action = r.choice([("ec2", "DescribeInstances"), ("iam", "ListUsers"), ("lambda", "ListFunctions20150331"),
                                            ("cloudwatch", "DescribeAlarms")])
                self.add(at, self.user(name), service, action, r.choice([OFFICE, HOME]), read_only=True, request={"maxResults": 50})
            elif choice < 0.97:
                self.add(at, self.CLOUDFORMATION, "ec2", "DescribeSubnets", "cloudformation.amazonaws.com", read_only=True,
                         agent="cloudformation.amazonaws.com")
            else:
                self.add(at, self.user("carol"), "kms", "Decrypt", OFFICE, read_only=True, error="AccessDenied", request=None)

    def incidents(self):
        day = 86_400
        for n, name in enumerate(["alice", "bob", "carol"]):
            for d in range(3):
                self.login(d * day + 7 * 3600 + 600 * n, self.user(name), OFFICE, mfa=name != "bob")
        for n in range(5):
            self.login(day + 3 * 3600 + 20 * n, self.user("bob", mfa=False), ELSEWHERE, mfa=False, success=n == 4)
        stolen = self.user("bob", mfa=False)
        for n in range(60):
            service, action = [("iam", "CreateUser"), ("iam", "AttachUserPolicy"), ("secretsmanager", "GetSecretValue"),
                               ("ec2", "RunInstances"), ("s3", "ListBuckets"), ("organizations", "DescribeOrganization")][n % 6]
            error = "Client.UnauthorizedOperation" if service == "ec2" else "AccessDenied"
            self.add(day + 3 * 3600 + 150 + 4 * n, stolen, service, action, ELSEWHERE, error=error, agent="Boto3/1.34.2")
        self.add(day + 3 * 3600 + 460, stolen, "ec2", "AuthorizeSecurityGroupIngress", ELSEWHERE, agent="Boto3/1.34.2",
                 request={"groupId": "sg-0a1b2c3d", "ipPermissions": {"items": [
                     {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}},
                 response={"_return": True})
        self.add(2 * day + 10 * 3600, self.user("alice"), "ec2", "RevokeSecurityGroupIngress", OFFICE,
                 request={"groupId": "sg-0a1b2c3d"}, response={"_return": True})
        self.add(10 * 3600, self.user("alice"), "ec2", "CreateSecurityGroup", OFFICE,
                 request={"groupName": "web", "vpcId": "vpc-1"}, response={"groupId": "sg-0a1b2c3d"})
        self.login(2 * day + 11 * 3600, self.ROOT, HOME, mfa=False)
        self.add(2 * day + 11 * 3600 + 90, self.ROOT, "iam", "CreateAccessKey", HOME,
                 response={"accessKey": {"accessKeyId": "AKIAEXAMPLE", "status": "Active"}})

    def lines(self):
        return [json.dumps(record, separators=(",", ":")) for _, _, record in sorted(self.records, key=lambda r: r[:2])]


def write(directory, lines):
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "records.ndjson"), "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)
    logs = os.path.join(directory, "AWSLogs", ACCOUNT, "CloudTrail", REGION)
    os.makedirs(logs, exist_ok=True)
    for number, start in enumerate(range(0, len(lines), 500)):
        data = '{"Records":[' + ",".join(lines[start:start + 500]) + "]}"
        with open(os.path.join(logs, f"{ACCOUNT}_CloudTrail_{REGION}_{number:04}.json.gz"), "wb") as file:
            file.write(gzip.compress(data.encode(), mtime=0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--records", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    scenario = Scenario(arguments.seed)
    scenario.incidents()
    scenario.noise(max(0, arguments.records - len(scenario.records)))
    write(arguments.directory, scenario.lines())


if __name__ == "__main__":
    main()
