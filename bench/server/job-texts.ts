/** Job files of any size. */

/** Chains of tasks over one input, each with a command, an output and a cost. */
export function fileOf(tasks: number): string {
  const parts = Array.from({ length: tasks }, (_, index) => {
    const from = index % 10 === 0 ? 'photos' : `t${index - 1}`;
    return `  /** Makes picture ${index}. */
  task t${index} for photo in ${from} {
    run "convert {photo.path} -resize {width}x {out}"
    output "out/${index}/{photo.stem}.png"
    cost photo.size
    retry 2
    timeout 5 min
  }`;
  });
  return `job bench on laptop {
  param width = 320
  input photos = files "photos/*.jpg"
${parts.join('\n')}
}
target laptop local { instances 4  lifespan 10 min }
`;
}

/** An edit in the middle of such a file, there and back. */
export function editOf(tasks: number, index: number): [from: string, to: string] {
  const middle = `/${tasks >> 1}/{photo.stem}`;
  const other = middle.replace('stem', 'name');
  return index % 2 === 0 ? [middle, other] : [other, middle];
}
