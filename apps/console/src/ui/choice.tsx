import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';

const ANY = '';

/** One of a few values, or any of them: a filter. */
export function Choice<Value extends string>({
  label,
  any,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  /** What it says where no value is chosen. */
  readonly any: string;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value | undefined;
  readonly onChange: (value: Value | undefined) => void;
}) {
  return (
    <Select
      className="field"
      value={value ?? ANY}
      onChange={(key) => {
        onChange(options.find((option) => option.value === key)?.value);
      }}
    >
      <Label>{label}</Label>
      <Button className="select-button">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover">
        <ListBox>
          <ListBoxItem id={ANY} className="option">
            {any}
          </ListBoxItem>
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} className="option">
              {option.label}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
