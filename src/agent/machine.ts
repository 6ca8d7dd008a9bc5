import { backendGet, backendOffer, doctorExamine } from "../protocol/agent.js";
import { getBackend, offerBackend, tryBackend } from "../runtime/backends.js";
import { demandsOf, examineMachine } from "../runtime/doctor.js";
import { answering } from "./answering.js";
import { transferTeller } from "./models.js";
import type { Served } from "./served.js";

/** Answers requests about this machine: what it has, and what it can be given. */
export function serveMachine({ connection, jobs, folder, workspace }: Served): void {
  const examine = answering(async () => ({
    checks: await examineMachine(await demandsOf(folder(), workspace)),
  }));
  connection.onRequest(doctorExamine, (token) => examine(undefined, token));
  connection.onRequest(
    backendOffer,
    answering(({ backend }) => offerBackend(backend)),
  );
  connection.onRequest(
    backendGet,
    answering(({ backend }, token) =>
      jobs.run(token, async (signal) => {
        const onEvent = transferTeller(connection, backendGet.method);
        await getBackend(backend, { onEvent, signal });
        return tryBackend(backend);
      }),
    ),
  );
}
