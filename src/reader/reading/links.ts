import { pathToFileURL } from "node:url";
import { inline } from "../../core/report/markdown-text.js";

/** Brackets that `encodeURI` leaves would end a link. */
const encoded = (text: string): string =>
  text.replace(/[()<>[\]\\`*_]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** A Markdown link to a line (from 1) of a file. */
export function fileLink(text: string, path: string, line: number): string {
  return `[${inline(text)}](${encoded(pathToFileURL(path).href)}#L${line})`;
}
