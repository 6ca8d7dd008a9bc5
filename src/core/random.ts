import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Seeded randomness: every draw of the project comes from here, so that a seed decides every byte. */
export interface Random {
  /** A whole number from 0 to `bound` - 1, uniformly. */
  below(bound: number): number;
}

/** FNV-1a over the UTF-16 units of the parts: cheap, stable, good enough to start a generator. */
function hash32(parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = `${part}\u0000`;
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    }
  }
  return hash | 0;
}

/** A generator of its own for each unit of work, so that results do not depend on order or on the number of workers. */
export function randomFor(...parts: readonly (string | number)[]): Random {
  const generator = xoroshiro128plus(hash32(parts));
  // Neighbouring seeds give similar first numbers.
  for (let i = 0; i < 16; i++) generator.next();
  return { below: (bound) => uniformInt(generator, 0, bound - 1) };
}

/** A number from 0 to 2^31 - 1 for libraries that take a seed. */
export function seedFor(...parts: readonly (string | number)[]): number {
  return hash32(parts) & 0x7fffffff;
}

/** Fisher-Yates, in place. */
export function shuffle<T extends unknown[] | Int32Array | Uint32Array>(items: T, random: Random): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = items[i];
    items[i] = items[j];
    items[j] = kept;
  }
  return items;
}

/** A short id from content: a prefix and 16 hex digits (64 bits) of SHA-256. */
export function contentId(prefix: string, ...parts: readonly string[]): string {
  return prefix + bytesToHex(sha256(utf8ToBytes(parts.join("\u0000")))).slice(0, 16);
}
