import type { SourceSummary } from "./report-data.js";
import { frontMatter, type Yaml } from "./yaml.js";

/** The front matter of a data card: what the Hugging Face hub and its `datasets` library read. */

/** SPDX identifiers whose lower-case form the hub knows. */
const HUB_LICENCES: ReadonlySet<string> = new Set([
  "afl-3.0",
  "agpl-3.0",
  "apache-2.0",
  "bsd-2-clause",
  "bsd-3-clause",
  "cc-by-2.0",
  "cc-by-3.0",
  "cc-by-4.0",
  "cc-by-nc-4.0",
  "cc-by-nc-nd-4.0",
  "cc-by-nc-sa-4.0",
  "cc-by-nd-4.0",
  "cc-by-sa-3.0",
  "cc-by-sa-4.0",
  "cc0-1.0",
  "gpl-3.0",
  "mit",
  "mpl-2.0",
  "odbl",
  "pddl",
  "unlicense",
]);

/** `license`, and `license_name` where no single licence of the hub's list covers all sources. */
export function licenceFields(sources: readonly SourceSummary[]): Readonly<Record<string, string>> {
  const names = [
    ...new Set(sources.map(({ licence }) => licence.trim()).filter((licence) => licence !== "")),
  ];
  const [only] = names;
  if (only === undefined) return { license: "unknown" };
  if (names.length === 1 && HUB_LICENCES.has(only.toLowerCase())) return { license: only.toLowerCase() };
  // The hub takes an identifier here; the names as given stand in the card's table.
  const slugs = names.map((name) => name.toLowerCase().replace(/[^a-z0-9.]+/g, "-"));
  return { license: "other", license_name: [...new Set(slugs)].sort().join("-and-").slice(0, 200) };
}

/** The hub's name for a number of examples. */
export function sizeCategory(examples: number): string {
  const steps: readonly (readonly [limit: number, name: string])[] = [
    [1e3, "1K"],
    [1e4, "10K"],
    [1e5, "100K"],
    [1e6, "1M"],
    [1e7, "10M"],
    [1e8, "100M"],
    [1e9, "1B"],
  ];
  const index = steps.findIndex(([limit]) => examples < limit);
  if (index === 0) return "n<1K";
  if (index === -1) return "1B<n<10B";
  return `${steps[index - 1]![1]}<n<${steps[index]![1]}`;
}

/** Names and types of the published keys, so that an empty list in the first lines misleads no reader. */
function features(): Yaml {
  const text = (name: string) => ({ name, dtype: "string" });
  const direction = { name: "Preference Direction", list: "float64" };
  return [
    text("prompt"),
    text("chosen"),
    text("rejected"),
    direction,
    text("Demographic Information"),
    { name: "User-Generated Content", list: [text("prompt"), text("comment"), direction] },
    {
      name: "Pair-wise Comparative Feedback",
      list: [text("prompt"), text("chosen"), text("rejected"), direction],
    },
  ];
}

/** What the front matter needs of a data card. */
export interface HeaderData {
  readonly name: string;
  readonly languages: readonly string[];
  readonly sources: readonly SourceSummary[];
  /** Lines of each split, in the order in which they are to be listed. */
  readonly splits: readonly { readonly split: string; readonly examples: number }[];
}

/** The whole front matter, `---` lines included. Splits without a line are left out: an empty file cannot be read. */
export function renderHeader({ name, languages, sources, splits }: HeaderData): string {
  const filled = splits.filter(({ examples }) => examples > 0);
  const total = filled.reduce((sum, { examples }) => sum + examples, 0);
  return frontMatter({
    pretty_name: name,
    ...licenceFields(sources),
    ...(languages.length > 0 ? { language: [...languages] } : {}),
    task_categories: ["text-generation"],
    size_categories: [sizeCategory(total)],
    annotations_creators: ["machine-generated"],
    tags: ["alignment", "dpo", "preference", "personalization", "alignx"],
    ...(filled.length > 0
      ? {
          configs: [
            {
              config_name: "default",
              data_files: filled.map(({ split }) => ({ split, path: `${split}.jsonl` })),
            },
          ],
          dataset_info: { config_name: "default", features: features() },
        }
      : {}),
  });
}
