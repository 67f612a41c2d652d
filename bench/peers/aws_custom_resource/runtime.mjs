// The loop of Lambda's Node.js runtime, and no more. The real runtime also has X-Ray, its own log and
// a native client; that time is not part of the handler.

import http from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import path from "node:path";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

// The handler uses the host of the ResponseURL only, and not its port.
https.globalAgent.defaultPort = Number(process.env.BENCH_RESPONSE_PORT);

function call(method, operation, body) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const headers = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
  const request = http.request(
    { host, port, agent, method, headers, path: `/2018-06-01/runtime/invocation/${operation}` },
    (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve([response.headers, Buffer.concat(chunks).toString()]));
    },
  );
  request.on("error", reject);
  request.end(body);
  return promise;
}

const [module, name] = process.env._HANDLER.split(".");
const load = createRequire(path.join(process.env.LAMBDA_TASK_ROOT, "/"));
const handler = load(`./${module}`)[name];

for (;;) {
  const [headers, event] = await call("GET", "next");
  const id = headers["lambda-runtime-aws-request-id"];
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const context = {
    awsRequestId: id,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  const result = await handler(JSON.parse(event), context);
  await call("POST", `${id}/response`, JSON.stringify(result ?? null));
}
