import Glibc
import Linux
import Support

extension BootstrapRecipe {
  /// The machine's nginx with its libraries over the toolbox; without one, busybox's httpd.
  static let nginx: BootstrapRecipe = BootstrapRecipe(
    "nginx", tags: ["latest", "1.27", "1.25"],
    needs: Text("this machine's nginx, else its busybox", ko: "이 컴퓨터의 nginx, 없으면 busybox")
  ) { bootstrapper in
    let (base, layers) = try WebServer.layers(bootstrapper, for: "nginx")
    for version in ["1.27", "1.25"] {
      try bootstrapper.image(
        nginx.references.filter { $0.tag == version || (version == "1.27" && $0.tag == "latest") },
        on: base, adding: layers, isStandIn: true
      ) { config in
        WebServer.configure(&config)
        config.env = (config.env ?? []) + ["NGINX_VERSION=\(version)"]
      }
    }
  }

  /// The tutorial's web page, served as nginx serves it.
  static let gettingStarted: BootstrapRecipe = BootstrapRecipe(
    "docker/getting-started",
    needs: Text("this machine's nginx, else its busybox", ko: "이 컴퓨터의 nginx, 없으면 busybox")
  ) { bootstrapper in
    let (base, layers) = try WebServer.layers(bootstrapper, for: "docker/getting-started")
    var tree = LayerTree()
    tree.file("usr/share/nginx/html/index.html", WebServer.tutorialPage)
    let page = try bootstrapper.layer(tree, name: "docker/getting-started")
    try bootstrapper.image(
      gettingStarted.references, on: base,
      adding: layers + [(page, "COPY index.html /usr/share/nginx/html")], isStandIn: true,
      WebServer.configure)
  }
}

/// The layers of the images that serve web pages.
enum WebServer {
  static func configure(_ config: inout ContainerConfig) {
    config.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    config.entrypoint = ["/docker-entrypoint.sh"]
    config.cmd = ["nginx", "-g", "daemon off;"]
    config.exposedPorts = ["80/tcp"]
    config.stopSignal = "SIGQUIT"
  }

  static func layers(_ bootstrapper: Bootstrapper, for name: String) throws -> (
    Image, [(Layer, String)]
  ) {
    var tree = LayerTree()
    tree.file("docker-entrypoint.sh", "#!/bin/sh\nset -e\nexec \"$@\"\n", mode: 0o755)
    tree.file("usr/share/nginx/html/index.html", welcomePage)
    tree.file("usr/share/nginx/html/50x.html", "<h1>An error occurred.</h1>\n")
    let base: Image
    let step: String
    if let path = ["/usr/sbin/nginx", "/usr/bin/nginx"].first(where: File.exists)
      ?? ChildProgram.find("nginx")
    {
      base = try bootstrapper.base(.toolbox)
      try addNginx(path, to: &tree, over: base)
      step = "ADD nginx of the host with its libraries in /"
    } else if ChildProgram.find("busybox") != nil {
      base = try bootstrapper.base(.busybox)
      tree.file("usr/sbin/nginx", busyboxServer, mode: 0o755)
      step = "COPY nginx (busybox httpd) /usr/sbin/"
    } else {
      throw BootstrapRecipe.missing(
        name, Text("there is neither nginx nor busybox", ko: "nginx도 busybox도 없습니다"),
        hint: Text("install nginx-light or busybox", ko: "nginx-light나 busybox를 설치하세요"))
    }
    return (base, [(try bootstrapper.layer(tree, name: "nginx"), step)])
  }

