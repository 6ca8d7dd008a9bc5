import type { z } from "zod";

/** The zod schema of one record type, as layers that have no zod of their own pass it on. */
export type RecordSchema<T> = z.ZodType<T>;
