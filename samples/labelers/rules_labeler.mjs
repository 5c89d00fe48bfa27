// A labeler in JavaScript that finds the shorter response better. The contract is docs/labelers.md.
// usage: node rules_labeler.mjs POOL    (after npm install; RLAIF_BROKER, RLAIF_BROKER_USER and RLAIF_BROKER_PASSWORD say where the broker is)
import { setTimeout as pause } from "node:timers/promises";
import { connect, credentials } from "amqplib";

if (process.argv.length !== 3) throw new Error("usage: node rules_labeler.mjs POOL");
const [pool, { RLAIF_BROKER = "amqp://localhost:5672", RLAIF_BROKER_USER = "guest", RLAIF_BROKER_PASSWORD = "guest" }] = [process.argv[2], process.env];

function answer({ id, runId, pairId, pool, first, second, principles }) {
  const longer = [...first.text].length - [...second.text].length;
  const preference = longer < 0 ? 1 : longer > 0 ? 0 : 0.5;                // probability that the first is better
  return { id, runId, pairId, pool, labeler: "javascript/shorter", votes: principles.map((principle) => ({ principle: principle.id, preference })) };
}

async function label() {
  const connection = await connect(RLAIF_BROKER, { credentials: credentials.plain(RLAIF_BROKER_USER, RLAIF_BROKER_PASSWORD) });
  const closed = new Promise((done) => connection.on("error", () => {}).on("close", done));
  const close = () => connection.close().catch(() => {});
  const channel = await connection.createConfirmChannel();
  channel.on("error", close);
  await channel.prefetch(16);
  await channel.consume(`label-${pool}`, (message) => {
    if (!message) return close();                                          // the queue was deleted
    const body = Buffer.from(JSON.stringify(answer(JSON.parse(message.content))));
    channel.publish("rlaif.preference-labeled.v1", "", body, { contentType: "application/json", persistent: true },
      (error) => (error ? close() : channel.ack(message)));                // acknowledged when the broker has the answer
  });
  await closed;
}

for (;;) {
  await label().catch((error) => console.error(`waits for label-${pool}: ${error.message}`));
  await pause(1000);                                                       // the broker is away, or no run has asked this pool yet
}
