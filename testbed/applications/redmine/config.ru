require ::File.expand_path('config/environment', __dir__)

# Writes an access log in combined form, as the server in front of Rails otherwise does.
class AccessLog
  def initialize(app, path)
    @app = app
    @log = File.open(path, 'a')
    @log.sync = true
  end

  def call(env)
    status, headers, body = @app.call(env)
    target = env['QUERY_STRING'].empty? ? env['PATH_INFO'] : "#{env['PATH_INFO']}?#{env['QUERY_STRING']}"
    said = [env['HTTP_REFERER'], env['HTTP_USER_AGENT']].map { |text| text ? text.gsub('"', '\\"') : '-' }
    @log.write(format("%s - - [%s] \"%s %s HTTP/1.1\" %d %s \"%s\" \"%s\"\n", env['REMOTE_ADDR'], Time.now.utc.strftime('%d/%b/%Y:%H:%M:%S +0000'),
                      env['REQUEST_METHOD'], target, status, headers['Content-Length'] || '-', *said))
    [status, headers, body]
  end
end

use AccessLog, ENV.fetch('ACCESS_LOG')
run Rails.application
