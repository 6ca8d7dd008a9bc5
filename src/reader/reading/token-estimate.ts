/**
 * About how many tokens a text has: four letters each in Latin script, as tokenizers of today's models have it for English,
 * and less elsewhere.
 */
export function estimateTokens(text: string): number {
  let plain = 0;
  let wide = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x250) plain++;
    // Ideographs and syllables are a token or so each, other scripts about half a one.
    else wide += unit >= 0x2e80 ? 1 : 0.5;
  }
  return Math.ceil(plain / 4 + wide);
}
