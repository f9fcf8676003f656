/** Files that several tests use. */
export const targets = `/** The machine on the desk. */
target laptop local {
  instances 2
  lifespan 10 min
}
param quality = 80
input shared = 1..10
`;

export const thumbnails = `import "targets.morsel"

/** Small pictures for the web page. */
job thumbnails on laptop {
  param width = 320
  input photos = files "photos/*.jpg"
  input people = csv "people.csv"

  /** Scales one picture. */
  task resize for photo in photos {
    run "convert {photo.path} -resize {width}x -quality {quality} {out}"
    output "thumbs/{photo.stem}.png"
    cost photo.size
    safepoint every 2 items
    timeout 5 min
    estimate 2 s
  }

  task greet for person in people {
    run "echo {person.name} > {out}"
    output "cards/{person.name}.txt"
  }

  task sheet after resize {
    run "ls thumbs > {out}"
    output "sheet.txt"
  }
}
`;

/** A workspace with both, and inputs. */
export const workspaceFiles = (): Record<string, string> => ({
  'thumbnails.morsel': thumbnails,
  'targets.morsel': targets,
  'people.csv': 'name,first name\nAnna,A\nBen,B\n',
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`photos/p${i}.jpg`, 'x'.repeat(100 * (i + 1))])),
});
