// What texts/tokens.py, terms.py and model.py do, to the last digit that matters.
const MOST_CHARACTERS = 100000;
const MOST_LETTERS = 64;
const TOKEN = /[\p{L}\p{M}\p{N}_]{1,64}|[\p{P}\p{S}]/gu;
const SIZES = [3, 4, 5];
const TOLERANCE = 1e-6;

function cut(text) {
  return text.length <= MOST_CHARACTERS ? text : Array.from(text).slice(0, MOST_CHARACTERS).join("");
}

// One letter may stand for many in its compatible form.
function plain(word) {
  const letters = Array.from(word.normalize("NFKC").toLowerCase().replaceAll(" ", ""));
  return letters.slice(0, MOST_LETTERS).join("");
}

// [{ word, start, end }] in the text's order; start and end count UTF-16 units, as slices do.
export function tokenPlaces(text) {
  return Array.from(cut(text).matchAll(TOKEN), (found) => ({
    word: plain(found[0]),
    start: found.index,
    end: found.index + found[0].length,
  }));
}

function wordsAndPairs(words) {
  return [...words, ...words.slice(1).map((other, i) => `${words[i]} ${other}`)];
}

function piecesOf(word) {
  const padded = [" ", ...Array.from(word), " "];
  return SIZES.flatMap((size) =>
    Array.from({ length: Math.max(0, padded.length - size + 1) }, (_, i) => padded.slice(i, i + size).join("")));
}

function counted(terms, columns) {
  const counts = new Map();
  for (const term of terms) if (columns.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

// Map of term -> what one of its places adds to the logit of each label.
function sharesOf(table, terms) {
  const counts = counted(terms, table.columns);
  const values = new Map();
  let squares = 0;
  for (const [term, n] of counts) {
    const value = (1 + Math.log(n)) * table.idf[table.columns.get(term)];
    values.set(term, value);
    squares += value * value;
  }
  const shares = new Map();
  for (const [term, value] of values) {
    const scaled = (value * table.length) / Math.sqrt(squares) / counts.get(term);
    shares.set(term, table.weights.map((weights) => scaled * weights[table.columns.get(term)]));
  }
  return shares;
}

function added(logits, shares, terms) {
  for (const term of terms) shares.get(term)?.forEach((share, k) => { logits[k] += share; });
}

// The record of a text-model.json, ready to answer.
export function modelOf(record) {
  const ready = (table) => ({ ...table, columns: new Map(table.terms.map((term, i) => [term, i])) });
  return { ...record, words: ready(record.words), pieces: ready(record.pieces) };
}

// { probabilities, places: [{ start, end, weights }], isStrange }; weights: of each label, what the word adds above the
// mean of all labels.
export function answerOf(model, text) {
  const places = tokenPlaces(text);
  const words = places.map((one) => one.word);
  const inWords = words.map(piecesOf);
  const ofWords = sharesOf(model.words, wordsAndPairs(words));
  const ofPieces = sharesOf(model.pieces, inWords.flat());
  const zeros = () => model.labels.map(() => 0);
  const found = places.map((place, i) => {
    const logits = zeros();
    added(logits, ofWords, [words[i]]);
    added(logits, ofPieces, inWords[i]);
    return { start: place.start, end: place.end, logits };
  });
  for (let i = 0; i + 1 < words.length; i += 1) {
    ofWords.get(`${words[i]} ${words[i + 1]}`)?.forEach((share, k) => {
      found[i].logits[k] += share / 2;
      found[i + 1].logits[k] += share / 2;
    });
  }
  const logits = model.bias.map((bias, k) => found.reduce((sum, one) => sum + one.logits[k], bias));
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const total = powers.reduce((sum, one) => sum + one, 0);
  const even = model.caution / model.labels.length;
  return {
    probabilities: powers.map((power) => (1 - model.caution) * (power / total) + even),
    places: found.map(({ start, end, logits: own }) => {
      const mean = own.reduce((sum, one) => sum + one, 0) / own.length;
      return { start, end, weights: own.map((one) => one - mean) };
    }),
    isStrange: !words.some((word) => model.words.columns.has(word)),
  };
}

// The largest difference between what this browser answers and what the program answered.
export function largestDifference(model) {
  return Math.max(...model.golden.map((one) => Math.max(
    ...answerOf(model, one.text).probabilities.map((p, k) => Math.abs(p - one.probabilities[k])))));
}

export function isFaithful(model) {
  return largestDifference(model) <= TOLERANCE;
}
