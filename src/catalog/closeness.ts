/** So many slips are forgiven in a word of this many letters: a short word with one wrong is another word. */
const slipsIn = (letters: number) => (letters < 4 ? 0 : letters < 8 ? 1 : 2);

/**
 * How well words are answered by other words, 0 to 1: each asked word by the closest one, whole or as its beginning (for
 * who is still typing), with a slip or two forgiven: a letter wrong, missing, too many, or two in each other's place.
 * Trigrams alone miss these in short words: "nigth" shares one of three with "night".
 */
export function closeness(asked: readonly string[], words: readonly string[]): number {
  const counted = asked.filter((word) => word.length > 2);
  if (counted.length === 0) return 0;
  const best = counted.map((word) => Math.max(0, ...words.map((other) => ofWord(word, other))));
  return best.reduce((sum, each) => sum + each, 0) / counted.length;
}

function ofWord(asked: string, word: string): number {
  if (word.startsWith(asked)) return 1;
  const allowed = slipsIn(asked.length);
  if (allowed === 0 || word.length < asked.length - allowed) return 0;
  const slips = Math.min(
    slipsBetween(asked, word, allowed),
    slipsBetween(asked, word.slice(0, asked.length), allowed),
  );
  return slips > allowed ? 0 : 1 - slips / asked.length;
}

/** Optimal string alignment; more than `atMost`: some number above it. */
function slipsBetween(a: string, b: string, atMost: number): number {
  if (Math.abs(a.length - b.length) > atMost) return atMost + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    if (Math.min(...row) > atMost) return atMost + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? atMost + 1;
}
