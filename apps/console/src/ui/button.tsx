import { Button as AriaButton, type ButtonProps } from 'react-aria-components';

export function Button({
  look,
  ...props
}: Omit<ButtonProps, 'className'> & { readonly look?: 'primary' | 'danger' | 'plain' }) {
  return <AriaButton {...props} className={look === undefined ? 'button' : `button ${look}`} />;
}
