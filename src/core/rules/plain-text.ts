/** What rules take for the same text, and what of a value is text. */

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isBlank(text: string): boolean {
  return !/\S/.test(text);
}

/** True when no half of a surrogate pair stands alone. */
export function isWellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xf800) !== 0xd800) continue;
    const isHigh = unit < 0xdc00;
    if (!isHigh || (text.charCodeAt(i + 1) & 0xfc00) !== 0xdc00) return false;
    i++;
  }
  return true;
}

/** A text, or the contents of a list of chat messages; undefined when the value is neither. */
export function plainText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const contents = value.flatMap((message) =>
    isObject(message) && typeof message["content"] === "string" ? [message["content"]] : [],
  );
  return contents.length === value.length ? contents.join("\n\n") : undefined;
}

const SPACE = 32;
const END = -1;

/** Per UTF-16 unit: a space for any whitespace, else the lower-case unit. */
const FOLDED = new Uint16Array(0x10000).map((_, unit) => {
  const character = String.fromCharCode(unit);
  if (/\s/.test(character)) return SPACE;
  const lower = character.toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : unit;
});

/** Reads a text unit by unit without regard to case, with one space for each run of whitespace and none at the ends. */
export class FoldedText {
  private at = 0;

  constructor(private readonly text: string) {
    this.skipSpace();
  }

  /** The next unit; -1 at the end. */
  next(): number {
    const { text } = this;
    if (this.at >= text.length) return END;
    const unit = FOLDED[text.charCodeAt(this.at++)]!;
    if (unit !== SPACE) return unit;
    this.skipSpace();
    return this.at < text.length ? SPACE : END;
  }

  private skipSpace(): void {
    while (this.at < this.text.length && FOLDED[this.text.charCodeAt(this.at)] === SPACE) this.at++;
  }
}

/** True for texts that differ at most in whitespace and case; two different texts are told apart at once. */
export function isSameText(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [new FoldedText(a), new FoldedText(b)];
  for (;;) {
    const unit = left.next();
    if (unit !== right.next()) return false;
    if (unit === END) return true;
  }
}
