<?php
// Answers which parameters PHP saw, as names with values in hexadecimal, under a number that nobody else has.
function add(string $where, string $name, $value, array &$found): void {
    if (is_array($value)) {
        foreach ($value as $key => $each) add($where, is_int($key) ? "{$name}[]" : "{$name}[$key]", $each, $found);
    } elseif ($value !== null) {
        $found[] = [$where, bin2hex($name), bin2hex(is_bool($value) ? ($value ? 'true' : 'false') : (string) $value)];
    }
}
$found = [];
foreach ($_GET as $name => $value) add('query', (string) $name, $value, $found);
foreach ($_POST as $name => $value) add('body', (string) $name, $value, $found);
foreach ($_COOKIE as $name => $value) add('cookie', (string) $name, $value, $found);
if (str_contains(strtolower($_SERVER['CONTENT_TYPE'] ?? ''), 'json')) {
    $json = json_decode(file_get_contents('php://input'), true);
    if (is_array($json)) foreach ($json as $name => $value) add('body', (string) $name, $value, $found);
} elseif ($_SERVER['REQUEST_METHOD'] === 'PUT') {
    // What a program does with a form that PHP does not read itself.
    $form = [];
    if (str_starts_with(strtolower($_SERVER['CONTENT_TYPE'] ?? ''), 'application/x-www-form'))
        parse_str(file_get_contents('php://input'), $form);
    foreach ($form as $name => $value) add('body', (string) $name, $value, $found);
}
$text = json_encode(['serial' => bin2hex(random_bytes(8)), 'found' => $found]);
header('Content-Type: application/json');
header('X-Serial: ' . json_decode($text)->serial);
header('Content-Length: ' . (strlen($text) + 4));
echo "@@$text@@";
