<?php
// One client of the database: php statements.php PORT NAME ROUNDS READY GO
// Connects and prepares, makes the file READY, waits for the file GO, then asks ROUNDS times: two statements as text (one
// of several lines with quotes), one prepared for the purpose, and one prepared before GO. Prints what it asked, as JSON.
[, $port, $name, $rounds, $ready, $go] = $argv;
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$connection = new mysqli('127.0.0.1', 'client', '', 'stock', (int) $port);
$early = $connection->prepare('SELECT amount FROM item WHERE number = ?');
$number = 1;
$early->bind_param('i', $number);
touch($ready);
while (!file_exists($go)) {
    usleep(10000);
    clearstatcache();
}
$texts = [];
for ($round = 0; $round < $rounds; $round++) {
    $number = $round % 100 + 1;
    $mark = "{$name}x{$round}";
    $connection->query("SELECT name, amount FROM item WHERE name <> '{$mark}q' AND number < $number")->fetch_all();
    $texts[] = "{$mark}q";
    $connection->query("UPDATE item\n   SET amount = amount + 1,\n       note = 'it''s \\'{$mark}u\\''\n WHERE number = $number");
    $texts[] = "{$mark}u";
    $statement = $connection->prepare("INSERT INTO event (mark, number) VALUES ('{$mark}p', ?)");
    $statement->bind_param('i', $number);
    $statement->execute();
    $statement->close();
    $texts[] = "{$mark}p";
    $early->execute();
    $early->get_result()->fetch_all();
}
echo json_encode(['texts' => $texts, 'early' => (int) $rounds]);
