import { findNodeAtOffset, getNodePath, getNodeValue, type Node, parseTree } from "jsonc-parser";

/** Longer lines are not taken apart: whoever waits for a hover would wait too long. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** Keys and indexes from the record down to a value. */
export type ValuePath = readonly (string | number)[];

/** What stands at a character of a line. */
export interface FoundValue {
  readonly path: ValuePath;
  readonly value: unknown;
  /** Characters of the value; of a field, its name included. */
  readonly from: number;
  readonly to: number;
}

/** A line of JSON with the place of each value. */
export class LineTree {
  private constructor(
    private readonly root: Node,
    /** The record. */
    readonly value: Readonly<Record<string, unknown>>,
  ) {}

  /** Null for what is no JSON object, or too long. */
  static of(text: string): LineTree | null {
    if (text.length > MOST_CHARACTERS || !/^\s*\{/.test(text)) return null;
    let root: Node | undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
      root = parseTree(text);
    } catch {
      // No JSON, or nested so deeply that nobody wrote it by hand.
      return null;
    }
    return root?.type === "object" ? new LineTree(root, value as Readonly<Record<string, unknown>>) : null;
  }

  /** The innermost value at a character; a field's name counts as its value. */
  at(character: number): FoundValue | null {
    let node = findNodeAtOffset(this.root, character, true);
    if (!node) return null;
    if (node.type === "property") node = node.children?.[1] ?? node;
    else if (node.parent?.type === "property" && node.parent.children?.[0] === node) {
      node = node.parent.children[1] ?? node;
    }
    return this.#found(node);
  }

  /** The value at a path. */
  of(path: ValuePath): FoundValue | null {
    let node: Node | undefined = this.root;
    for (const key of path) {
      node =
        typeof key === "number"
          ? node?.type === "array"
            ? node.children?.[key]
            : undefined
          : node?.children?.find(({ children }) => children?.[0]?.value === key)?.children?.[1];
    }
    return node ? this.#found(node) : null;
  }

  #found(node: Node): FoundValue {
    const start = node.parent?.type === "property" ? node.parent : node;
    return {
      path: getNodePath(node),
      value: getNodeValue(node) as unknown,
      from: start.offset,
      to: node.offset + node.length,
    };
  }
}
