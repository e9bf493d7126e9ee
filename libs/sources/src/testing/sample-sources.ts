import type { SourceKind } from '@plimsoll/contracts';

/** Lines of every kind as their producers write them; the tests cut, mix and damage them. */
export const SAMPLE_LINES: Readonly<Record<SourceKind, readonly string[]>> = {
  strace: [
    '[pid 28561] 1795455028.639988 wait4(-1,  <unfinished ...>',
    '[pid 28562] 1795455028.640012 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3 <0.000021>',
    '[pid 28562] 1795455028.640112 read(3, "root:x:0:0:root:/root:/bin/bash\\n"..., 4096) = 1024 <0.000011>',
    '[pid 28561] 1795455028.693920 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 28563 <0.053926>',
    '--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=94} ---',
    '+++ exited with 0 +++',
  ],
  'hids-docker': [
    'accept4(3, {sa_family=AF_INET, sin_port=htons(58354), sin_addr=inet_addr("192.168.0.102")}, [128->16], SOCK_CLOEXEC) = 10',
    'read(10, "GET /wp-admin/admin-post.php?swp"..., 8000) = 253',
    '--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=94} ---',
  ],
  sysdig: [
    '*18380 10:09:01.552081087 0 4a1d8c0f2b3e nginx (49892) > epoll_pwait ',
    '*18381 10:09:01.552091087 0 4a1d8c0f2b3e nginx (49892) < epoll_pwait res=1 fds=4:in1 ',
    '*18382 10:09:01.552101087 1 host sshd (77) < openat fd=3(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=/etc/passwd flags=1(O_RDONLY)',
  ],
  'sysdig-json': [
    '{"evt.cpu":0,"evt.dir":">","evt.num":18380,"evt.time":1659087941552081087,"evt.type":"epoll_pwait","container.id":"4a1d8c0f2b3e","proc.name":"nginx","thread.tid":49892}',
    '{"evt.cpu":0,"evt.dir":"<","evt.info":"res=1 fds=4:in1 ","evt.num":18381,"evt.time":1659087941552091087,"evt.type":"epoll_pwait","container.id":"4a1d8c0f2b3e","proc.name":"nginx","thread.tid":49892}',
    '{"hostname":"n1","output":"x","priority":"Notice","rule":"every call","source":"syscall","tags":[],"time":"2022-07-29T09:45:41.552081087Z","output_fields":{"container.id":"4a1d8c0f2b3e","evt.dir":"<","evt.type":"execve","proc.exepath":"/bin/sh","thread.tid":9}}',
    '{"evt.type":"drop","evt.dir":">","evt.time":1659087941552191087}',
  ],
  tetragon: [
    '{"process_exec":{"process":{"pid":52699,"binary":"/usr/bin/curl","pod":{"namespace":"default","name":"xwing","container":{"id":"containerd://551e0000000000000000"}}}},"node_name":"n1","time":"2024-03-05T10:20:30.123456789Z"}',
    '{"process_kprobe":{"process":{"pid":52699,"tid":52700,"docker":"551e000000000000000000000000000"},"function_name":"__x64_sys_openat","args":[{"int_arg":-100},{"string_arg":"/etc/shadow"}],"return":{"int_arg":-13},"action":"KPROBE_ACTION_POST"},"node_name":"n1","time":"2024-03-05T10:20:30.124456789Z"}',
    '{"process_exit":{"process":{"pid":52699},"status":1},"node_name":"n1","time":"2024-03-05T10:20:31.123456789Z"}',
  ],
  auditd: [
    'type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=2 success=no exit=-13 a0=7fffd19c5592 a1=0 a2=7fffd19c4b50 a3=a items=1 ppid=2686 pid=3538 auid=500 uid=500 tty=pts0 ses=1 comm="cat" exe="/bin/cat" key="sshd_config"',
    'type=CWD msg=audit(1364481363.243:24287): cwd="/home/user"',
    'type=SYSCALL msg=audit(1364481364.243:24288): arch=40000003 syscall=11 success=yes exit=0 items=2 ppid=2686 pid=3539 comm="sh" exe="/bin/sh"',
  ],
  'lid-ds': [
    '1631209047761484608 0 3686302 apache2 3686302 open < fd=9(<f>/proc/sys/kernel/ngroups_max) name=/proc/sys/kernel/ngroups_max flags=1(O_RDONLY) mode=0',
    '1631209047761494608 0 3686302 apache2 3686302 read > fd=9(<f>/proc/sys/kernel/ngroups_max) size=31',
    '1631209047761504608 0 3686302 apache2 3686302 read < res=6 data=65536.',
  ],
  'adfa-ld': ['6 6 63 6 42 120 6 195 120 6 6 114 114 1 1 252'],
  'access-log': [
    '192.0.2.7 - - [23/Nov/2026:17:40:02 +0000] "GET /directory.php?q=smith HTTP/1.1" 200 1834 "http://shop.example/home.php" "Mozilla/5.0"',
    '192.0.2.8 - frank [23/Nov/2026:17:40:03 +0000] "POST /edit_backend.php HTTP/1.1" 302 512 "-" "-"',
    '192.0.2.9 - - [23/Nov/2026:17:40:03 +0000] "\\x16\\x03\\x01" 400 0 "-" "-"',
    '{"time":"2026-11-23T17:40:02.120000Z","remote":"192.0.2.7","method":"GET","path":"/directory.php","query":"q=smith","status":200,"bytes":1834,"referer":"","origin":"","user_agent":"Mozilla/5.0"}',
  ],
  'sql-log': [
    'mariadbd, Version: 10.11.19-MariaDB-0+deb12u1-log (Debian 12). started with:',
    'Tcp port: 44417  Unix socket: /run/mysqld/mysqld.sock',
    'Time\t\t    Id Command\tArgument',
    '261125 18:36:29\t     5 Connect\tclient@127.0.0.1 on stock using TCP/IP',
    "\t\t     5 Query\tSELECT name, amount FROM item WHERE name <> 'a0x0q' AND number < 1",
    '\t\t     5 Query\tUPDATE item',
    '   SET amount = amount + 1,',
    " WHERE note = 'it''s'",
    '\t\t     5 Execute\tSELECT amount FROM item WHERE number = 1',
    '\t\t     5 Quit\t',
  ],
  'k8s-audit': [
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods","verb":"list","user":{"username":"system:serviceaccount:shop:web","uid":"u","groups":["system:serviceaccounts"]},"sourceIPs":["10.0.0.9"],"userAgent":"kubectl/v1.34","objectRef":{"resource":"pods","namespace":"shop","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":"2026-11-23T17:40:02.120000Z","stageTimestamp":"2026-11-23T17:40:02.125000Z"}',
  ],
};

