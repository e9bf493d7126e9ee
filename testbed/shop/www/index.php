<?php
declare(strict_types=1);
/*
 * DELIBERATELY VULNERABLE. A small shop that exists to be attacked on the loopback interface of a test machine.
 * Some statements are prepared, some are concatenated; some output is escaped, some is not; one form has a CSRF token.
 * Never put it where anybody else can reach it.
 */
if (!in_array($_SERVER['REMOTE_ADDR'], ['127.0.0.1', '::1'], true)) {
    http_response_code(403);
    exit('loopback only');
}
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$db = new mysqli('localhost', 'shop', 'shop', 'shop', 0, getenv('SHOP_SOCKET'));
$db->set_charset('utf8mb4');
session_start();

function h(?string $text): string
{
    return htmlspecialchars((string) $text, ENT_QUOTES);
}

function page(string $title, string $body): void
{
    header('Content-Type: text/html; charset=utf-8');
    echo '<!doctype html><html lang="en"><head><title>', h($title), '</title><link rel="stylesheet" href="/static/shop.css">',
        '<script src="/static/shop.js"></script></head><body><p class="warning">DELIBERATELY VULNERABLE TEST SHOP</p>',
        '<nav><a href="/">Home</a> <a href="/search">Search</a> <a href="/cart">Cart</a> <a href="/profile">Profile</a></nav>',
        '<main>', $body, '</main></body></html>';
}

function json(mixed $value): void
{
    header('Content-Type: application/json');
    echo json_encode($value);
}

function go(string $to): never
{
    http_response_code(303);
    header("Location: $to");
    exit;
}

function customer(): int
{
    return isset($_SESSION['customer']) ? (int) $_SESSION['customer'] : go('/login');
}

function esc(string $field): string
{
    global $db;
    return $db->real_escape_string((string) ($_POST[$field] ?? ''));
}

function home(): void
{
    global $db;
    $rows = $db->query('SELECT id, title, price FROM products ORDER BY sold DESC LIMIT 6')->fetch_all(MYSQLI_ASSOC);
    $list = '';
    foreach ($rows as $row) {
        $list .= "<li><a href='/product/{$row['id']}'>" . h($row['title']) . "</a> {$row['price']}</li>";
    }
    page('Harbour Shop', "<h1>Harbour Shop</h1><script>shop.ready('home');</script><ul>$list</ul>");
}

/* Concatenated: q, category, sort. Reflected without escaping: q. */
function search(): void
{
    global $db;
    $q = (string) ($_GET['q'] ?? '');
    $sort = (string) ($_GET['sort'] ?? 'title');
    $from = max(0, ((int) ($_GET['page'] ?? 1)) - 1) * 8;
    $where = isset($_GET['cat']) && $_GET['cat'] !== '' ? " AND category = {$_GET['cat']}" : '';
    $sql = "SELECT id, title, price, category FROM products WHERE (title LIKE '%$q%' OR descr LIKE '%$q%')$where ORDER BY $sort LIMIT $from, 8";
    $list = '';
    foreach ($db->query($sql)->fetch_all(MYSQLI_NUM) as [$id, $title, $price, $category]) {
        $list .= "<li><a href='/product/$id'>" . h($title) . "</a> <b>$price</b> <i>$category</i></li>";
    }
    page('Search', "<h1>Results for $q</h1><ul>$list</ul>");
}

/* Concatenated: the id in the path. Shown without escaping: title, text and link of reviews. */
function product(string $id): void
{
    global $db;
    $row = $db->query("SELECT id, title, descr, price, stock FROM products WHERE id = $id")->fetch_row();
    if (!$row) {
        http_response_code(404);
        page('No such product', '<p>No such product.</p>');
        return;
    }
    $reviews = $db->prepare('SELECT r.title, r.body, r.link, r.stars, c.fullname FROM reviews r JOIN customers c ON c.id = r.customer WHERE r.product = ? ORDER BY r.id DESC LIMIT 10');
    $number = (int) $row[0];
    $reviews->bind_param('i', $number);
    $reviews->execute();
    $html = '';
    foreach ($reviews->get_result()->fetch_all(MYSQLI_NUM) as [$title, $body, $link, $stars, $name]) {
        $html .= "<article><h3>$title ($stars)</h3><p>$body</p><a href=\"$link\">" . h($name) . '</a></article>';
    }
    page($row[1], '<h1>' . h((string) $row[1]) . '</h1><p>' . h((string) $row[2]) . "</p><b>{$row[3]}</b> {$row[4]} left" .
        "<form method='post' action='/cart'><input name='item' value='$row[0]'><input name='qty' value='1'></form>$html");
}

