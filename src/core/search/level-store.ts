import type { Level, Levels } from "../records/direction.js";
import { TernaryPlanes } from "./ternary-planes.js";

/** Levels of many responses by id, packed: 24 bytes each for 90 dimensions, and the id. */
export class LevelStore {
  readonly #places = new Map<string, number>();
  readonly #planes: TernaryPlanes;

  constructor(readonly size: number) {
    this.#planes = new TernaryPlanes(size, 2);
  }

  add(response: string, levels: Levels): void {
    this.#places.set(response, this.#planes.length);
    this.#planes.push(this.#planes.pack(levels));
  }

  get(response: string): Levels | undefined {
    const place = this.#places.get(response);
    if (place === undefined) return undefined;
    const packed = this.#planes.at(place);
    return Array.from({ length: this.size }, (_, d): Level => {
      const bit = 1 << (d & 31);
      if (packed[2 * (d >> 5)]! & bit) return 3;
      return packed[2 * (d >> 5) + 1]! & bit ? 1 : 2;
    });
  }
}
