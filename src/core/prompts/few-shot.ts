import { z } from "zod";

/** One worked example of prompt #1 (A.3): a comment and the answers to some of its questions. */
export const fewShotExampleSchema = z.strictObject({
  query: z.string().min(1),
  comment: z.string().min(1),
  /** Dimension name and the number of the right answer: 1 first option, 2 second option, 3 cannot reflect. */
  answers: z
    .array(
      z.strictObject({
        dimension: z.string().min(1),
        answer: z.union([z.literal(1), z.literal(2), z.literal(3)]),
      }),
    )
    .min(1),
});
export type FewShotExample = z.infer<typeof fewShotExampleSchema>;

/** A file of few-shot examples of one's own. */
export const fewShotSchema = z.array(fewShotExampleSchema).min(1);

/** The built-in examples: like the paper's they show each of the three answers once, on a trait twice and an interest once. */
export const FEW_SHOT: readonly FewShotExample[] = [
  {
    query:
      "Our landlord sent a letter that the lift will be out of order for six weeks, starting Monday. We live on the fifth floor. How is everybody going to deal with it?",
    comment:
      "Six weeks of free leg day, then! I already asked the neighbours on the fourth floor whether we should meet on the landing with coffee every morning. We will survive.",
    answers: [
      { dimension: "Degree of Neuroticism in the Big Five personality traits", answer: 2 },
      { dimension: "Degree of Extraversion in the Big Five personality traits", answer: 1 },
      { dimension: "painting", answer: 3 },
    ],
  },
];
