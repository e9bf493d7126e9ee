<?php
// DELIBERATELY VULNERABLE: an employee directory and social pages in the spirit of the SEED labs (statements by
// concatenation, output not escaped, no token against forged requests). For the loopback interface alone.
if (!in_array($_SERVER['REMOTE_ADDR'], ['127.0.0.1', '::1'], true)) {
    http_response_code(403);
    exit;
}
session_start();
mysqli_report(MYSQLI_REPORT_OFF);
$db = new mysqli(null, 'app', 'app', 'app', 0, getenv('DIRECTORY_DB'));
$db->set_charset('utf8mb4');

const FIELDS = ['nickname', 'email', 'address', 'phone', 'office', 'motto'];

function rows(string $sql): array
{
    global $db;
    $found = $db->query($sql);
    return $found instanceof mysqli_result ? $found->fetch_all(MYSQLI_ASSOC) : [];
}

function page(string $title, string $body): void
{
    echo "<!doctype html><title>$title</title><nav><a href=\"/directory\">Directory</a> <a href=\"/wall\">Wall</a> <a href=\"/edit\">My page</a></nav><h1>$title</h1>$body";
}

function go(string $where): void
{
    header("Location: $where", true, 303);
    exit;
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$me = $_SESSION['id'] ?? null;
if ($me === null && $path !== '/login' && $path !== '/about') {
    go('/login');
}
switch ($path) {
    case '/about':
        page('About', '<p>The directory of a company that does not exist.</p>');
        break;
    case '/login':
        if ($_SERVER['REQUEST_METHOD'] === 'POST') {
            $hash = sha1($_POST['password'] ?? '');
            $found = rows("SELECT id, name FROM employees WHERE login = '{$_POST['login']}' AND password = '$hash'");
            if ($found) {
                $_SESSION['id'] = (int) $found[0]['id'];
                go('/directory');
            }
            http_response_code(401);
        }
        page('Log in', '<form method="post"><input name="login"><input name="password" type="password"><button>Log in</button></form>');
        break;
    case '/directory':
        $q = $_GET['q'] ?? '';
        $list = '';
        foreach (rows("SELECT id, name, team, nickname FROM employees WHERE name LIKE '%$q%' OR team LIKE '%$q%' ORDER BY name LIMIT 20") as $row) {
            $list .= "<li><a href=\"/person?id={$row['id']}\">{$row['name']}</a> {$row['team']} {$row['nickname']}</li>";
        }
        page('Directory', "<form><input name=\"q\" value=\"\"><button>Find</button></form><p>Found for $q:</p><ul>$list</ul>");
        break;
    case '/person':
        $id = $_GET['id'] ?? '1';
        $body = '';
        foreach (rows("SELECT name, team, nickname, email, address, phone, office, motto FROM employees WHERE id = $id") as $row) {
            $body .= '<dl>';
            foreach ($row as $name => $value) {
                $body .= "<dt>$name</dt><dd>$value</dd>";
            }
            $body .= '</dl>';
        }
        page('Person', $body);
        break;
    case '/edit':
        if ($_SERVER['REQUEST_METHOD'] === 'POST') {
            $set = [];
            foreach (FIELDS as $field) {
                if (isset($_POST[$field])) {
                    $set[] = "$field = '{$_POST[$field]}'";
                }
            }
            $db->query('UPDATE employees SET ' . implode(', ', $set) . " WHERE id = $me");
            go('/person?id=' . $me);
        }
        $form = '';
        foreach (rows('SELECT ' . implode(', ', FIELDS) . " FROM employees WHERE id = $me")[0] ?? [] as $name => $value) {
            $form .= "<label>$name <input name=\"$name\" value=\"" . htmlspecialchars((string) $value) . '"></label>';
        }
        page('My page', "<form method=\"post\">$form<button>Save</button></form>");
        break;
    case '/wall':
        if ($_SERVER['REQUEST_METHOD'] === 'POST') {
            $body = $db->real_escape_string($_POST['body'] ?? '');
            $db->query("INSERT INTO posts (author, body, at) VALUES ($me, '$body', NOW())");
            go('/wall');
        }
        $list = '';
        foreach (rows('SELECT p.body, e.name FROM posts p JOIN employees e ON e.id = p.author ORDER BY p.id DESC LIMIT 12') as $row) {
            $list .= "<article><b>{$row['name']}</b> {$row['body']}</article>";
        }
        page('Wall', "<form method=\"post\"><textarea name=\"body\"></textarea><button>Post</button></form>$list");
        break;
    default:
        http_response_code(404);
        page('Not found', '');
}
