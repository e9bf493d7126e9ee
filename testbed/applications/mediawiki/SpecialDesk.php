<?php
/*
 * DELIBERATELY VULNERABLE. A help desk inside a wiki (Special:Desk&page=…), made to be attacked on the loopback
 * interface of a test machine. Never put it where anybody else can reach it.
 */

use MediaWiki\MediaWikiServices;

class SpecialDesk extends SpecialPage
{
    private const CARD = ['fullname', 'email', 'phone', 'street', 'city'];
    private const PAGES = ['find', 'item', 'ranking', 'signin', 'card', 'wall', 'join', 'files', 'file', 'size', 'link', 'letter', 'paid', 'filter', 'export'];
    private const OPEN = ['find', 'item', 'ranking', 'signin', 'paid', 'filter'];

    public function __construct()
    {
        parent::__construct('Desk');
    }

    public function execute($subPage): void
    {
        if (strpos($_SERVER['REMOTE_ADDR'], '127.') !== 0) {
            throw new PermissionsError('read');
        }
        $page = $this->getRequest()->getVal('page', 'find');
        if (!in_array($page, self::PAGES, true)) {
            throw new ErrorPageError('error', 'nosuchspecialpage');
        }
        if (!in_array($page, self::OPEN, true) && !$this->getUser()->isRegistered()) {
            $this->go('title=Special:UserLogin');
            return;
        }
        $this->setHeaders();
        $this->getOutput()->setPageTitle("Desk: $page");
        $this->$page();
    }

    private static function address(string $page): string
    {
        return "/index.php?title=Special:Desk&amp;page=$page";
    }

    private function rows(string $sql): array
    {
        $found = MediaWikiServices::getInstance()->getDBLoadBalancer()->getConnection(DB_PRIMARY)->query($sql, __METHOD__);
        $rows = [];
        if (is_object($found)) {
            foreach ($found as $row) {
                $rows[] = array_values((array) $row);
            }
        }
        return $rows;
    }

    private static function quoted(string $text): string
    {
        return "'" . addslashes($text) . "'";
    }

    private function say(string $html): void
    {
        $this->getOutput()->addHTML($html);
    }

    private function plain(string $text, string $type = 'text/plain'): void
    {
        $this->getOutput()->disable();
        header("Content-Type: $type; charset=utf-8");
        echo $text;
    }

    private function go(string $query): void
    {
        $this->getOutput()->redirect("/index.php?$query");
    }

    private function form(string $page, array $names, string $button = 'Send'): string
    {
        $fields = '';
        foreach ($names as $name) {
            $fields .= "<label>$name <input name='$name'></label> ";
        }
        return "<form method='post' action='" . self::address($page) . "'>$fields<button>$button</button></form>";
    }

    private function showRows(array $rows): void
    {
        $items = '';
        foreach ($rows as $row) {
            $items .= "<li><a href='" . self::address('item') . "&amp;id=$row[0]'>" . htmlspecialchars((string) $row[1]) . '</a> ' . htmlspecialchars((string) $row[2]) . '</li>';
        }
        $this->say("<ul>$items</ul>");
    }

    private function text(string $name): string
    {
        return $this->getRequest()->getRawVal($name, '');
    }

    private function me(): string
    {
        return $this->getUser()->getName();
    }

    private function find(): void
    {
        $word = $this->text('word');
        $this->say("<form action='/index.php'><input type='hidden' name='title' value='Special:Desk'><input type='hidden' name='page' value='find'><input name='word'><button>Find</button></form><p>Found for $word:</p>");
        $this->showRows($this->rows("SELECT id, title, body FROM desk_case WHERE (title LIKE '%$word%' OR body LIKE '%$word%') LIMIT 12"));
    }

    private function item(): void
    {
        $this->showRows($this->rows("SELECT id, title, body FROM desk_case WHERE id = " . $this->text('id')));
    }

    private function ranking(): void
    {
        $this->showRows($this->rows('SELECT id, title, body FROM desk_case ORDER BY ' . ($this->text('by') ?: 'id') . ' LIMIT 10'));
    }

    private function signin(): void
    {
        if ($this->getRequest()->wasPosted()) {
            $rows = $this->rows("SELECT login FROM desk_member WHERE login = '{$this->text('login')}' AND pass = '" . md5($this->text('pass')) . "'");
            $this->say($rows ? '<p>Known as ' . htmlspecialchars($rows[0][0]) . '</p>' : '<p>Unknown.</p>');
        }
        $this->say($this->form('signin', ['login', 'pass'], 'Sign in'));
    }

