import { InvalidArgumentError } from "commander";

/** An option's value as a whole number above 0. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("a whole number above 0 is expected");
  return Number(text);
}
