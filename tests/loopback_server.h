// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace doorman::tests {

/// An HTTP server inside the test, whose handler may answer as badly as it likes: it writes the bytes itself.
class LoopbackServer {
 public:
  struct Request {
    std::string method, target, body;
    std::map<std::string, std::string> headers;  ///< names in lower case

    [[nodiscard]] std::string header(const std::string& name) const {
      const auto found = headers.find(name);
      return found == headers.end() ? "" : found->second;
    }
  };

  /// The wire to one client. Without a call of close, hang or reset the connection is kept for another request.
  class Connection {
   public:
    Connection(int fd, const std::atomic<bool>& stopping) : fd_(fd), stopping_(stopping) {}

    void send(std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return close();
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    /// A whole answer with a right Content-Length; `headers` are lines that end in \r\n.
    void answer(int status, std::string_view body, std::string_view headers = "") {
      std::string text = "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Length: ";
      text.append(std::to_string(body.size())).append("\r\n").append(headers).append("\r\n").append(body);
      send(text);
    }
    void close() { open_ = false; }
    /// Says nothing more until the client goes away or the server ends.
    void hang() {
      pollfd wait{fd_, POLLIN, 0};
      char byte = 0;
      while (!stopping_ && (poll(&wait, 1, 20) == 0 || recv(fd_, &byte, 1, 0) > 0)) {
      }
      close();
    }
    void reset() {
      const linger at_once{1, 0};
      setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      close();
    }

   private:
    friend class LoopbackServer;
    int fd_;
    const std::atomic<bool>& stopping_;
    bool open_ = true;
  };

  using Handler = std::function<void(const Request&, Connection&)>;

  explicit LoopbackServer(Handler handler) : handler_(std::move(handler)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    listen_on(reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  /// On a unix socket, which must not exist.
  LoopbackServer(const std::string& path, Handler handler) : handler_(std::move(handler)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    listen_on(reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  ~LoopbackServer() {
    stopping_ = true;
    acceptor_.join();
    for (std::thread& worker : workers_) worker.join();
    ::close(listener_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url(std::string_view target) const { return "http://" + host() + std::string(target); }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void listen_on(const sockaddr* address, socklen_t size) {
    if (bind(listener_, address, size) != 0 || listen(listener_, 64) != 0) {
      std::perror("loopback server");
      std::abort();
    }
    acceptor_ = std::thread([this] { accept_all(); });
  }

  void accept_all() {
    while (!stopping_) {
      pollfd wait{listener_, POLLIN, 0};
      if (poll(&wait, 1, 20) <= 0) continue;
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++connections_;
      workers_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    Connection connection(fd, stopping_);
    std::string buffer;
    Request request;
    while (connection.open_ && receive(fd, buffer, request)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      handler_(request, connection);
    }
    ::close(fd);
  }

  /// Reads one request; what came beyond it stays in the buffer.
  bool receive(int fd, std::string& buffer, Request& request) const {
    std::size_t head_end = 0;
    while ((head_end = buffer.find("\r\n\r\n")) == buffer.npos) {
      if (buffer.starts_with('\x16') || !receive_more(fd, buffer)) return false;  // a TLS hello: we speak none
    }
    request = parse_head(buffer.substr(0, head_end + 2));
    const std::string length = request.header("content-length");
    const std::size_t body_size = length.empty() ? 0 : std::stoul(length);
    while (buffer.size() < head_end + 4 + body_size) {
      if (!receive_more(fd, buffer)) return false;
    }
    request.body = buffer.substr(head_end + 4, body_size);
    buffer.erase(0, head_end + 4 + body_size);
    return true;
  }

  bool receive_more(int fd, std::string& buffer) const {
    char bytes[4096];
    while (!stopping_) {
      pollfd wait{fd, POLLIN, 0};
      if (poll(&wait, 1, 20) <= 0) continue;
      const ssize_t count = recv(fd, bytes, sizeof bytes, 0);
      if (count <= 0) return false;
      buffer.append(bytes, static_cast<std::size_t>(count));
      return true;
    }
    return false;
  }

  static Request parse_head(const std::string& head) {
    Request request;
    const std::size_t first_space = head.find(' ');
    const std::size_t second_space = head.find(' ', first_space + 1);
    request.method = head.substr(0, first_space);
    request.target = head.substr(first_space + 1, second_space - first_space - 1);
    std::size_t at = head.find("\r\n") + 2;
    while (at < head.size()) {
      const std::size_t end = head.find("\r\n", at);
      const std::string line = head.substr(at, end - at);
      const std::size_t colon = line.find(':');
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      std::size_t value = colon + 1;
      while (value < line.size() && line[value] == ' ') ++value;
      request.headers[name] = line.substr(value);
      at = end + 2;
    }
    return request;
  }

  Handler handler_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace doorman::tests