/* Prepared by the server: the text never reaches the statement. */
function review(int $product): void
{
    global $db;
    $who = customer();
    $insert = $db->prepare('INSERT INTO reviews (product, customer, stars, title, body, link) VALUES (?, ?, ?, ?, ?, ?)');
    $stars = (int) ($_POST['stars'] ?? 3);
    $title = (string) ($_POST['headline'] ?? '');
    $body = (string) ($_POST['body'] ?? '');
    $link = (string) ($_POST['link'] ?? '');
    $insert->bind_param('iiisss', $product, $who, $stars, $title, $body, $link);
    $insert->execute();
    go("/product/$product");
}

/* Concatenated: login and password. */
function login(): void
{
    global $db;
    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        $sql = "SELECT id, role FROM customers WHERE login = '{$_POST['login']}' AND pass = MD5('{$_POST['pass']}') LIMIT 1";
        $row = $db->query($sql)->fetch_row();
        if ($row) {
            session_regenerate_id(true);
            [$_SESSION['customer'], $_SESSION['role']] = $row;
            $_SESSION['token'] = bin2hex(random_bytes(12));
            go('/');
        }
        http_response_code(401);
    }
    page('Sign in', "<form method='post'><input name='login'><input name='pass' type='password'></form>");
}

/* Concatenated numbers; GET changes the cart as well as POST. */
function cart(): void
{
    global $db;
    $who = customer();
    if (isset($_REQUEST['item'])) {
        $qty = $_REQUEST['qty'] ?? '1';
        if ($qty === '0') {
            $db->query("DELETE FROM cart WHERE customer = $who AND product = {$_REQUEST['item']}");
        } else {
            $db->query("REPLACE INTO cart (customer, product, qty) VALUES ($who, {$_REQUEST['item']}, $qty)");
        }
        go('/cart');
    }
    $rows = $db->query("SELECT p.title, p.price, c.qty FROM cart c JOIN products p ON p.id = c.product WHERE c.customer = $who")->fetch_all(MYSQLI_NUM);
    $list = '';
    foreach ($rows as [$title, $price, $qty]) {
        $list .= '<li>' . h($title) . " $qty x $price</li>";
    }
    page('Cart', "<ul>$list</ul><a href='/checkout'>Checkout</a>");
}

/* Escaped: name, street, city. Concatenated as they are: zip, phone, note. */
function checkout(): void
{
    global $db;
    $who = customer();
    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        $name = esc('name');
        $street = esc('street');
        $city = esc('city');
        $db->query("UPDATE drafts SET ship_name = '$name', street = '$street', city = '$city', zip = '{$_POST['zip']}', phone = '{$_POST['phone']}', note = '{$_POST['note']}' WHERE customer = $who");
        $db->query("INSERT INTO orders (customer, ship_name, street, city, zip, phone, note) SELECT customer, ship_name, street, city, zip, phone, note FROM drafts WHERE customer = $who");
        $db->query("DELETE FROM cart WHERE customer = $who");
        page('Thank you', '<p>Thank you for order ' . $db->insert_id . '</p>');
        return;
    }
    page('Checkout', "<form method='post'><input name='name'><input name='street'><input name='city'><input name='zip'><input name='phone'><textarea name='note'></textarea></form>");
}

/* Escaped: everything but bio. Only the password form has a token. */
function profile(): void
{
    global $db;
    $who = customer();
    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        $set = [];
        foreach (['fullname', 'email', 'phone', 'address', 'city'] as $field) {
            if (isset($_POST[$field])) {
                $set[] = "$field = '" . esc($field) . "'";
            }
        }
        if (isset($_POST['bio'])) {
            $set[] = "bio = '{$_POST['bio']}'";
        }
        $db->query('UPDATE customers SET ' . implode(', ', $set) . " WHERE id = $who");
        go('/profile');
    }
    $row = $db->query("SELECT fullname, email, phone, address, city, bio, avatar FROM customers WHERE id = $who")->fetch_row();
    page('Profile', "<form method='post'><input value='" . implode("'><input value='", array_map(h(...), $row)) . "'></form>" .
        "<form method='post' action='/password'><input type='hidden' name='token' value='{$_SESSION['token']}'></form>");
}

