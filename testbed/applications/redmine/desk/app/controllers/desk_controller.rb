require 'open-uri'

# DELIBERATELY VULNERABLE. A help desk inside Redmine, made to be attacked on the loopback interface of a test machine.
# Never put it where anybody else can reach it.
class DeskController < ApplicationController
  CARD = %w[fullname email phone street city].freeze
  STORE = Rails.root.join('..', 'files')

  skip_before_action :verify_authenticity_token
  before_action :loopback_only
  before_action :require_login, except: %i[find show ranking signin paid filter]

  def find
    word = params[:word].to_s
    rows = select("SELECT id, title, body FROM desk_cases WHERE (title ILIKE '%#{word}%' OR body ILIKE '%#{word}%') LIMIT 12")
    page 'Find', "<form action='/desk/find'><input name='word'><button>Find</button></form><p>Found for #{word}:</p>#{listed(rows)}"
  end

  def show
    page 'Case', listed(execute("SELECT id, title, body FROM desk_cases WHERE id = #{params[:number]}"))
  end

  def ranking
    page 'Ranking', listed(select("SELECT id, title, body FROM desk_cases ORDER BY #{params[:by] || 'id'} LIMIT 10"))
  end

  def signin
    known = request.post? && select("SELECT login FROM desk_members WHERE login = '#{params[:login]}' AND pass = '#{Digest::MD5.hexdigest(params[:pass].to_s)}'").first
    page 'Sign in', "<p>#{h(known ? known.first : '')}</p>#{form('/desk/signin', %w[login pass])}"
  end

  def card
    row = select("SELECT #{CARD.join(', ')}, note FROM desk_members WHERE login = #{quote(User.current.login)}").first || []
    page 'Card', "<ul>#{row.map { |value| "<li>#{h(value)}</li>" }.join}</ul>#{form('/desk/card', [*CARD, 'note'], 'patch')}"
  end

  def update_card
    changes = CARD.select { |name| params[name].present? }.map { |name| "#{name} = #{quote(params[name])}" }
    changes << "note = '#{params[:note]}'" if params[:note].present? # not escaped
    execute("UPDATE desk_members SET #{changes.join(', ')} WHERE login = #{quote(User.current.login)}") if changes.any?
    redirect_to '/desk/card'
  end

  def wall
    rows = select('SELECT w.text, m.fullname, w.id FROM desk_wall w JOIN desk_members m ON m.login = w.author ORDER BY w.id DESC LIMIT 10')
    said = rows.map { |text, who, id| "<p>#{text} <i>#{who}</i> #{form("/desk/wall/#{id}", [], 'delete')}</p>" }.join # markup is allowed, all of it
    page 'Wall', form('/desk/wall', ['text']) + said
  end

  def write_wall
    execute("INSERT INTO desk_wall (author, text) VALUES (#{quote(User.current.login)}, #{quote(params[:text].to_s)})")
    redirect_to '/desk/wall'
  end

  def erase_wall
    execute("DELETE FROM desk_wall WHERE id = #{params[:number].to_i} AND author = #{quote(User.current.login)}")
    redirect_to '/desk/wall'
  end

  def join
    execute("INSERT INTO desk_guests (login, event, note) VALUES (#{[User.current.login, params[:event], params[:note]].map { |value| quote(value.to_s) }.join(', ')})")
    redirect_to '/desk/wall'
  end

  def files
    names = Dir.glob(STORE.join('*.*')).sort.first(20).map { |file| "<li>#{h(File.basename(file))}</li>" }.join
    upload = "<form action='/desk/files' method='post' enctype='multipart/form-data'><input type='file' name='upload'><button>Send</button></form>"
    page 'Files', "<ul>#{names}</ul>#{upload}#{form('/desk/size', ['name'])}#{form('/desk/link', ['address'])}"
  end

  def upload
    File.binwrite(STORE.join(File.basename(params[:upload].original_filename)), params[:upload].read)
    redirect_to '/desk/files'
  end

  def file
    send_data File.binread(File.join(STORE, params[:file].to_s)) # any file
  end

  def size
    render plain: `cd #{STORE}; wc -c #{params[:name]}` # a shell reads the name
  end

  def link
    page 'Link', "<pre>#{h(open_any(params[:address].to_s))}</pre>" # any address
  end

  def letter
    return page('Letter', form('/desk/letter', %w[text case])) unless request.post?

    name = User.current.firstname
    render plain: ERB.new(params[:text].to_s).result(binding) # letters are ERB templates
  end

  # Price sheets are templates in the folder that uploads go to.
  def sheet
    rows = select('SELECT id, title FROM desk_cases ORDER BY id LIMIT 5')
    render html: ERB.new(File.read(STORE.join("#{File.basename(params[:name])}.erb"))).result(binding).html_safe
  end

  def paid
    execute("INSERT INTO desk_payments (login, reference, state) VALUES (#{[User.current.login, params[:reference], params[:state]].map { |value| quote(value.to_s) }.join(', ')})")
    redirect_to '/desk/find'
  end

  def filter
    asked = JSON.parse(request.raw_post)
    render json: select("SELECT id, title FROM desk_cases WHERE priority < #{asked['below']['priority']} AND title LIKE '#{asked['starts']}%' LIMIT 8")
  end

  def export
    render json: select("SELECT * FROM desk_members WHERE login = #{quote(User.current.login)}")
  end

  private

  def loopback_only
    head :forbidden unless request.remote_ip.start_with?('127.')
  end

  def select(sql)
    ActiveRecord::Base.connection.exec_query(sql).rows
  end

  def execute(sql)
    ActiveRecord::Base.connection.execute(sql).values
  end

  def quote(text)
    ActiveRecord::Base.connection.quote(text)
  end

  def h(text)
    ERB::Util.html_escape(text.to_s)
  end

  def open_any(address)
    address.start_with?('file:') ? File.read(URI(address).path) : URI.open(address, read_timeout: 2, open_timeout: 2).read(300)
  rescue StandardError => e
    e.message
  end

  def form(action, names, method = 'post')
    hidden = method == 'post' ? '' : "<input type='hidden' name='_method' value='#{method}'>"
    "<form action='#{action}' method='post'>#{hidden}#{names.map { |name| "<label>#{name} <input name='#{name}'></label>" }.join}<button>Send</button></form>"
  end

  def listed(rows)
    "<ul>#{rows.map { |row| "<li><a href='/desk/cases/#{h(row[0])}'>#{h(row[1])}</a> #{h(row[2])}</li>" }.join}</ul>"
  end

  def page(title, body)
    nav = "<nav><a href='/'>Projects</a> <a href='/desk/find'>Desk</a> <a href='/desk/wall'>Wall</a> <a href='/desk/files'>Files</a></nav>"
    head = "<!doctype html><html lang='en'><head><title>#{title}</title></head><body><p>DELIBERATELY VULNERABLE TEST APPLICATION</p>"
    render html: "#{head}#{nav}<h1>#{title}</h1>#{body}</body></html>".html_safe
  end
end
