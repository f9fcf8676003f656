/** As long as Slurm and Kubernetes leave a program between the signal and the end, … */
const MOST_GRACE_SECONDS = 30;
/** … but no more of an instance's life than this. */
const MOST_GRACE_SHARE = 0.1;

/**
 * How long before the end of its instance an item is asked for its state.
 * @param graceSeconds what its task says; null for nothing
 * @param lifeSeconds the whole life of the instance; null where its end is not known
 */
export const checkpointGraceSeconds = (graceSeconds: number | null, lifeSeconds: number | null): number =>
  graceSeconds ?? Math.min(MOST_GRACE_SECONDS, MOST_GRACE_SHARE * (lifeSeconds ?? Infinity));
