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