  static func addNginx(_ path: String, to tree: inout LayerTree, over base: Image) throws {
    let closure = ELFClosure()
    do {
      try closure.add(program: path, as: "usr/sbin/nginx")
    } catch let problem as ELFClosure.Problem {
      throw BootstrapRecipe.missing(
        "nginx", Text("\(path): \(problem)", ko: "\(path): \(problem)"),
        hint: Text("install nginx again", ko: "nginx를 다시 설치하세요"))
    }
    for (target, source) in closure.files where !base.has(target, sameAs: source) {
      tree.file(target, host: source, mode: 0o755)
    }
    tree.file("etc/nginx/nginx.conf", configuration)
    tree.file("etc/nginx/conf.d/default.conf", site)
    if File.exists("/etc/nginx/mime.types") {
      tree.file("etc/nginx/mime.types", host: "/etc/nginx/mime.types")
    } else {
      tree.file("etc/nginx/mime.types", mimeTypes)
    }
    for name in ["body", "fastcgi", "proxy", "scgi", "uwsgi"] {
      tree.directory("var/lib/nginx/\(name)")
    }
    tree.directory("var/cache/nginx")
    tree.directory("usr/lib/nginx/modules")
    tree.link("var/log/nginx/access.log", to: "/dev/stdout")
    tree.link("var/log/nginx/error.log", to: "/dev/stderr")
  }

  /// Workers stay root: in a user namespace with a single id there is nobody else to be.
  private static let configuration = """
    user root root;
    worker_processes 1;
    error_log /var/log/nginx/error.log notice;
    pid /run/nginx.pid;

    events {
      worker_connections 512;
    }

    http {
      include /etc/nginx/mime.types;
      default_type application/octet-stream;
      access_log /var/log/nginx/access.log combined;
      sendfile on;
      keepalive_timeout 65;
      client_body_temp_path /var/cache/nginx/client_temp;
      proxy_temp_path /var/cache/nginx/proxy_temp;
      fastcgi_temp_path /var/cache/nginx/fastcgi_temp;
      uwsgi_temp_path /var/cache/nginx/uwsgi_temp;
      scgi_temp_path /var/cache/nginx/scgi_temp;
      include /etc/nginx/conf.d/*.conf;
    }

    """

  private static let site = """
    server {
      listen 80;
      server_name localhost;
      root /usr/share/nginx/html;
      index index.html;
      error_page 500 502 503 504 /50x.html;
    }

    """

  private static let mimeTypes = """
    types {
      text/html html htm;
      text/css css;
      text/plain txt;
      application/javascript js;
      application/json json;
      image/png png;
      image/jpeg jpg jpeg;
      image/svg+xml svg;
    }

    """

  /// Takes nginx's place and arguments, and ends on the signals nginx ends on.
  private static let busyboxServer = """
    #!/bin/sh
    if [ "$1" = "-v" ]; then echo "nginx version: dklab stand-in (busybox httpd)" >&2; exit 0; fi
    busybox httpd -f -v -p 80 -h /usr/share/nginx/html &
    child=$!
    trap 'kill $child; exit 0' QUIT TERM INT
    wait $child

    """

  static let welcomePage = """
    <!DOCTYPE html>
    <html>
    <head><title>Welcome to nginx!</title></head>
    <body>
    <h1>Welcome to nginx!</h1>
    <p>This page is served from /usr/share/nginx/html inside a container.</p>
    </body>
    </html>

    """

  static let tutorialPage = """
    <!DOCTYPE html>
    <html>
    <head><meta charset="utf-8"><title>Getting Started</title></head>
    <body>
    <h1>Getting Started</h1>
    <p>A container is serving this page. It was started with</p>
    <pre>docker run -d -p 80:80 docker/getting-started</pre>
    <ul>
    <li><code>-d</code> runs it in the background and prints its id.</li>
    <li><code>-p 80:80</code> maps port 80 of the host to port 80 of the container.</li>
    <li><code>docker/getting-started</code> is the image it was made from.</li>
    </ul>
    </body>
    </html>

    """
}

extension Image {
  /// Whether a layer has the file `path` with the size of `source`, a file of the host.
  func has(_ path: String, sameAs source: String) -> Bool {
    var (inside, outside) = (stat(), stat())
    return lowerDirectories.contains { directory in
      lstat("\(directory)/\(path)", &inside) == 0 && stat(source, &outside) == 0
        && inside.st_size == outside.st_size
    }
  }
}
