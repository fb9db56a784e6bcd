// What tables/cells.py, encoding.py, trees.py and model.py do, to the last digit that matters.
const MISSING = new Set(["", "?", "na", "n/a", "nan", "null", "#n/a", "-", "--"]);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const COMMA = /^[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+$/;
const THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?$/;
const LARGEST = 1e15;
const FARTHEST = 10; // standardised numbers that a linear classifier counts with
const MS_PER_DAY = 86400000;
const TOLERANCE = 1e-6;

// Digits of all scripts as those of ASCII: each script has its ten in a row.
function plainDigits(text) {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0);
    let n = 0;
    while (/\p{Nd}/u.test(String.fromCodePoint(code - n - 1))) n += 1;
    return String(n % 10);
  });
}

export function isMissing(cell) {
  return MISSING.has(cell.trim().toLowerCase());
}

// NaN where there is none, or a larger one than is counted with.
export function numberOf(cell, style) {
  let text = plainDigits(cell.trim());
  if (style === "comma" && COMMA.test(text)) text = text.replaceAll(".", "").replace(",", ".");
  else if (style === "thousands" && THOUSANDS.test(text)) text = text.replaceAll(",", "");
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Math.abs(value) <= LARGEST ? value : NaN;
}

// Days since 1970 of what a browser's date field holds, 2024-05-31 or 2024-05-31T12:30; NaN where it holds none.
export function dayOf(text) {
  const found = DATE.exec(text);
  if (found === null || found[1] === "0000") return NaN;
  const ms = Date.parse(`${found[1]}-${found[2]}-${found[3]}T${found[4] ?? "00"}:${found[5] ?? "00"}:00Z`);
  return Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(found[3]) ? NaN : ms / MS_PER_DAY;
}

// The record of a table-model.json, ready to answer.
export function modelOf(record) {
  const used = record.columns.filter((one) => ["number", "category", "date"].includes(one.kind));
  const features = record.features.map((one, i) => ({
    ...one, ...used[i], places: new Map(one.categories.map((category, place) => [category, place])) }));
  const trees = record.trees && { ...record.trees, goes_left: record.trees.goes_left.map((one) => new Set(one)) };
  return { ...record, features, trees };
}

// A number for each feature; NaN for what is missing or unknown. cells: texts in the order of the features.
export function encodedOf(model, cells) {
  return model.features.map((feature, i) => {
    if (feature.kind === "category") return isMissing(cells[i]) ? NaN : feature.places.get(cells[i].trim()) ?? NaN;
    return feature.kind === "date" ? dayOf(cells[i].trim()) : numberOf(cells[i], feature.style);
  });
}

// Which features the classifier asks for at all.
export function askedFor(model) {
  if (model.trees === null) return model.features.map(() => true);
  const asked = new Set(model.trees.feature);
  return model.features.map((_, i) => asked.has(i));
}

function ofTrees(trees, inputs) {
  const scores = [...trees.base];
  trees.starts.forEach((start, tree) => {
    let node = start;
    while (trees.feature[node] >= 0) {
      const value = inputs[trees.feature[node]];
      const choice = trees.choice[node];
      let isLeft;
      if (Number.isNaN(value)) isLeft = trees.missing_left[node] === 1;
      else isLeft = choice >= 0 ? trees.goes_left[choice].has(value) : value <= trees.threshold[node];
      node = isLeft ? trees.left[node] : trees.right[node];
    }
    scores[trees.outputs[tree]] += trees.value[node];
  });
  return scores;
}

function widened(features, inputs) {
  return features.flatMap((feature, i) => {
    const value = inputs[i];
    if (feature.kind === "category") return feature.categories.map((_, place) => (place === value ? 1 : 0));
    if (Number.isNaN(value)) return [0, 1];
    return [Math.min(FARTHEST, Math.max(-FARTHEST, (value - feature.centre) / feature.scale)), 0];
  });
}

function ofLine(linear, wide) {
  return linear.bias.map((bias, output) =>
    wide.reduce((sum, value, i) => sum + value * linear.weights[output][i], bias));
}

// Of each label, calibrated; they sum to 1. inputs: as `encodedOf` gives them.
export function probabilitiesOf(model, inputs) {
  const scores = model.trees ? ofTrees(model.trees, inputs) : ofLine(model.linear, widened(model.features, inputs));
  const logits = (scores.length === 1 ? [-scores[0] / 2, scores[0] / 2] : scores)
    .map((logit, k) => logit / model.temperature + model.shift[k]);
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const total = powers.reduce((sum, one) => sum + one, 0);
  const even = model.caution / model.labels.length;
  return powers.map((power) => (1 - model.caution) * (power / total) + even);
}

// The largest difference between what this browser answers and what the program answered.
export function largestDifference(model) {
  return Math.max(...model.golden.map((one) => {
    const inputs = one.inputs.map((value) => (value === null ? NaN : value));
    return Math.max(...probabilitiesOf(model, inputs).map((p, k) => Math.abs(p - one.probabilities[k])));
  }));
}

export function isFaithful(model) {
  return largestDifference(model) <= TOLERANCE;
}
