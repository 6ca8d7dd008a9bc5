import { type Diagnostic, type DiagnosticCollection, type Disposable, languages, type Uri } from "vscode";

/** The editor takes a thousand problems of a file; so many at a time hold the extension host for a few milliseconds. */
const SLICE = 200;
const SLICES = 5;

interface Shown {
  /** What each slice shows, as text. */
  readonly slices: string[];
  /** Of the last `set`: an earlier one that still goes on ends. */
  turn: number;
}

/**
 * Problems of files, given to the editor in slices with pauses between: a thousand at once would hold the extension host
 * for longer than a frame. Slices that show what they showed are passed over.
 */
export class SlicedDiagnostics implements Disposable {
  readonly #collections: readonly DiagnosticCollection[] = Array.from({ length: SLICES }, () =>
    languages.createDiagnosticCollection("prefloom"),
  );
  readonly #shown = new Map<string, Shown>();

  /** Whether something was set for a file, be it that there is nothing. */
  has(uri: Uri): boolean {
    return this.#shown.has(uri.toString());
  }

  /** Shows these, in their order, in the place of what was shown. @param make is called where a slice has changed */
  set<T>(uri: Uri, problems: readonly T[], make: (problem: T) => Diagnostic): void {
    const key = uri.toString();
    const shown = this.#shown.get(key) ?? { slices: [], turn: 0 };
    this.#shown.set(key, shown);
    this.#show(uri, problems, make, shown, ++shown.turn, 0);
  }

  #show<T>(
    uri: Uri,
    problems: readonly T[],
    make: (problem: T) => Diagnostic,
    shown: Shown,
    turn: number,
    from: number,
  ): void {
    if (shown.turn !== turn) return;
    for (let i = from; i < SLICES; i++) {
      // The last slice takes what there is.
      const slice = problems.slice(i * SLICE, i === SLICES - 1 ? undefined : (i + 1) * SLICE);
      const text = JSON.stringify(slice);
      if (shown.slices[i] === text || (slice.length === 0 && shown.slices[i] === undefined)) continue;
      shown.slices[i] = text;
      this.#collections[i]!.set(uri, slice.map(make));
      setImmediate(() => this.#show(uri, problems, make, shown, turn, i + 1));
      return;
    }
  }

  delete(uri: Uri): void {
    const shown = this.#shown.get(uri.toString());
    if (!shown) return;
    shown.turn++;
    this.#shown.delete(uri.toString());
    for (const collection of this.#collections) collection.delete(uri);
  }

  dispose(): void {
    for (const collection of this.#collections) collection.dispose();
  }
}
