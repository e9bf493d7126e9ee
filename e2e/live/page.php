<?php
// A page that asks the database twice for each request: as text and prepared.
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$connection = new mysqli('127.0.0.1', 'client', '', 'stock', (int) getenv('DATABASE_PORT'));
$mark = preg_replace('/\W/', '', $_REQUEST['mark']);
$connection->query("SELECT amount FROM item WHERE name = '{$mark}q'")->fetch_all();
$statement = $connection->prepare("INSERT INTO event (mark, number) VALUES ('{$mark}p', ?)");
$statement->execute([strlen($mark)]);
echo "<p>{$mark}</p>";