function password(): void
{
    global $db;
    $who = customer();
    if (!hash_equals($_SESSION['token'], (string) ($_POST['token'] ?? ''))) {
        http_response_code(403);
        page('Refused', '<p>Refused.</p>');
        return;
    }
    $update = $db->prepare('UPDATE customers SET pass = MD5(?) WHERE id = ?');
    $update->bind_param('si', $_POST['fresh'], $who);
    $update->execute();
    go('/profile');
}

/* Any file under its own name: a .php runs. */
function upload(): void
{
    global $db;
    $who = customer();
    $name = basename((string) $_FILES['picture']['name']);
    move_uploaded_file($_FILES['picture']['tmp_name'], getenv('SHOP_UPLOADS') . "/$name");
    $update = $db->prepare('UPDATE customers SET avatar = ? WHERE id = ?');
    $update->bind_param('si', $name, $who);
    $update->execute();
    go('/profile');
}

/* Concatenated: numbers and texts of the JSON body. */
function api(string $what): void
{
    global $db;
    $in = json_decode((string) file_get_contents('php://input'), true) ?? [];
    if ($what === 'filter') {
        $max = $in['price']['max'] ?? 1000;
        $sql = "SELECT id, title, price FROM products WHERE price <= $max AND title LIKE '{$in['starts']}%' ORDER BY price LIMIT 20";
        json($db->query($sql)->fetch_all(MYSQLI_ASSOC));
    } elseif ($what === 'wish') {
        $who = customer();
        foreach ($in['items'] as $item) {
            $db->query("INSERT INTO wishes (customer, product, remark) VALUES ($who, {$item['id']}, '{$item['remark']}')");
        }
        json(['saved' => count($in['items'])]);
    } else {
        $stock = $db->prepare('SELECT stock FROM products WHERE id = ?');
        $stock->bind_param('i', $_GET['id']);
        $stock->execute();
        json($stock->get_result()->fetch_row());
    }
}

/* Concatenated: the order of the list. The price form escapes. */
function admin(): void
{
    global $db;
    customer();
    if ($_SESSION['role'] !== 'admin') {
        http_response_code(403);
        page('Refused', '<p>Refused.</p>');
        return;
    }
    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        $title = esc('title');
        $db->query("UPDATE products SET title = '$title', price = " . (float) $_POST['price'] . ', stock = ' . (int) $_POST['stock'] . ' WHERE id = ' . (int) $_POST['id']);
        go('/admin?by=id');
    }
    $by = (string) ($_GET['by'] ?? 'id');
    $list = '';
    foreach ($db->query("SELECT id, ship_name, city, note FROM orders ORDER BY $by DESC LIMIT 15")->fetch_all(MYSQLI_NUM) as [$id, $name, $city, $note]) {
        $list .= "<li>$id " . h($name) . ' ' . h($city) . " $note</li>";
    }
    page('Orders', "<ul>$list</ul>");
}

try {
    $path = rawurldecode(explode('?', $_SERVER['REQUEST_URI'], 2)[0]);
    $post = $_SERVER['REQUEST_METHOD'] === 'POST';
    match (true) {
        $path === '/' => home(),
        $path === '/search' => search(),
        $path === '/login' => login(),
        $path === '/logout' => [session_destroy(), go('/')],
        $path === '/cart' => cart(),
        $path === '/checkout' => checkout(),
        $path === '/profile' => profile(),
        $path === '/password' && $post => password(),
        $path === '/picture' && $post => upload(),
        $path === '/admin' => admin(),
        str_starts_with($path, '/api/') => api(substr($path, 5)),
        $post && preg_match('#^/product/(\d+)/review$#', $path, $found) === 1 => review((int) $found[1]),
        preg_match('#^/product/(.+)$#s', $path, $found) === 1 => product($found[1]),
        default => [http_response_code(404), page('Not found', '<p>Not found.</p>')],
    };
} catch (mysqli_sql_exception $error) {
    http_response_code(500);
    page('Error', '<p>' . h($error->getMessage()) . '</p>');
}
