package desk;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Principal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.el.ELContext;
import javax.el.ELProcessor;
import javax.el.ExpressionFactory;
import javax.naming.InitialContext;
import javax.servlet.ServletException;
import javax.servlet.annotation.MultipartConfig;
import javax.servlet.annotation.WebServlet;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import javax.servlet.http.Part;
import javax.sql.DataSource;
import org.apache.wiki.api.core.Engine;
import org.apache.wiki.api.core.Session;
import org.apache.wiki.api.spi.Wiki;

/**
 * DELIBERATELY VULNERABLE. A help desk beside a wiki, made to be attacked on the loopback interface of a test machine.
 * Never put it where anybody else can reach it.
 */
@WebServlet("/desk/*")
@MultipartConfig
public class Desk extends HttpServlet {
  private static final List<String> CARD = List.of("fullname", "email", "phone", "street", "city");
  private static final Set<String> OPEN = Set.of("find", "cases", "ranking", "signin", "paid", "filter");
  private static final Path STORE = Path.of(System.getProperty("desk.files"));

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
    if (!request.getRemoteAddr().startsWith("127.")) {
      response.sendError(403);
      return;
    }
    request.setCharacterEncoding("UTF-8");
    String[] path = (request.getPathInfo() == null ? "/find" : request.getPathInfo()).substring(1).split("/", 2);
    String me = whose(request);
    if (me.isEmpty() && !OPEN.contains(path[0])) {
      response.sendRedirect("/Login.jsp");
      return;
    }
    try {
      new Visit(request, response, me).serve(path[0], path.length > 1 ? path[1] : "");
    } catch (Exception error) {
      throw new ServletException(error);
    }
  }

  private String whose(HttpServletRequest request) {
    Engine engine = Wiki.engine().find(getServletConfig());
    Session session = Wiki.session().find(engine, request);
    Principal principal = session.isAuthenticated() ? session.getLoginPrincipal() : null;
    return principal == null ? "" : principal.getName();
  }

  private record Visit(HttpServletRequest request, HttpServletResponse response, String me) {
    void serve(String page, String rest) throws Exception {
      boolean post = request.getMethod().equals("POST");
      switch (page) {
        case "find" -> find();
        case "cases" -> page("Case", listed(rows("SELECT id, title, body FROM desk_cases WHERE id = " + rest)));
        case "ranking" -> page("Ranking", listed(rows("SELECT id, title, body FROM desk_cases ORDER BY " + (text("by").isEmpty() ? "id" : text("by")) + " LIMIT 10")));
        case "signin" -> signin(post);
        case "card" -> card(post);
        case "wall" -> wall(post);
        case "join" -> {
          execute("INSERT INTO desk_guests (login, event, note) VALUES (" + quoted(me, text("event"), text("note")) + ")");
          response.sendRedirect("/desk/wall");
        }
        case "files" -> files(post);
        case "file" -> raw("application/octet-stream", Files.readAllBytes(Path.of(STORE + "/" + text("file")))); // any file
        case "size" -> size();
        case "link" -> page("Link", "<pre>" + escaped(opened(text("address"))) + "</pre>"); // any address
        case "letter" -> letter(post);
        case "paid" -> {
          execute("INSERT INTO desk_payments (login, reference, state) VALUES (" + quoted(me, text("reference"), text("state")) + ")");
          response.sendRedirect("/desk/find");
        }
        case "filter" -> filter();
        case "export" -> json(rows("SELECT * FROM desk_members WHERE login = " + quoted(me)));
        default -> response.sendError(404);
      }
    }

    private void find() throws Exception {
      String word = text("word");
      List<List<String>> found = rows("SELECT id, title, body FROM desk_cases WHERE (title ILIKE '%" + word + "%' OR body ILIKE '%" + word + "%') LIMIT 12");
      page("Find", "<form action='/desk/find'><input name='word'><button>Find</button></form><p>Found for " + word + ":</p>" + listed(found));
    }

    private void signin(boolean post) throws Exception {
      List<List<String>> known = post ? rows("SELECT login FROM desk_members WHERE login = '" + text("login") + "' AND pass = '" + md5(text("pass")) + "'") : List.of();
      page("Sign in", "<p>" + escaped(known.isEmpty() ? "" : known.get(0).get(0)) + "</p>" + form("/desk/signin", List.of("login", "pass")));
    }

    private void card(boolean post) throws Exception {
      List<String> names = Stream.concat(CARD.stream(), Stream.of("note")).toList();
      if (!post) {
        List<List<String>> rows = rows("SELECT " + String.join(", ", names) + " FROM desk_members WHERE login = " + quoted(me));
        page("Card", rows.stream().flatMap(List::stream).map(value -> "<li>" + escaped(value) + "</li>").collect(Collectors.joining()) + form("/desk/card", names));
        return;
      }
      List<String> changes = new ArrayList<>();
      for (String name : CARD) {
        if (!text(name).isEmpty()) changes.add(name + " = " + quoted(text(name)));
      }
      if (!text("note").isEmpty()) changes.add("note = '" + text("note") + "'"); // not escaped
      if (!changes.isEmpty()) execute("UPDATE desk_members SET " + String.join(", ", changes) + " WHERE login = " + quoted(me));
      response.sendRedirect("/desk/card");
    }

    private void wall(boolean post) throws Exception {
      if (post) {
        execute("INSERT INTO desk_wall (author, text) VALUES (" + quoted(me, text("text")) + ")");
        response.sendRedirect("/desk/wall");
        return;
      }
      StringBuilder said = new StringBuilder(form("/desk/wall", List.of("text")));
      for (List<String> row : rows("SELECT w.text, m.fullname FROM desk_wall w JOIN desk_members m ON m.login = w.author ORDER BY w.id DESC LIMIT 10")) {
        said.append("<p>").append(row.get(0)).append(" <i>").append(row.get(1)).append("</i></p>"); // markup is allowed, all of it
      }
      page("Wall", said.toString());
    }

    private void files(boolean post) throws Exception {
      if (post) {
        Part upload = request.getPart("upload");
        Files.write(STORE.resolve(new File(upload.getSubmittedFileName()).getName()), upload.getInputStream().readAllBytes()); // whatever its name ends in
        response.sendRedirect("/desk/files");
        return;
      }
      String[] names = STORE.toFile().list();
      Arrays.sort(names);
      String shown = Arrays.stream(names).limit(20).map(name -> "<li><a href='/sheets/" + escaped(name) + "'>" + escaped(name) + "</a></li>").collect(Collectors.joining());
      String upload = "<form action='/desk/files' method='post' enctype='multipart/form-data'><input type='file' name='upload'><button>Send</button></form>";
      page("Files", "<ul>" + shown + "</ul>" + upload + form("/desk/size", List.of("name")) + form("/desk/link", List.of("address")));
    }

    private void size() throws Exception {
      Process counted = new ProcessBuilder("sh", "-c", "cd " + STORE + "; wc -c " + text("name")).redirectErrorStream(true).start(); // a shell reads the name
      raw("text/plain", counted.getInputStream().readAllBytes());
    }

    private void letter(boolean post) throws Exception {
      if (!post) {
        page("Letter", form("/desk/letter", List.of("text", "case")));
        return;
      }
      ELProcessor processor = new ELProcessor();
      processor.setValue("name", me);
      processor.setValue("case_", text("case"));
      ELContext context = processor.getELManager().getELContext();
      Object filled = ExpressionFactory.newInstance().createValueExpression(context, text("text"), String.class).getValue(context); // letters are EL templates
      raw("text/plain", String.valueOf(filled).getBytes(StandardCharsets.UTF_8));
    }

    private void filter() throws Exception {
      JsonObject asked = JsonParser.parseReader(request.getReader()).getAsJsonObject();
      String below = asked.getAsJsonObject("below").get("priority").getAsString();
      json(rows("SELECT id, title FROM desk_cases WHERE priority < " + below + " AND title LIKE '" + asked.get("starts").getAsString() + "%' LIMIT 8"));
    }

    private String text(String name) {
      String value = request.getParameter(name);
      return value == null ? "" : value;
    }

    private static Connection connect() throws Exception {
      return ((DataSource) new InitialContext().lookup("java:comp/env/jdbc/UserDatabase")).getConnection();
    }

    private static List<List<String>> rows(String sql) throws Exception {
      try (Connection connection = connect(); Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
        List<List<String>> rows = new ArrayList<>();
        while (result.next()) {
          List<String> row = new ArrayList<>();
          for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) row.add(result.getString(column));
          rows.add(row);
        }
        return rows;
      }
    }

    private static void execute(String sql) throws Exception {
      try (Connection connection = connect(); Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    private static String quoted(String... texts) {
      return Arrays.stream(texts).map(text -> "'" + text.replace("'", "''") + "'").collect(Collectors.joining(", "));
    }

    private static String escaped(String text) {
      return text == null ? "" : text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;").replace("\"", "&quot;");
    }

    private static String md5(String text) throws Exception {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String opened(String address) {
      try (InputStream stream = new URL(address).openStream()) {
        return new String(stream.readNBytes(300), StandardCharsets.UTF_8);
      } catch (IOException error) {
        return String.valueOf(error.getMessage());
      }
    }

    private static String form(String action, List<String> names) {
      return "<form action='" + action + "' method='post'>" + names.stream().map(name -> "<label>" + name + " <input name='" + name + "'></label>").collect(Collectors.joining()) + "<button>Send</button></form>";
    }

    private static String listed(List<List<String>> rows) {
      return "<ul>" + rows.stream().map(row -> "<li><a href='/desk/cases/" + escaped(row.get(0)) + "'>" + escaped(row.get(1)) + "</a> " + escaped(row.get(2)) + "</li>").collect(Collectors.joining()) + "</ul>";
    }

    private void json(Object value) throws IOException {
      raw("application/json", new Gson().toJson(value).getBytes(StandardCharsets.UTF_8));
    }

    private void raw(String type, byte[] content) throws IOException {
      response.setContentType(type + (type.startsWith("text/") ? ";charset=utf-8" : ""));
      response.getOutputStream().write(content);
    }

    private void page(String title, String body) throws IOException {
      String nav = "<nav><a href='/Wiki.jsp?page=Main'>Wiki</a> <a href='/desk/find'>Desk</a> <a href='/desk/wall'>Wall</a> <a href='/desk/files'>Files</a></nav>";
      String head = "<!doctype html><html lang='en'><head><title>" + title + "</title></head><body><p>DELIBERATELY VULNERABLE TEST APPLICATION</p>";
      raw("text/html", (head + nav + "<h1>" + title + "</h1>" + body + "</body></html>").getBytes(StandardCharsets.UTF_8));
    }
  }
}
