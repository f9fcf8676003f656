/** What a string with placeholders is made of. All places are offsets into the document. */

export interface Place {
  offset: number;
  end: number;
}

/** `{photo.path}`, `{row["first name"]}`, `{out}`, `{decode.out}`, `{!raw}`. */
export interface Placeholder extends Place {
  kind: 'placeholder';
  /** `{!…}`: the value goes in as it is. */
  raw: boolean;
  name: Name;
  fields: FieldAccess[];
}

export interface Name extends Place {
  text: string;
}

/** `.path` or `["first name"]`; its place is that of the name, quotes included. */
export interface FieldAccess extends Name {
  quoted: boolean;
}

export interface PlainText extends Place {
  kind: 'text';
  text: string;
}

/** A placeholder that is begun and not finished as it should be. */
export interface PlaceholderProblem extends Place {
  message: string;
}

export interface TemplateParts {
  parts: (PlainText | Placeholder)[];
  problems: PlaceholderProblem[];
}

const moved = <T extends Place>(place: T, by: number): T => ({
  ...place,
  offset: place.offset + by,
  end: place.end + by,
});

/** A template where the same text stands by so many characters further on. */
export const movedTemplate = ({ parts, problems }: TemplateParts, by: number): TemplateParts => ({
  parts: parts.map((part) => {
    if (part.kind === 'text') return moved(part, by);
    const fields = part.fields.map((field) => moved(field, by));
    return { ...moved(part, by), name: moved(part.name, by), fields };
  }),
  problems: problems.map((problem) => moved(problem, by)),
});
