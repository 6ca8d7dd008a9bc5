import {
  type LlamaModel,
  LlamaText,
  resolveChatWrapper,
  SpecialTokensText,
  type Token,
} from "node-llama-cpp";

/** The model's chat template as the tokens before and after one user turn, up to where the model speaks. */
export interface ChatTemplate {
  readonly head: readonly Token[];
  readonly tail: readonly Token[];
}

const USER_TEXT = "{{prefloom-user-turn}}";

/**
 * Splits what the template makes of a single user turn at that turn's text.
 * @throws when the template does not carry the user's text unchanged.
 */
export function chatTemplate(model: LlamaModel): ChatTemplate {
  const wrapper = resolveChatWrapper(model);
  const { contextText } = wrapper.generateContextState({
    chatHistory: [
      { type: "user", text: USER_TEXT },
      { type: "model", response: [""] },
    ],
  });
  const values = contextText.values;
  const at = values.findIndex((value) => textOf(value).includes(USER_TEXT));
  if (at < 0) throw new Error("the model's chat template does not show the user's text");
  const value = values[at]!;
  const [before = "", after = ""] = textOf(value).split(USER_TEXT);
  const same = (text: string) => (typeof value === "string" ? text : new SpecialTokensText(text));
  return {
    head: LlamaText([...values.slice(0, at), same(before)]).tokenize(model.tokenizer),
    tail: LlamaText([same(after), ...values.slice(at + 1)]).tokenize(model.tokenizer, "trimLeadingSpace"),
  };
}

function textOf(value: LlamaText["values"][number]): string {
  if (typeof value === "string") return value;
  return value instanceof SpecialTokensText ? value.value : "";
}
