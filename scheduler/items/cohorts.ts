/** Groups the items of one input into ranges of alike items, so that nothing after it needs to look at single items. */

/** Cohorts of one input, at most about so many. */
const MOST_COHORTS = 200;
/** So many at least are allowed however few items there are: few items tend to be long ones. */
const FEWEST_COHORTS = 32;
/** Bins for each doubling of the cost, at first; halved until there are few enough. */
const FINEST_BINS_PER_DOUBLING = 8;

export interface Cohorts {
  /** The input's item at each position, counted from 0; null where that is the same number. */
  order: Uint32Array | null;
  /** Where each cohort begins, and the number of items at the end. */
  borders: number[];
}

/**
 * Items are alike if their costs (one for each distinct `cost` of the tasks over the input) are equal or, where there are
 * too many different ones for that, if each falls into the same logarithmic bin. Cohorts stand in order of cost; within one, items keep the order of their input.
 * @param costs a column for each distinct cost, none of them negative
 */
export function groupAlike(count: number, costs: readonly ArrayLike<number>[]): Cohorts {
  if (count === 0) return { order: null, borders: [0] };
  // Without costs all are alike, however many: nothing is kept of each.
  if (costs.length === 0) return { order: null, borders: [0, count] };
  const logarithms = costs.map((column) =>
    Float64Array.from(column, (cost) => (cost > 0 ? Math.log2(cost) : -Infinity)),
  );
  const most = Math.min(MOST_COHORTS, Math.max(FEWEST_COHORTS, Math.ceil(Math.sqrt(count))));
  const ranks = costs.map((column) => ranksOf(column, most));
  if (ranks.every((column) => column !== null)) {
    const exact = group(count, ranks, 1);
    if (exact.sizes.length <= most) return inOrder(count, exact);
  }
  let groups = group(count, logarithms, FINEST_BINS_PER_DOUBLING);
  for (let bins = FINEST_BINS_PER_DOUBLING / 2; groups.sizes.length > most && bins > 1 / 1024; bins /= 2) {
    groups = group(count, logarithms, bins);
  }
  return inOrder(count, groups);
}

/** The mean cost of each cohort. */
export function meanCosts({ order, borders }: Cohorts, costs: ArrayLike<number>): number[] {
  return borders.slice(1).map((end, cohort) => {
    const start = borders[cohort]!;
    let sum = 0;
    for (let position = start; position < end; position++) sum += costs[order === null ? position : order[position]!]!;
    return sum / (end - start);
  });
}

interface Groups {
  /** The group of each item, numbered in order of cost. */
  groupOf: Uint32Array;
  sizes: number[];
}

function group(count: number, logarithms: readonly Float64Array[], binsPerDoubling: number): Groups {
  let groups: Groups = { groupOf: new Uint32Array(count), sizes: [count] };
  for (const column of logarithms) groups = refine(groups, column, binsPerDoubling);
  return groups;
}

/** Doubles have less than 2,100 doublings, and each at most {@link FINEST_BINS_PER_DOUBLING} bins. */
const BIN_LIMIT = 1 << 16;

/** The rank of each cost among the distinct ones; null if there are more than `most` of those. */
function ranksOf(costs: ArrayLike<number>, most: number): Float64Array | null {
  const distinct = new Set<number>();
  for (let item = 0; item < costs.length && distinct.size <= most; item++) distinct.add(costs[item]!);
  if (distinct.size > most) return null;
  const ranks = new Map([...distinct].toSorted((a, b) => a - b).map((cost, rank) => [cost, rank]));
  return Float64Array.from(costs, (cost) => ranks.get(cost)!);
}

/** Splits each group by the bins of one more cost. */
function refine({ groupOf }: Groups, column: Float64Array, binsPerDoubling: number): Groups {
  const sizes = new Map<number, number>();
  const keys = new Float64Array(groupOf.length);
  for (let item = 0; item < groupOf.length; item++) {
    const bin = Math.max(0, Math.floor(column[item]! * binsPerDoubling) + BIN_LIMIT / 2);
    const key = groupOf[item]! * BIN_LIMIT + bin;
    keys[item] = key;
    sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  const sorted = [...sizes].toSorted(([a], [b]) => a - b);
  const numbers = new Map(sorted.map(([key], number) => [key, number]));
  return { groupOf: Uint32Array.from(keys, (key) => numbers.get(key)!), sizes: sorted.map(([, size]) => size) };
}

/** A counting sort: stable, and linear in the number of items. */
function inOrder(count: number, { groupOf, sizes }: Groups): Cohorts {
  const borders = [0];
  for (const size of sizes) borders.push(borders.at(-1)! + size);
  const next = borders.slice();
  const order = new Uint32Array(count);
  let same = true;
  for (let item = 0; item < count; item++) {
    const position = next[groupOf[item]!]!++;
    order[position] = item;
    same &&= position === item;
  }
  return { order: same ? null : order, borders };
}
