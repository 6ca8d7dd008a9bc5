import type { Finding } from "../../core/finding.js";
import { type FileFindings, type RuleCount, RuleCounter } from "./finding-book.js";

/** Room for findings of validated files, all of them together; what does not fit is counted and not kept. */
export const MOST_BYTES = 96 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** What knowing the place of one takes. */
const PLACE_BYTES = 24;

/** Bytes that are taken by the findings of several files. */
export class Room {
  #taken = 0;

  constructor(private readonly most = MOST_BYTES) {}

  take(bytes: number): boolean {
    if (this.#taken + bytes > this.most) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}

/** The findings of one validated file, as text in a few large buffers: objects would take ten times as much. */
export class KeptFindings implements FileFindings {
  readonly #chunks: Buffer[] = [];
  #used = CHUNK_BYTES;
  /** Chunk and offset of each finding, its length, and the number of its rule. */
  readonly #places: number[] = [];
  readonly #lengths: number[] = [];
  readonly #rules: number[] = [];
  readonly #ruleNumbers = new Map<string, number>();
  readonly #counter = new RuleCounter();
  #bytes = 0;

  constructor(private readonly room: Room) {}

  /** Gives back the room that it took. */
  dispose(): void {
    this.room.give(this.#bytes);
    this.#bytes = 0;
  }

  add(finding: Finding): void {
    this.#counter.add(finding);
    const bytes = Buffer.from(JSON.stringify(finding));
    // A message is short by its making; whatever is not is left out like what does not fit.
    const taken = bytes.length + PLACE_BYTES;
    if (bytes.length > CHUNK_BYTES || !this.room.take(taken)) return;
    this.#bytes += taken;
    if (this.#used + bytes.length > CHUNK_BYTES) {
      this.#chunks.push(Buffer.allocUnsafe(CHUNK_BYTES));
      this.#used = 0;
    }
    bytes.copy(this.#chunks.at(-1)!, this.#used);
    this.#places.push((this.#chunks.length - 1) * CHUNK_BYTES + this.#used);
    this.#lengths.push(bytes.length);
    this.#used += bytes.length;
    const number = this.#ruleNumbers.get(finding.rule) ?? this.#ruleNumbers.size;
    this.#ruleNumbers.set(finding.rule, number);
    this.#rules.push(number);
  }

  get counts(): readonly RuleCount[] {
    return this.#counter.counts;
  }

  page(rule: string | null, offset: number, limit: number): readonly Finding[] {
    if (rule === null) return this.#slice(offset, limit);
    const number = this.#ruleNumbers.get(rule);
    const found: Finding[] = [];
    let skip = offset;
    for (let i = 0; i < this.#rules.length && found.length < limit; i++) {
      if (this.#rules[i] !== number) continue;
      if (skip > 0) skip--;
      else found.push(this.#at(i));
    }
    return found;
  }

  #slice(offset: number, limit: number): readonly Finding[] {
    const end = Math.min(this.#rules.length, offset + limit);
    return Array.from({ length: Math.max(0, end - offset) }, (_, i) => this.#at(offset + i));
  }

  #at(i: number): Finding {
    const place = this.#places[i]!;
    const from = place % CHUNK_BYTES;
    const text = this.#chunks[Math.floor(place / CHUNK_BYTES)]!.toString(
      "utf8",
      from,
      from + this.#lengths[i]!,
    );
    return JSON.parse(text) as Finding;
  }
}
