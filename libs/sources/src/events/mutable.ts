/** An event while it is made: fields are set one by one, which costs less than spreading objects into one. */
export type Mutable<Event> = { -readonly [Name in keyof Event]: Event[Name] };
