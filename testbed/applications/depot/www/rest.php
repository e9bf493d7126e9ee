<?php
/* DELIBERATELY VULNERABLE: see index.php. What scripts and programs ask for, with a cookie or a bearer token. */

function rest(array $path): void
{
    header('Content-Type: application/json');
    $sent = json_decode(file_get_contents('php://input'), true) ?? [];
    $asked = $_SERVER['REQUEST_METHOD'] . ' ' . $path[0] . (isset($path[1]) ? '/*' : '');
    if ($asked === 'POST token') {
        $found = prepared('SELECT token FROM staff WHERE login = ? AND pass = ?', [$sent['login'] ?? '', md5($sent['pass'] ?? '')]);
        http_response_code($found ? 200 : 401);
        echo json_encode($found[0] ?? ['error' => 'no']);
        return;
    }
    if ($asked === 'POST events') {
        prepared('UPDATE bill SET state = ? WHERE reference = ?', [$sent['state'] ?? '', $sent['reference'] ?? '']);
        echo '{"ok":true}';
        return;
    }
    if (!person()) {
        http_response_code(401);
        echo '{"error":"sign in"}';
        return;
    }
    switch ($asked) {
        case 'GET me':
            echo json_encode(['login' => person()['login'], 'fullname' => person()['fullname']]);
            return;
        case 'GET parts':
            echo json_encode(prepared('SELECT id, title FROM part WHERE id > ? ORDER BY id LIMIT 8', [(int) ($_GET['after'] ?? 0)]));
            return;
        case 'GET parts/*':
            echo json_encode(plain('SELECT id, title, body FROM part WHERE id = ' . rawurldecode($path[1]))); // not checked
            return;
        case 'PUT parts/*':
            prepared('UPDATE part SET stock = ? WHERE id = ?', [(int) ($sent['stock'] ?? 0), (int) $path[1]]);
            echo '{"ok":true}';
            return;
        case 'POST filter':
            echo json_encode(plain("SELECT id, title FROM part WHERE stock < {$sent['below']['stock']} AND title LIKE '{$sent['starts']}%' LIMIT 8")); // not checked
            return;
        case 'POST name':
            prepared('UPDATE staff SET fullname = ? WHERE id = ?', [$sent['fullname'] ?? '', person()['id']]);
            echo '{"ok":true}';
            return;
    }
    http_response_code(404);
    echo '{"error":"no such thing"}';
}
