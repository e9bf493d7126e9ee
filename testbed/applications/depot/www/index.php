<?php
/*
 * DELIBERATELY VULNERABLE. A parts depot behind nginx and PHP-FPM (index.php?r=…, and /rest/… for scripts and programs),
 * made to be attacked on the loopback interface of a test machine. Never put it where anybody else can reach it.
 */

if (strpos($_SERVER['REMOTE_ADDR'], '127.') !== 0) {
    http_response_code(403);
    exit('loopback only');
}
[$store, $socket] = [getenv('DEPOT_FILES'), getenv('DEPOT_DATABASE')];
$db = new PDO("mysql:unix_socket=$socket;dbname=app;charset=utf8mb4", 'app', 'app', [
    PDO::ATTR_EMULATE_PREPARES => false, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
]);
$embedded = strpos($_SERVER['HTTP_HOST'] ?? '', '127.') === 0;
session_name('depot');
session_set_cookie_params($embedded ? ['samesite' => 'None', 'secure' => true, 'path' => '/'] : ['path' => '/']);
require 'pages.php';
require 'rest.php';

function db(): PDO { return $GLOBALS['db']; }
function safe($text): string { return htmlspecialchars((string) $text, ENT_QUOTES); }
function given(string $name): string { return (string) ($_POST[$name] ?? $_GET[$name] ?? ''); }
function go(string $route): void { header("Location: /index.php?r=$route", true, 302); }

function prepared(string $sql, array $values = []): array
{
    $statement = db()->prepare($sql);
    $statement->execute($values);
    return $statement->columnCount() ? $statement->fetchAll() : [];
}

function plain(string $sql): array
{
    $statement = db()->query($sql);
    return $statement->columnCount() ? $statement->fetchAll() : [];
}

function person(): ?array
{
    static $person = false;
    if ($person === false) {
        if (preg_match('/^Bearer (\w+)$/', $_SERVER['HTTP_AUTHORIZATION'] ?? '', $found)) {
            $person = prepared('SELECT * FROM staff WHERE token = ?', [$found[1]])[0] ?? null;
        } else {
            session_start();
            $person = isset($_SESSION['staff']) ? (prepared('SELECT * FROM staff WHERE id = ?', [$_SESSION['staff']])[0] ?? null) : null;
        }
    }
    return $person;
}

try {
    $route = strtok(substr($_SERVER['REQUEST_URI'], 0), '?');
    strpos($route, '/rest/') === 0 ? rest(explode('/', trim(substr($route, 6), '/'))) : page($_GET['r'] ?? 'stock/list');
} catch (Throwable $error) {
    http_response_code(500);
    header('Content-Type: text/plain');
    echo 'failed: ', $error->getMessage();
}
