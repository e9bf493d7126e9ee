"""Prints one line for each change of an incident: python subscriber.py BROKER[,BROKER...] [GROUP]."""

import json
import sys

from kafka import KafkaConsumer

brokers = sys.argv[1] if len(sys.argv) > 1 else "localhost:9092"
group = sys.argv[2] if len(sys.argv) > 2 else "example-subscriber-py"

consumer = KafkaConsumer(
    "alerts",
    bootstrap_servers=brokers.split(","),
    group_id=group,
    auto_offset_reset="earliest",
)

# A record may come again after a crash: its ce_id is the same then.
seen = set()

try:
    for record in consumer:
        headers = {name: value.decode() for name, value in record.headers}
        alert = headers.get("ce_id")
        # What carries no such header is none of Plimsoll's.
        if alert is None or alert in seen:
            continue
        seen.add(alert)
        finding = json.loads(record.value)
        if headers["ce_type"].startswith("io.plimsoll.watch."):
            print(finding["message"], flush=True)
            continue
        info = finding["finding_info"]
        first = next(iter(finding["evidences"]), None)
        what = f" since {first['data']['time']}: {first['data']['observed']!r}" if first else ""
        print(finding["activity_name"], finding["severity"], info["title"] + what, flush=True)
except KeyboardInterrupt:
    pass
finally:
    consumer.close()
