import { fakeWeights } from "../fakes/fake-model.js";
import { type BadCase, post, RAW, SETTINGS } from "./bad-case.js";

/** Models that settings name or people ask for, and that cannot be used. Nothing here opens one. */

const model = (
  name: string,
  called: string,
  code: 2 | 4,
  message: RegExp,
  more: BadCase["files"] = {},
): BadCase => ({
  name,
  settings: { ...SETTINGS, model: called },
  files: { [RAW]: `${post("first")}\n`, ...more },
  args: ["run", "--until", "annotate"],
  realModel: true,
  code,
  says: [message],
  // What comes before the model is done, and stays.
  posts: 1,
});
const asked = (name: string, args: readonly string[], code: 2 | 4, message: RegExp): BadCase => ({
  ...{ name, settings: {}, args, realModel: true, code },
  says: [message],
});

const WEIGHTS = fakeWeights();
const damaged = Buffer.from(WEIGHTS);
damaged.writeUInt32LE(0xffffffff, 24);

export const MODELS: readonly BadCase[] = [
  model(
    "a name with a slip",
    "smolm2-135m-instruct",
    2,
    /^smolm2-135m-instruct: there is no model of this name\. Fix: write “smollm2-135m-instruct”; others are /,
  ),
  model(
    "a name like none",
    "gpt",
    2,
    /^gpt: there is no model of this name\. Fix: write one of smollm2-135m/,
  ),
  model(
    "a model that is not on this machine",
    "smollm2-135m-instruct",
    4,
    /^model: smollm2-135m-instruct is not on this machine\. Fix: run `prefloom model get smollm2-135m-instruct`\.$/,
  ),
  model(
    "an address that is not on this machine",
    "hf:owner/repo/m.gguf",
    4,
    /^model: hf:owner\/repo\/m\.gguf is not on this machine\. Fix: run `prefloom model get hf:owner/,
  ),
  model(
    "no file",
    "none.gguf",
    2,
    /\/none\.gguf: there is no such file\. Fix: check the path of the model\.$/,
  ),
  model(
    "a folder",
    "m.gguf",
    2,
    /\/m\.gguf: this is a folder, not a file\. Fix: name the \.gguf file in it\.$/,
    {
      "m.gguf": null,
    },
  ),
  model("a file that is no GGUF", `./${RAW}`, 2, /\/raw\.jsonl: this is no GGUF file: it does not begin/),
  model("an empty file", "m.gguf", 2, /\/m\.gguf: it is empty\. Fix: get it again: /, { "m.gguf": "" }),
  model("a web page", "m.gguf", 2, /\/m\.gguf: this is a web page, not a model\. Fix: use the download/, {
    "m.gguf": "<!DOCTYPE html><html></html>",
  }),
  model("a pointer to the file", "m.gguf", 2, /\/m\.gguf: this is a Git LFS pointer.* Fix: run `git lfs/, {
    "m.gguf": "version https://git-lfs.example/v1\noid sha256:0\n",
  }),
  model(
    "a file that was cut short",
    "m.gguf",
    2,
    /\/m\.gguf: it is cut short: .* bytes.* Fix: get it again: /,
    {
      "m.gguf": WEIGHTS.subarray(0, WEIGHTS.length - 2),
    },
  ),
  model("a header that was cut short", "m.gguf", 2, /\/m\.gguf: it is cut short: it ends within its header/, {
    "m.gguf": WEIGHTS.subarray(0, 40),
  }),
  model("a damaged header", "m.gguf", 2, /\/m\.gguf: (its header is damaged|it is cut short).* Fix: get it/, {
    "m.gguf": damaged,
  }),
  model(
    "an address without file",
    "hf:owner/repo",
    2,
    /^hf:owner\/repo: this address names no \.gguf file\. Fix: /,
  ),
  model(
    "a link of the hub",
    "https://huggingface.co/owner/repo/resolve/main/m.gguf",
    2,
    /^https:.*: a web address is no model\. Fix: write hf:owner\/repo\/m\.gguf\.$/,
  ),
  asked(
    "getting a name that there is not",
    ["model", "get", "smollm2"],
    2,
    /^smollm2: .* Fix: write “smollm2-135m/,
  ),
  asked("getting a malformed address", ["model", "get", "hf:a"], 2, /^hf:a: this address names no \.gguf/),
  asked(
    "getting a file that there is not",
    ["model", "get", "@/x.gguf"],
    2,
    /\/x\.gguf: there is no such file/,
  ),
  asked(
    "the place of no file",
    ["model", "where", "@/x.gguf"],
    4,
    /^model: x\.gguf is not here; .* Fix: check/,
  ),
  asked(
    "the place of no name",
    ["model", "where", "qwen"],
    2,
    /^qwen: .* Fix: write “qwen2\.5-14b-instruct”/,
  ),
];
