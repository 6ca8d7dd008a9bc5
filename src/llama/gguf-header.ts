/** What the header of a GGUF file says about the file as a whole. */
export interface GgufHeader {
  readonly tensors: number;
  /** Pieces that the model was split into; 1: it is whole. */
  readonly pieces: number;
  /** Length that the file must have at least. */
  readonly bytesNeeded: number;
}

/** The bytes at hand end before the header does. */
export class ShortHeaderError extends Error {
  override readonly name = "ShortHeaderError";
  /** @param bytesNeeded of the file, at least, to read on */
  constructor(readonly bytesNeeded: number) {
    super("the header goes on");
  }
}

/** The header says what no header can. */
export class DamagedHeaderError extends Error {
  override readonly name = "DamagedHeaderError";
}

/** Versions whose layout is the one below. */
export const READABLE_VERSIONS: readonly number[] = [2, 3];

/** Elements and bytes of a block, by tensor type (`ggml_type`); retired types have none. */
const BLOCKS: Readonly<Record<number, readonly [elements: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
  40: [64, 36],
  41: [128, 18],
  42: [64, 18],
};

/** Bytes of metadata values by type; strings (8) and arrays (9) tell their length themselves. */
const VALUE_BYTES: readonly (number | null)[] = [1, 1, 2, 2, 4, 4, 4, 1, null, null, 8, 8, 8];
const STRING = 8;
const ARRAY = 9;

const DEFAULT_ALIGNMENT = 32;
/** More than any model has, far fewer than a damaged length would give. */
const MOST_DIMENSIONS = 8;
const DEEPEST_ARRAY = 4;

/** Reads on in bytes that may end too soon. */
class Cursor {
  #at: number;

  constructor(
    private readonly bytes: Buffer,
    start: number,
  ) {
    this.#at = start;
  }

  get at(): number {
    return this.#at;
  }

  /** Moves on and returns where it was. */
  skip(length: number): number {
    const from = this.#at;
    if (from + length > this.bytes.length) throw new ShortHeaderError(from + length);
    this.#at += length;
    return from;
  }

  uint32(): number {
    return this.bytes.readUInt32LE(this.skip(4));
  }

  /** Exact up to 2^53, which no length in a file of this world exceeds. */
  uint64(): number {
    return Number(this.bytes.readBigUInt64LE(this.skip(8)));
  }

  string(): string {
    const length = this.uint64();
    const from = this.skip(length);
    return this.bytes.toString("utf8", from, from + length);
  }

  skipString(): void {
    this.skip(this.uint64());
  }
}

/** Passes over a metadata value; whole numbers of 16 and 32 bits are returned. */
function readValue(cursor: Cursor, bytes: Buffer, type: number, depth = 0): number | null {
  const length = VALUE_BYTES[type];
  if (length === undefined) throw new DamagedHeaderError(`a value has the unknown type ${type}`);
  if (type === STRING) cursor.skipString();
  else if (type === ARRAY) {
    if (depth >= DEEPEST_ARRAY) throw new DamagedHeaderError("lists are nested too deeply");
    const itemType = cursor.uint32();
    const count = cursor.uint64();
    const itemBytes = VALUE_BYTES[itemType];
    if (itemBytes) cursor.skip(count * itemBytes);
    else for (let i = 0; i < count; i++) readValue(cursor, bytes, itemType, depth + 1);
  } else {
    const from = cursor.skip(length!);
    if (type === 2) return bytes.readUInt16LE(from);
    if (type === 4) return bytes.readUInt32LE(from);
  }
  return null;
}

/**
 * Reads the header of a GGUF file of a readable version, from the file's first bytes. node-llama-cpp has such a reader,
 * but it is made for files that are whole: past their end it reads zeros, and a damaged length makes it fill the memory
 * until the process dies.
 * @throws ShortHeaderError when there are too few of them, DamagedHeaderError
 */
export function readGgufHeader(bytes: Buffer): GgufHeader {
  const cursor = new Cursor(bytes, 8);
  const tensors = cursor.uint64();
  const values = cursor.uint64();
  let alignment = DEFAULT_ALIGNMENT;
  let pieces = 1;
  for (let i = 0; i < values; i++) {
    const key = cursor.string();
    const value = readValue(cursor, bytes, cursor.uint32());
    if (key === "general.alignment") alignment = value ?? alignment;
    if (key === "split.count") pieces = Math.max(1, value ?? 1);
  }
  if (alignment < 1) throw new DamagedHeaderError("tensors are aligned to nothing");

  // Counted from the end of the header, which is known when all of it has been read.
  let end = 0;
  for (let i = 0; i < tensors; i++) {
    cursor.skipString();
    const dimensions = cursor.uint32();
    if (dimensions > MOST_DIMENSIONS) throw new DamagedHeaderError(`a tensor has ${dimensions} dimensions`);
    let elements = 1;
    for (let d = 0; d < dimensions; d++) elements *= cursor.uint64();
    // Of types to come, only where the tensor starts is known.
    const [blockElements, blockBytes] = BLOCKS[cursor.uint32()] ?? [Infinity, 0];
    end = Math.max(end, cursor.uint64() + Math.ceil(elements / blockElements) * blockBytes);
  }
  const start = Math.ceil(cursor.at / alignment) * alignment;
  return { tensors, pieces, bytesNeeded: tensors === 0 ? cursor.at : start + end };
}