    private function card(): void
    {
        $me = self::quoted($this->me());
        if ($this->getRequest()->wasPosted()) {
            $changes = [];
            foreach (self::CARD as $name) {
                if ($this->text($name) !== '') {
                    $changes[] = "$name = " . self::quoted($this->text($name));
                }
            }
            if ($this->text('note') !== '') {
                $changes[] = "note = '{$this->text('note')}'"; // not escaped
            }
            if ($changes) {
                $this->rows('UPDATE desk_member SET ' . implode(', ', $changes) . " WHERE login = $me");
            }
            $this->go('title=Special:Desk&page=card');
            return;
        }
        $row = $this->rows('SELECT ' . implode(', ', self::CARD) . ", note FROM desk_member WHERE login = $me")[0] ?? [];
        $this->say('<ul><li>' . implode('</li><li>', array_map(fn ($value) => htmlspecialchars((string) $value), $row)) . '</li></ul>' . $this->form('card', [...self::CARD, 'note'], 'Save'));
    }

    private function wall(): void
    {
        if ($this->getRequest()->wasPosted()) {
            $this->rows('INSERT INTO desk_wall (author, text) VALUES (' . self::quoted($this->me()) . ', ' . self::quoted($this->text('text')) . ')');
            $this->go('title=Special:Desk&page=wall');
            return;
        }
        foreach ($this->rows('SELECT w.text, m.fullname FROM desk_wall w JOIN desk_member m ON m.login = w.author ORDER BY w.id DESC LIMIT 10') as $row) {
            $this->say("<p>$row[0] <i>$row[1]</i></p>"); // markup is allowed, all of it
        }
        $this->say($this->form('wall', ['text']));
    }

    private function join(): void
    {
        $this->rows('INSERT INTO desk_guest (login, event, note) VALUES (' . implode(', ', array_map([self::class, 'quoted'], [$this->me(), $this->text('event'), $this->text('note')])) . ')');
        $this->go('title=Special:Desk&page=wall');
    }

    private function files(): void
    {
        $folder = $GLOBALS['wgDeskFiles'];
        if ($this->getRequest()->wasPosted() && isset($_FILES['upload'])) {
            move_uploaded_file($_FILES['upload']['tmp_name'], "$folder/" . basename($_FILES['upload']['name'])); // whatever its name ends in
            $this->go('title=Special:Desk&page=files');
            return;
        }
        foreach (array_slice(glob("$folder/*.*") ?: [], 0, 20) as $file) {
            $this->say("<p><a href='/uploads/" . rawurlencode(basename($file)) . "'>" . htmlspecialchars(basename($file)) . '</a></p>');
        }
        $this->say("<form method='post' enctype='multipart/form-data' action='" . self::address('files') . "'><input type='file' name='upload'><button>Send</button></form>" . $this->form('size', ['name']) . $this->form('link', ['address']));
    }

    private function file(): void
    {
        $this->plain((string) file_get_contents("{$GLOBALS['wgDeskFiles']}/{$this->text('file')}"), 'application/octet-stream'); // any file
    }

    private function size(): void
    {
        $this->plain((string) shell_exec("cd {$GLOBALS['wgDeskFiles']}; wc -c {$this->text('name')}")); // a shell reads the name
    }

    private function link(): void
    {
        $this->say('<pre>' . htmlspecialchars(substr((string) @file_get_contents($this->text('address'), false, stream_context_create(['http' => ['timeout' => 2]])), 0, 300)) . '</pre>'); // any address
    }

    private function letter(): void
    {
        if (!$this->getRequest()->wasPosted()) {
            $this->say($this->form('letter', ['text', 'case']));
            return;
        }
        $name = $this->me();
        $case = $this->text('case');
        ob_start();
        eval('?>' . $this->text('text')); // letters are PHP templates
        $this->plain((string) ob_get_clean());
    }

    private function paid(): void
    {
        $this->rows('INSERT INTO desk_payment (login, reference, state) VALUES (' . implode(', ', array_map([self::class, 'quoted'], [$this->me(), $this->text('reference'), $this->text('state')])) . ')');
        $this->go('title=Special:Desk&page=find');
    }

    private function filter(): void
    {
        $asked = json_decode(file_get_contents('php://input'), true);
        $rows = $this->rows("SELECT id, title FROM desk_case WHERE priority < {$asked['below']['priority']} AND title LIKE '{$asked['starts']}%' LIMIT 8");
        $this->plain(json_encode($rows), 'application/json');
    }

    private function export(): void
    {
        $this->plain(json_encode($this->rows('SELECT * FROM desk_member WHERE login = ' . self::quoted($this->me()))), 'application/json');
    }
}
