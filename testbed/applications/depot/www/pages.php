<?php
/* DELIBERATELY VULNERABLE: see index.php. Every page is told by the parameter `r`. */

const CARD = ['fullname', 'email', 'phone', 'street', 'city'];
const OPEN = ['login', 'sso', 'bill/paid'];

function show(string $title, string $body): void
{
    echo "<!doctype html><html lang='en'><head><title>", safe($title), "</title><script src='/depot.js' defer></script></head><body><p>DELIBERATELY VULNERABLE TEST APPLICATION</p>",
        "<nav><a href='/index.php?r=stock/list'>Stock</a> <a href='/index.php?r=stock/find'>Find</a> <a href='/index.php?r=notes'>Notes</a> <a href='/index.php?r=docs'>Documents</a> <a href='/index.php?r=me'>Me</a></nav><main>$body</main></body></html>";
}

function form(string $route, array $names, string $button = 'Send'): string
{
    $fields = implode('', array_map(fn ($name) => "<label>$name <input name='$name'></label>", $names));
    return "<form method='post' action='/index.php?r=$route'>$fields<button>$button</button></form>";
}

function rows(array $rows): string
{
    return '<ul>' . implode('', array_map(fn ($row) => "<li><a href='/index.php?r=stock/item&amp;id=$row[id]'>" . safe($row['title']) . '</a> ' . safe($row['body'] ?? '') . '</li>', $rows)) . '</ul>';
}

function enter(array $person): void
{
    session_start();
    session_regenerate_id(true);
    $_SESSION['staff'] = $person['id'];
    go('stock/list');
}

function page(string $route): void
{
    if (!in_array($route, OPEN, true) && !person()) {
        go('login');
        return;
    }
    $posted = $_SERVER['REQUEST_METHOD'] === 'POST';
    switch ($route) {
        case 'login':
            if ($posted) {
                $found = plain("SELECT id FROM staff WHERE login = '" . given('login') . "' AND pass = '" . md5(given('pass')) . "'"); // not escaped
                if ($found) {
                    enter($found[0]);
                    return;
                }
                http_response_code(401);
            }
            show('Sign in', form('login', ['login', 'pass'], 'Sign in'));
            return;
        case 'logout':
            session_destroy();
            go('login');
            return;
        case 'sso':
            $found = given('code') !== '' ? prepared('SELECT id FROM staff WHERE login = ?', [given('subject')]) : [];
            $found ? enter($found[0]) : go('login');
            return;
        case 'stock/list':
            $by = given('by') ?: 'id';
            show('Stock', rows(plain("SELECT id, title, body FROM part ORDER BY $by LIMIT 12")) . "<p>Signed in: <span id='who'></span></p>"); // not checked
            return;
        case 'stock/find':
            $word = given('word');
            show('Find', "<form action='/index.php'><input type='hidden' name='r' value='stock/find'><input name='word'><button>Find</button></form><p>Found for $word:</p>"
                . rows(plain("SELECT id, title, body FROM part WHERE (title LIKE '%$word%' OR body LIKE '%$word%') LIMIT 12")));
            return;
        case 'stock/item':
            show('Item', rows(plain('SELECT id, title, body FROM part WHERE id = ' . given('id'))) . form('stock/order', ['part', 'count', 'remark'], 'Order'));
            return;
        case 'stock/order':
            prepared('INSERT INTO orders (staff, part, count, remark) VALUES (?, ?, ?, ?)', [person()['id'], (int) given('part'), (int) given('count'), given('remark')]);
            go('stock/list');
            return;
        case 'stock/mark':
            prepared('INSERT INTO mark (staff, part, note) VALUES (?, ?, ?)', [person()['id'], (int) given('part'), given('note')]);
            go('stock/list');
            return;
        case 'notes':
            if ($posted) {
                prepared('INSERT INTO note (staff, text) VALUES (?, ?)', [person()['id'], given('text')]);
                go('notes');
                return;
            }
            $notes = plain('SELECT n.text, s.fullname FROM note n JOIN staff s ON s.id = n.staff ORDER BY n.id DESC LIMIT 10');
            show('Notes', implode('', array_map(fn ($note) => "<p>$note[text] <i>$note[fullname]</i></p>", $notes)) . form('notes', ['text'])); // markup is allowed, all of it
            return;
        case 'me':
            if ($posted) {
                $changes = [];
                foreach (CARD as $name) {
                    if (isset($_POST[$name])) {
                        $changes[] = "$name = " . db()->quote(given($name));
                    }
                }
                if (isset($_POST['about'])) {
                    $changes[] = "about = '" . given('about') . "'"; // not escaped
                }
                if ($changes) {
                    plain('UPDATE staff SET ' . implode(', ', $changes) . ' WHERE id = ' . person()['id']);
                }
                go('me');
                return;
            }
            $fields = implode('', array_map(fn ($name) => "<label>$name <input name='$name' value='" . safe(person()[$name]) . "'></label>", CARD));
            show('Me', "<form method='post' action='/index.php?r=me'>$fields<textarea name='about'>" . safe(person()['about']) . '</textarea><button>Save</button></form>');
            return;
        case 'docs':
            if ($posted && isset($_FILES['upload'])) {
                move_uploaded_file($_FILES['upload']['tmp_name'], "$GLOBALS[store]/" . basename($_FILES['upload']['name'])); // whatever its name ends in
                prepared('INSERT INTO doc (staff, name, size) VALUES (?, ?, ?)', [person()['id'], $_FILES['upload']['name'], $_FILES['upload']['size']]);
                go('docs');
                return;
            }
            $docs = plain('SELECT name, size FROM doc ORDER BY id DESC LIMIT 10');
            show('Documents', implode('', array_map(fn ($doc) => "<p><a href='/files/" . rawurlencode($doc['name']) . "'>" . safe($doc['name']) . "</a> $doc[size]</p>", $docs))
                . "<form method='post' enctype='multipart/form-data' action='/index.php?r=docs'><input type='file' name='upload'><button>Send</button></form>" . form('docs/size', ['name']) . form('docs/link', ['address']));
            return;
        case 'docs/get':
            header('Content-Type: application/octet-stream');
            readfile("$GLOBALS[store]/" . given('file')); // any file
            return;
        case 'docs/size':
            header('Content-Type: text/plain');
            echo shell_exec("cd $GLOBALS[store]; wc -c " . given('name')); // a shell reads the name
            return;
        case 'docs/link':
            $text = (string) @file_get_contents(given('address'), false, stream_context_create(['http' => ['timeout' => 2]])); // any address
            show('Link', '<pre>' . safe(substr($text, 0, 300)) . '</pre>');
            return;
        case 'letter':
            if (!$posted) {
                show('Letter', form('letter', ['text', 'part']));
                return;
            }
            [$name, $part] = [person()['login'], given('part')];
            header('Content-Type: text/plain');
            eval('?>' . given('text')); // letters are PHP templates
            return;
        case 'bill/paid':
            prepared('INSERT INTO bill (staff, reference, state) VALUES (?, ?, ?)', [person()['id'] ?? 0, given('reference'), given('state')]);
            go('stock/list');
            return;
        case 'me/export':
            header('Content-Type: application/json');
            echo json_encode([person(), prepared('SELECT * FROM orders WHERE staff = ?', [person()['id']])]);
            return;
        case 'orders.csv':
            header('Content-Type: text/csv');
            foreach (plain('SELECT id, part, count, remark FROM orders ORDER BY id') as $row) {
                echo implode(';', $row), "\n";
            }
            return;
    }
    http_response_code(404);
    show('Not found', '<p>No such page.</p>');
}
