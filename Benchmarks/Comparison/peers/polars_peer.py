"""Polars on Parquet: a column for each field that the suite asks of, and the event's text; zstd, row groups in the order of time."""
import os

import polars as pl

import peer

TEXT = pl.String
EVENT = pl.Struct({
    "auditID": TEXT, "stageTimestamp": TEXT, "requestReceivedTimestamp": TEXT, "verb": TEXT,
    "user": pl.Struct({"username": TEXT}), "sourceIPs": pl.List(TEXT), "userAgent": TEXT, "requestURI": TEXT,
    "objectRef": pl.Struct({"resource": TEXT, "namespace": TEXT}), "responseStatus": pl.Struct({"code": pl.Int16}),
})
PRIVATE = r"^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)"


def time(name):
    return pl.col("event").struct.field(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6fZ", time_unit="us")


def load(file, directory, threads):
    field = lambda name: pl.col("event").struct.field(name)
    lines = pl.scan_csv(file, separator="\x01", quote_char=None, has_header=False, new_columns=["raw"],
                        schema={"raw": TEXT}, low_memory=True)
    events = lines.with_columns(event=pl.col("raw").str.json_decode(EVENT)).select(
        field("auditID").alias("audit_id"), time("stageTimestamp").alias("stage_time"),
        (time("stageTimestamp") - time("requestReceivedTimestamp")).dt.total_microseconds().alias("latency"),
        field("verb"), field("user").struct.field("username").alias("user_name"),
        field("sourceIPs").list.last().alias("remote_ip"), field("userAgent").alias("user_agent"),
        field("requestURI").alias("request_uri"), field("objectRef").struct.field("resource"),
        field("objectRef").struct.field("namespace"), field("responseStatus").struct.field("code"), pl.col("raw"))
    with peer.Timer() as taken:
        events.sink_parquet(os.path.join(directory, "events.parquet"), compression="zstd", compression_level=3,
                            row_group_size=122_880, statistics="full")
    return taken


def open_store(directory, threads):
    events = pl.scan_parquet(os.path.join(directory, "events.parquet"))
    c = pl.col

    def moment(text):
        return pl.lit(peer.microseconds(text)).cast(pl.Datetime("us"))

    def ordered(frame, keys):
        return frame.sort(["n", *keys], descending=[True] + [False] * len(keys), nulls_last=True)

    def plan(query, question):
        match query:
            case "Q1":
                return events.filter(c.code == 403).group_by(c.stage_time.dt.truncate("1h").dt.epoch("us")).len()
            case "Q2":
                found = events.filter(c.code.is_in([401, 403])).group_by("user_name", "remote_ip").agg(pl.len().alias("n"))
                return ordered(found, ["user_name", "remote_ip"]).head(20)
            case "Q3":
                return events.filter(c.user_name.str.starts_with("system:serviceaccount:")
                                     & ~c.remote_ip.str.contains(PRIVATE)).group_by("user_name", "remote_ip").len()
            case "Q4":
                return (events.filter(c.verb.is_in(["create", "update", "patch", "delete"]) & (c.resource == "deployments")
                                      & (c.namespace == question["namespace"]) & (c.stage_time >= moment(question["since"]))
                                      & (c.stage_time < moment(question["until"])))
                        .sort("stage_time", descending=True).head(100).select("raw"))
            case "Q5":
                keys = ["user_agent", "remote_ip", "code"]
                return ordered(events.group_by(keys).agg(pl.len().alias("n")), keys).head(100)
            case "Q6":
                return events.group_by(c.stage_time.dt.truncate("1d").dt.epoch("us")).agg(
                    c.user_name.drop_nulls().n_unique(), c.remote_ip.drop_nulls().n_unique())
            case "Q7":
                rank = lambda q: c.latency.sort().get((pl.len() * q - 1e-9).ceil().cast(pl.Int64) - 1).alias(f"p{q}")
                return events.group_by("verb", "resource").agg(rank(0.5), rank(0.95), rank(0.99))
            case "Q8":
                return events.filter(c.audit_id == question["auditID"]).select("raw")
            case "Q9":
                return events.filter(c.user_agent.str.contains("curl", literal=True)
                                     | c.request_uri.str.contains(peer.SECRETS)).select(pl.len())
            case "Q10":
                return events.filter(c.raw.str.contains(peer.RARE, literal=True)).select("raw")
            case "Q11":
                return (events.filter(c.remote_ip.is_not_null()).group_by("remote_ip").agg(c.stage_time.min())
                        .filter(c.stage_time >= moment(question["lastDay"]))
                        .select("remote_ip", c.stage_time.dt.epoch("us")))
            case "Q12":
                return events.group_by("code").agg(pl.len(), c.latency.sum(), (c.latency.mean() / 1e6).alias("mean"))

    return lambda query, question: plan(query, question).collect().rows()


if __name__ == "__main__":
    peer.run("Polars on Parquet", pl.__version__, load, open_store)
