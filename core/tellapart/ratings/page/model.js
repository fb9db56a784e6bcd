// What ratings/model.py does, to the last digit that matters.
const STEADY = 10;
const TOLERANCE = 1e-6;
const N_GOLDEN = 5;

// The record of a rating-model.json, ready to answer: rows are the items' factors with the 1 of a person's own bias.
export function modelOf(record) {
  return { ...record, rows: record.items.map((_, i) => [1, ...record.factors.map((column) => column[i])]) };
}

export function nameOf(model, place) {
  return model.titles[place] || model.items[place];
}

function dot(one, other) {
  return one.reduce((sum, value, k) => sum + value * other[k], 0);
}

// x of A x = b, where A is symmetric and positive.
function solved(matrix, target) {
  const rows = matrix.map((row, i) => [...row, target[i]]);
  const n = rows.length;
  for (let k = 0; k < n; k += 1) {
    for (let i = k + 1; i < n; i += 1) {
      const share = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j += 1) rows[i][j] -= share * rows[k][j];
    }
  }
  const x = new Array(n).fill(0);
  for (let k = n - 1; k >= 0; k -= 1) x[k] = (rows[k][n] - dot(rows[k].slice(k + 1, n), x.slice(k + 1))) / rows[k][k];
  return x;
}

function within(model, stars) {
  return Math.min(Math.max(stars, model.scale[0]), model.scale[1]);
}

// What everybody is expected to give each item.
export function usualStars(model) {
  return model.bias.map((bias) => within(model, model.mean + bias));
}

// What a person is expected to give each item; rated: Map of place -> stars that they gave.
export function expectedFor(model, rated) {
  const { noise } = model;
  const n = model.factors.length + 1;
  const sums = Array.from({ length: n }, () => new Array(n).fill(0));
  const target = new Array(n).fill(0);
  sums[0][0] = model.user_ridge / noise;
  for (let k = 1; k < n; k += 1) sums[k][k] = 1;
  for (const [place, stars] of rated) {
    const row = model.rows[place];
    const rest = stars - model.mean - model.bias[place];
    for (let i = 0; i < n; i += 1) {
      target[i] += (row[i] * rest) / noise;
      for (let j = 0; j < n; j += 1) sums[i][j] += (row[i] * row[j]) / noise;
      if (i > 0) sums[i][i] += model.variance[i - 1][place] / noise;
    }
  }
  const person = solved(sums, target);
  return model.rows.map((row, i) => within(model, model.mean + model.bias[i] + dot(row, person)));
}

// Places of what is not rated, what is expected to be liked best first.
export function recommended(model, rated, expected) {
  return model.items.map((_, place) => place).filter((place) => !rated.has(place))
    .sort((one, other) => expected[other] - expected[one] || model.counts[other] - model.counts[one]);
}

// [{ place, likeness }] of what people who liked an item liked too, the likest first.
export function similarTo(model, wanted) {
  const own = model.rows[wanted].slice(1);
  const length = (factors) => Math.sqrt(dot(factors, factors));
  return model.rows.map((row, place) => {
    const factors = row.slice(1);
    const cosine = dot(factors, own) / Math.max(length(factors) * length(own), 1e-12);
    return { place, likeness: (cosine * model.counts[place]) / (model.counts[place] + STEADY) };
  }).filter(({ place, likeness }) => place !== wanted && likeness > 0)
    .sort((one, other) => other.likeness - one.likeness || model.counts[other.place] - model.counts[one.place]);
}

// Places of the items whose names hold all the words, those that begin so first, then what many rated.
export function found(model, text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const names = model.items.map((_, place) => nameOf(model, place).toLowerCase());
  const begins = (place) => Number(wanted.length > 0 && names[place].startsWith(wanted[0]));
  return names.map((_, place) => place).filter((place) => wanted.every((word) => names[place].includes(word)))
    .sort((one, other) => begins(other) - begins(one) || model.counts[other] - model.counts[one]);
}

// Whether this browser answers as the program answered.
export function isFaithful(model) {
  const [low, high] = model.scale;
  const asked = model.items.slice(0, N_GOLDEN).map((_, place) => [place, place % 2 === 0 ? high : low]);
  const expected = expectedFor(model, new Map(asked)).slice(-N_GOLDEN);
  const differences = model.golden.map((one, i) => Math.abs(one - expected[i]));
  return Math.max(...differences) <= TOLERANCE * Math.max(1, high - low);
}
