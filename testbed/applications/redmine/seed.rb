# People, a project with issues, and the desk's tables: the same rows every time.
PEOPLE = %w[admin kim lou ida bo sam eve max zoe ned amy rex ina tom uma jon].freeze
Setting.rest_api_enabled = '1'
Setting.login_required = '0'
Setting.sequential_project_identifiers = '0'
project = Project.new(name: 'Quay', identifier: 'quay', is_public: true, enabled_module_names: %w[issue_tracking wiki news time_tracking])
project.trackers = Tracker.all
project.save!
PEOPLE.each do |login|
  user = User.find_by(login: login) || User.new(firstname: login.capitalize, lastname: "O'Neill", mail: "#{login}@mail.example")
  user.login = login
  user.password = "pw-#{login}-2024"
  user.must_change_passwd = false
  user.language = 'en'
  user.save!
  Member.create!(project: project, user: user, roles: [Role.givable.first]) unless login == 'admin'
end
60.times do |number|
  Issue.create!(project: project, tracker: Tracker.first, author: User.find_by(login: PEOPLE[number % 16]), subject: "Printer #{number} isn't heard", description: "a < b on floor #{number}",
                status: IssueStatus.first, priority: IssuePriority.first)
end
WikiContent.create!(page: WikiPage.create!(wiki: project.wiki, title: 'Wiki'), author: User.first, text: "h1. Quay\n\nIt's here.")
ActiveRecord::Base.connection.execute(<<~SQL)
  CREATE TABLE desk_members (id serial PRIMARY KEY, login text UNIQUE, pass text, role text, fullname text, email text, phone text, street text, city text, note text);
  CREATE TABLE desk_cases (id serial PRIMARY KEY, title text, body text, priority int);
  CREATE TABLE desk_wall (id serial PRIMARY KEY, author text, text text);
  CREATE TABLE desk_guests (id serial PRIMARY KEY, login text, event text, note text);
  CREATE TABLE desk_payments (id serial PRIMARY KEY, login text, reference text, state text);
  INSERT INTO desk_members (login, pass, role, fullname, email, phone, street, city, note)
    SELECT login, md5('pw-' || login || '-2024'), 'member', initcap(login) || ' O''Neill', login || '@mail.example', '555 1000', '1 Quay', 'Cork', '' FROM users WHERE login <> '' ORDER BY id;
  INSERT INTO desk_cases (title, body, priority)
    SELECT (ARRAY['Printer','Rope','Invoice','Jacket','Bell','Mail','Network','Chair','Login','Backup'])[n % 10 + 1] || ' ' || n, 'It''s the ' || n || 'th; a < b', n % 5 FROM generate_series(1, 60) AS n;
  INSERT INTO desk_wall (author, text) SELECT login, 'Hello, <b>all</b>' FROM desk_members;
SQL
