/** When an instance can take more work, and until when. Times are seconds since the run began. */
export interface Availability {
  freeAt: number;
  /** When it ends; infinite where that is not known. */
  endsAt: number;
  /** True if another comes in its place. */
  isReplaced: boolean;
}

/** Lives of the instances that come later. */
export interface Succession {
  /** From the end of one instance until the next in its place can take work. */
  startupSeconds: number;
  /** How long each lives; infinite for no end. */
  lifeSeconds: number;
}

const HALVINGS = 40;

/**
 * When instances that share so much work all end together, as water finds its level: each works from when it is free.
 * @param workSeconds seconds of one instance
 * @returns seconds since the run began
 */
export function commonFinish(
  workSeconds: number,
  instances: readonly Availability[],
  succession: Succession,
  now: number,
): number {
  let least = now;
  let most = now + workSeconds + 1e-3;
  const capacityAt = (at: number): number =>
    instances.reduce((sum, instance) => sum + capacity(instance, at, succession), 0);
  for (let i = 0; i < HALVINGS && capacityAt(most) < workSeconds; i++) most = now + 2 * (most - now);
  for (let i = 0; i < HALVINGS && most - least > 1e-3 * (most - now); i++) {
    const middle = (least + most) / 2;
    if (capacityAt(middle) < workSeconds) least = middle;
    else most = middle;
  }
  return most;
}

/** Seconds of work that an instance, and those that come in its place, can do until then. */
function capacity({ freeAt, endsAt, isReplaced }: Availability, at: number, succession: Succession): number {
  const ownSeconds = Math.max(0, Math.min(at, endsAt) - freeAt);
  const after = at - endsAt;
  if (after <= 0 || !isReplaced) return ownSeconds;
  const { startupSeconds, lifeSeconds } = succession;
  if (lifeSeconds === Infinity) return ownSeconds + Math.max(0, after - startupSeconds);
  const lives = Math.floor(after / (startupSeconds + lifeSeconds));
  const rest = after - lives * (startupSeconds + lifeSeconds);
  return ownSeconds + lives * lifeSeconds + Math.max(0, rest - startupSeconds);
}
