#!/usr/bin/env python3
"""A labeler in Python that finds the shorter response better. The contract is docs/labelers.md.

usage: rules_labeler.py POOL    (needs python3-pika; RLAIF_BROKER, RLAIF_BROKER_USER and RLAIF_BROKER_PASSWORD say where the broker is)
"""
import json, os, sys, time
import pika

POOL = sys.argv[1] if len(sys.argv) == 2 else sys.exit("usage: rules_labeler.py POOL")
BROKER = pika.URLParameters(os.environ.get("RLAIF_BROKER", "amqp://localhost:5672"))
BROKER.credentials = pika.PlainCredentials(os.environ.get("RLAIF_BROKER_USER", "guest"), os.environ.get("RLAIF_BROKER_PASSWORD", "guest"))


def answer(command):
    first, second = (len(command[place]["text"]) for place in ("first", "second"))
    preference = 1 if first < second else 0 if first > second else 0.5     # probability that the first is better
    votes = [{"principle": principle["id"], "preference": preference} for principle in command["principles"]]
    return {**{key: command[key] for key in ("id", "runId", "pairId", "pool")}, "labeler": "python/shorter", "votes": votes}


def label():
    with pika.BlockingConnection(BROKER) as connection:
        channel = connection.channel()
        channel.confirm_delivery()                                         # publishing returns when the broker has the answer
        channel.basic_qos(prefetch_count=16)
        for delivery, _, body in channel.consume(f"label-{POOL}"):
            properties = pika.BasicProperties(content_type="application/json", delivery_mode=2)
            channel.basic_publish("rlaif.preference-labeled.v1", "", json.dumps(answer(json.loads(body))), properties)
            channel.basic_ack(delivery.delivery_tag)


while True:
    try:
        label()
    except (pika.exceptions.AMQPError, OSError) as error:                  # the broker is away, or no run has asked this pool yet
        print(f"waits for label-{POOL}: {error!r}", file=sys.stderr, flush=True)
        time.sleep(1)
