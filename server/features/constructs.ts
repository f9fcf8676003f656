/** What each word of the language means: one sentence, with an example, for hover and completion. */

const example = (text: string): string => `\n\n\`\`\`morsel\n${text}\n\`\`\``;

/** By keyword as written; Markdown. */
export const constructs: Readonly<Record<string, string>> = {
  import:
    'Brings in the targets, inputs and params of another file; the path starts from this file.' +
    example('import "targets.morsel"'),
  job: 'A batch of work: inputs, tasks over them, and where they run.' + example('job thumbnails on laptop { … }'),
  on: 'The target whose instances run the job, unless another is chosen when it is started.',
  param:
    'A value with a name and a default; `morsel run --set name=value` changes it for one run.' +
    example('param width = 320'),
  input:
    'What tasks go over: files, rows, lines, numbers or a list.' + example('input photos = files "photos/**/*.jpg"'),
  files:
    'One item per file that matches; an item has `path`, `name`, `stem`, `ext`, `dir` and `size`.' +
    example('input photos = files "photos/**/*.jpg" except "photos/raw/**"'),
  except: 'Files that match this are left out.',
  csv: 'One item per row; an item has the columns of the header line.' + example('input people = csv "people.csv"'),
  lines: 'One item per line that is not empty.' + example('input urls = lines "urls.txt"'),
  json: 'One item per line of JSON (NDJSON).' + example('input events = json "events.ndjson"'),
  task:
    'Work that is done for each item of an input, or once. The scheduler decides how many items an instance gets at once.' +
    example('task resize for photo in photos { … }'),
  for: 'Names the item that the task works on.',
  in: 'The input that the task goes over, or a task whose items it goes over: an item may start once it is done there.',
  after: 'Waits until every item of these tasks has ended.',
  run:
    'A shell command for each item. Values in `{…}` are quoted; `{!…}` puts them in as they are; `{out}` is where the ' +
    'output is to be written.' +
    example('run "convert {photo.path} -resize {width}x {out}"'),
  stream:
    'A program that is started once per instance: items come in as lines of JSON, results go out likewise.' +
    example('stream "python3 score.py"'),
  module:
    'An exported async function, called for each item in a worker thread.' +
    example('module "./embed.mjs" export "embed"'),
  export: 'Which export of the module is called; the default export if it is left out.',
  step:
    'A part of the work on one item. A `safepoint` may stand between two steps.' + example('step decode { run "…" }'),
  safepoint:
    'Where finished work is committed and where a fragment may be cut. Between two steps it stands alone; else it says ' +
    'how often. Without it the scheduler chooses.' +
    example('safepoint every 25 items\nsafepoint every 30 s\nsafepoint auto'),
  every: 'How far safe points are apart: so many items, or so much time.',
  auto: 'The scheduler chooses, by what safe points cost and how likely an instance is to end.',
  output:
    "Where an item's result is published, in one piece, at the safe point after it. An item whose output is newer than " +
    'its input is not run again.' +
    example('output "thumbs/{photo.stem}.png"'),
  checkpoint:
    'Where the program keeps its state, for items that may be longer than an instance lives. Before the instance ends it is ' +
    'sent a signal, writes its state to `{checkpoint}` and exits; elsewhere it finds it there and goes on.' +
    example('run "simulate --state {checkpoint} -o {out}"\ncheckpoint "state/{photo.stem}.bin"'),
  signal: 'The signal that the program is asked with: `TERM` if nothing is said.' + example('signal USR1'),
  within:
    'How long the program may need to write its state: so long before the end of the instance it is asked. 30 s, or a ' +
    'tenth of the life of the instance where that is shorter, if nothing is said.' +
    example('within 10 s'),
  cost: 'What the run time of an item is expected to grow with.' + example('cost photo.size'),
  needs: 'What an item holds while it runs. One cpu if nothing is said.' + example('needs 2 cpus, 512 MB'),
  retry: 'How often an item that failed is tried again.' + example('retry 2'),
  timeout: 'After so long an item is killed and counts as failed.' + example('timeout 5 min'),
  estimate: 'Your guess of how long one item takes; predictions start from it.' + example('estimate 2 s'),
  workdir: "Where commands run, from the job file's folder." + example('workdir "build"'),
  env: 'An environment variable for the commands.' + example('env LANG = "C.UTF-8"'),
  shell: 'The program that runs the commands.' + example('shell "bash -eu"'),
  target:
    'Where instances come from, how many, and how long each lives.' +
    example('target laptop local { instances 2  lifespan 10 min }'),
  per: 'A price for a span of time.' + example('price 0.031 per hour'),
};

/** What a unit of a quantity stands for. */
export const units: Readonly<Record<string, string>> = {
  ms: 'milliseconds',
  s: 'seconds',
  min: 'minutes',
  h: 'hours',
  d: 'days',
  B: 'bytes',
  KB: 'kilobytes (1000 bytes)',
  MB: 'megabytes (1000 KB)',
  GB: 'gigabytes (1000 MB)',
  TB: 'terabytes (1000 GB)',
  cpu: 'processor',
  cpus: 'processors',
  item: 'item',
  items: 'items',
};
