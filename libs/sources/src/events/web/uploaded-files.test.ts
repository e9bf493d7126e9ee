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
    ['week.ejs', "<%- require('child_process').execSync(query.c).toString() %>", 'other', 'program'],
    ['week.j2', "{% set o = lipsum.__globals__['os'] %}{{ o.popen(query.c).read() }}", 'other', 'program'],
    ['week.erb', '<%= `#{params[:c]}` %>', 'other', 'program'],
    ['prices.j2', '<ul>{% for row in rows %}<li>{{ row[1] }}</li>{% endfor %}</ul>', 'other', 'other'],
    ['weekly.ejs', '<% for (const row of rows) { %><li><%= row.status %></li><% } %>', 'other', 'other'],
    ['cmd.asp.txt', '<% eval request("c") %>', 'program', 'program'],
    ['setup.sh', '#!/bin/sh\necho hello', 'other', 'other'],
    ['counter.cgi', '#!/usr/bin/env python3\nprint()', 'program', 'program'],
    ['counter.pl.png', '#! /usr/bin/perl -w\nprint 1;', 'program', 'program'],
    ['counter.cgi', 'see #!/bin/sh', 'program', 'other'],
    ['boat.jpg.sh', '#!/bin/sh\nuname -a', 'other', 'program'],
    ['boat.jpg', '#!/bin/bash\nuname -a', 'other', 'program'],
    ['today', '#!/usr/bin/python3\nimport os\nprint("Content-type: text/plain\\n")', 'other', 'program'],
    ['today.sh', '#!/bin/sh\neval "$QUERY_STRING"', 'other', 'program'],
    ['notes.txt', '#!/bin/sh\nmake install', 'other', 'other'],
    ['list.jsp', '<% out.println(request.getParameter("a")); %>', 'program', 'program'],
    ['list.jsp', 'a list of files', 'program', 'other'],
    ['setup.py', 'import subprocess\nprint(f"{subprocess.run([])}")', 'other', 'other'],
    ['boat.png', '\x89PNG\r\n\x1a\n\x93<? \xe1\x03<%=\x80\x81', 'other', 'other'],
    ['deed.pdf', '%PDF-1.4\n\x93#{\xe1\x03`\x80\x81a`', 'other', 'other'],
  ] as const)('knows %s by name and content', (file, content, named, holds) => {
    expect(uploadedFiles(sent(file, content), TYPE)).toEqual([
      { name: file, file: { parameter: 'picture', named, holds } },
    ]);
  });

  it('finds a program behind any number of pictures and fields, and under a long name', () => {
    const part = (head: string, content: string): string =>
      `--edge\r\nContent-Disposition: form-data; name="a"${head}\r\n\r\n${content}\r\n`;
    const program = part(`; filename="${'x'.repeat(300)}.php"`, '<?php echo 1;');
    const pictures = part('; filename="a.png"', '\x89PNG').repeat(20);
    const files = uploadedFiles(`${part('', 'a field').repeat(100)}${pictures}${program}--edge--`, TYPE);
    expect(files).toHaveLength(16);
    expect(files[0]!.file).toEqual({ parameter: 'a', named: 'program', holds: 'program' });
  });

  it.each(['utf16le', 'swapped'])('reads a page in UTF-16: %s', (order) => {
    const bytes = Buffer.from('<% out.println(request.getParameter("a")); %>', 'utf16le');
    const content = (order === 'swapped' ? bytes.swap16() : bytes).toString('latin1');
    expect(uploadedFiles(sent('list.jsp', content), TYPE)[0]!.file.holds).toBe('program');
  });

  it('finds none in fields or in another type of body', () => {
    expect(uploadedFiles('--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n<?php\r\n--edge--', TYPE)).toEqual(
      [],
    );
    expect(uploadedFiles(sent('a.php', '<?php'), 'text/plain')).toEqual([]);
  });
});
