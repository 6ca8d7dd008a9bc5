const string = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64(bytes.length), bytes]);
};

const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

const uint64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

/** Values of a GGUF header in its own binary form. */
export const value = {
  uint16: (number: number) => Buffer.concat([uint32(2), uint16(number)]),
  uint32: (number: number) => Buffer.concat([uint32(4), uint32(number)]),
  string: (text: string) => Buffer.concat([uint32(8), string(text)]),
  strings: (texts: readonly string[], count: number | bigint = texts.length) =>
    Buffer.concat([uint32(9), uint32(8), uint64(count), ...texts.map(string)]),
  floats: (count: number | bigint) =>
    Buffer.concat([
      uint32(9),
      uint32(6),
      uint64(count),
      Buffer.alloc(Number(count) < 1000 ? Number(count) * 4 : 0),
    ]),
};

export interface GgufParts {
  readonly magic?: string;
  readonly version?: number;
  readonly metadata?: Readonly<Record<string, Buffer>>;
  /** Type and dimensions by name; placed one after the other. */
  readonly tensors?: Readonly<
    Record<string, { readonly type: number; readonly dimensions: readonly number[] }>
  >;
  /** Bytes of each tensor. */
  readonly tensorBytes?: number;
}

/** A whole GGUF file, made by hand. */
export function ggufBytes({
  magic = "GGUF",
  version = 3,
  metadata = {
    "general.architecture": value.string("llama"),
    "tokenizer.ggml.tokens": value.strings(["a", "b", "ć"]),
    "tokenizer.ggml.scores": value.floats(3),
  },
  tensors = { one: { type: 0, dimensions: [4, 4] }, two: { type: 2, dimensions: [64, 2] } },
  tensorBytes = 72,
}: GgufParts = {}): Buffer {
  const entries = Object.entries(tensors);
  const aligned = Math.ceil(tensorBytes / 32) * 32;
  const header = Buffer.concat([
    Buffer.from(magic),
    uint32(version),
    uint64(entries.length),
    uint64(Object.keys(metadata).length),
    ...Object.entries(metadata).flatMap(([key, bytes]) => [string(key), bytes]),
    ...entries.flatMap(([name, { type, dimensions }], i) => [
      ...[string(name), uint32(dimensions.length), ...dimensions.map(uint64)],
      ...[uint32(type), uint64(i * aligned)],
    ]),
  ]);
  const padding = (32 - (header.length % 32)) % 32;
  const data = entries.length === 0 ? 0 : aligned * (entries.length - 1) + tensorBytes;
  return Buffer.concat([header, Buffer.alloc(padding), Buffer.alloc(data, 7)]);
}
