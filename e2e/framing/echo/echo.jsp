<%@ page trimDirectiveWhitespaces="true" import="java.nio.charset.StandardCharsets,java.util.*" %><%!
  private static String hex(String text) {
    StringBuilder out = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) out.append(String.format("%02x", each));
    return out.toString();
  }
%><%
  // Answers which parameters Tomcat saw, as names with values in hexadecimal, under a number that nobody else has.
  List<String> found = new ArrayList<>();
  String type = request.getContentType() == null ? "" : request.getContentType().toLowerCase();
  for (Map.Entry<String, String[]> each : request.getParameterMap().entrySet())
    for (String value : each.getValue())
      found.add("[\"any\",\"" + hex(each.getKey()) + "\",\"" + hex(value) + "\"]");
  if (request.getCookies() != null)
    for (Cookie each : request.getCookies())
      found.add("[\"cookie\",\"" + hex(each.getName()) + "\",\"" + hex(each.getValue()) + "\"]");
  if (type.contains("json"))
    found.add("[\"json\",\"\",\"" + hex(new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8)) + "\"]");
  String serial = UUID.randomUUID().toString().replace("-", "").substring(0, 16);
  String text = "@@{\"serial\":\"" + serial + "\",\"found\":[" + String.join(",", found) + "]}@@";
  response.setContentType("application/json");
  response.setHeader("X-Serial", serial);
  response.setContentLength(text.length());
  out.print(text);
%>