/** Other forms that the parser of a kind reads; a stream is of one form. */
export const OTHER_FORMS: readonly (readonly [kind: SourceKind, lines: readonly string[]])[] = [
  [
    'access-log',
    [
      '{"level":"info","ts":1795168801,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.7","method":"GET","host":"shop.test","uri":"/item?id=1","headers":{"User-Agent":["u"]}},"size":10,"status":200}',
      '<134>Nov 20 10:00:01 lb haproxy[3796]: 192.0.2.7:34238 [20/Nov/2026:10:00:01.000] web app/s1 0/0/0/3/3 200 10 - - ---- 1/1/0/0/0 0/0 "GET /item?id=1 HTTP/1.1"',
      '[2026-11-20T10:00:01.000Z] "GET /item?id=1 HTTP/2" 200 - 154 10 226 100 "192.0.2.7" "u" "cc21d9b0" "shop.test" "tcp://10.0.2.1:80"',
      '2026-11-20T10:00:00.000000000Z stdout F 203.0.113.44, 192.0.2.7 - a[b [20/Nov/2026:18:40:15 +0000] "GET /item.php?id=7 HTTP/1.1" 200 700 "-" "u"',
    ],
  ],
  [
    'auditd',
    [
      '{"ID":"1795168800.100:70","NODE":"h1","SYSCALL":{"arch":"0xc000003e","syscall":59,"success":"yes","exit":0,"pid":9,"exe":"/bin/x"}}',
      'Nov 20 19:55:30 h1 audispd: node=h1 type=SYSCALL msg=audit(1795168800.100:0): arch=c00000b7 syscall=221 success=yes exit=0 items=2 ppid=1 pid=7 comm="x" exe="/bin/x"',
      'Nov 20 19:55:30 h1 kernel: audit: audit_lost=3 audit_rate_limit=0 audit_backlog_limit=64',
    ],
  ],
  [
    'k8s-audit',
    [
      '2026-11-20T10:00:00.123000+00:00 kube-apiserver-audit-0a1b {"kind":"Event","level":"Metadata","auditID":"a","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","user":{"username":"joe"},"objectRef":{"resource":"pods"},"responseStatus":{"code":200},"stageTimestamp":"2026-11-20T10:00:00.000000Z"}',
      '{"messageType":"DATA_MESSAGE","logEvents":[{"id":"0","message":"{\\"auditID\\":\\"b\\",\\"stage\\":\\"ResponseComplete\\",\\"verb\\":\\"get\\",\\"stageTimestamp\\":\\"2026-11-20T10:00:01.000000Z\\"}"}]}',
    ],
  ],
  [
    'sql-log',
    [
      '2026-11-25 18:36:29.100 UTC [12] shop@stock LOG:  statement: SELECT a',
      '\t  FROM item',
      '2026-11-25 18:36:29.200 UTC [12] shop@stock LOG:  execute S_1: UPDATE item SET a = $1',
    ],
  ],
  [
    'sql-log',
    [
      '20261125 18:36:29,vm,client,127.0.0.1,5,0,CONNECT,stock,,0',
      '20261125 18:36:29,vm,client,127.0.0.1,5,12,READ,stock,item,',
      "20261125 18:36:29,vm,client,127.0.0.1,5,13,QUERY,stock,'UPDATE item\\n   SET note = \\'it\\'\\'s\\'\\n WHERE number = 1',0",
      "20261125 18:36:30,vm,client,127.0.0.1,6,33,QUERY,stock,'SELEC bad',1064",
    ],
  ],
  [
    'sql-log',
    [
      '{ "timestamp": "2026-11-25 18:36:30", "id": 1, "class": "general", "event": "status", "connection_id": 12, "account": { "user": "client", "host": "localhost" }, "general_data": { "command": "Query", "sql_command": "select", "query": "SELECT 1", "status": 0 } },',
      '{"audit_record":{"name":"Query","record":"4_2026-11-25T18:36:00","timestamp":"2026-11-25T18:36:30 UTC","command_class":"select","connection_id":"12","status":1064,"sqltext":"SELEC","user":"client[client] @ localhost []","host":"localhost","os_user":"","ip":"","db":"stock"}}',
    ],
  ],
];
