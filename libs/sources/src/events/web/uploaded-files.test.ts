import { describe, expect, it } from 'vitest';

import { uploadedFiles } from './uploaded-files.js';

const TYPE = 'multipart/form-data; boundary=edge';
const sent = (file: string, content: string): string =>
  `--edge\r\nContent-Disposition: form-data; name="picture"; filename="${file}"\r\nContent-Type: image/png\r\n\r\n${content}\r\n--edge--\r\n`;

describe('uploaded files', () => {
  it.each([
    ['me.png', '\x89PNG\r\n\x1a\nxyz', 'other', 'other'],
    ['me.php', '<?php echo 1;', 'program', 'program'],
    ['me.php.jpg', 'GIF89a<?=`id`?>', 'program', 'program'],
    ['me.png', 'GIF89a<?php system($_GET["c"]);', 'other', 'program'],
    ['shell.jsp', '<%@ page import="java.io.*" %>', 'program', 'program'],
    ['note.svg', '<svg onload="go()"></svg>', 'page', 'page'],
    ['list.csv', 'a,b\r\n1,2', 'other', 'other'],
  ] as const)('knows %s by name and content', (file, content, named, holds) => {
    expect(uploadedFiles(sent(file, content), TYPE)).toEqual([{ parameter: 'picture', named, holds }]);
  });

  it('finds none in fields or in another type of body', () => {
    expect(uploadedFiles('--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n<?php\r\n--edge--', TYPE)).toEqual(
      [],
    );
    expect(uploadedFiles(sent('a.php', '<?php'), 'text/plain')).toEqual([]);
  });
});
