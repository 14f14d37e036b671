// SPDX-License-Identifier: Apache-2.0
#include "net/retry.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "loopback_server.h"

namespace doorman::net {
namespace {

using std::chrono::milliseconds;
using tests::LoopbackServer;
using Connection = LoopbackServer::Connection;
using Request = LoopbackServer::Request;

/// Writes the waits down instead of waiting.
struct Waits {
  std::vector<milliseconds> all;
  RetryPolicy policy() {
    RetryPolicy made;
    made.sleep = [this](milliseconds length) { all.push_back(length); };
    return made;
  }
};

const HttpClient& client() {
  static const HttpClient made = HttpClient::make().value();
  return made;
}

TEST(Retry, WaitsTwiceAsLongEachTime) {
  std::atomic<int> asked = 0;
  LoopbackServer server([&](const Request&, Connection& wire) {
    if (++asked < 4) wire.answer(503, "busy");
    else wire.answer(200, "ok");
  });
  Waits waits;
  const RetryPolicy policy = waits.policy();
  auto response = send_patiently(client(), {.url = server.url("/")}, policy);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->read_all(10).value(), "ok");
  EXPECT_EQ(waits.all, (std::vector{milliseconds(500), milliseconds(1000), milliseconds(2000)}));
}

TEST(Retry, HeedsRetryAfter) {
  std::atomic<int> asked = 0;
  LoopbackServer server([&](const Request&, Connection& wire) {
    switch (++asked) {
      case 1:
        return wire.answer(429, "", "Retry-After: 7\r\n");
      case 2:
        return wire.answer(429, "", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
      case 3:
        return wire.answer(429, "", "Retry-After: soon\r\n");
      default:
        return wire.answer(200, "ok");
    }
  });
  Waits waits;
  const RetryPolicy policy = waits.policy();
  EXPECT_EQ(send_patiently(client(), {.url = server.url("/")}, policy)->status(), 200);
  EXPECT_EQ(waits.all, (std::vector{milliseconds(7000), milliseconds(1000), milliseconds(2000)}));
}

TEST(Retry, DoesNotWaitForever) {
  LoopbackServer server([](const Request& request, Connection& wire) {
    if (request.target == "/busy") wire.answer(500, "");
    else wire.answer(429, "", "Retry-After: 99999999999999999\r\n");
  });
  Waits waits;
  const RetryPolicy policy = waits.policy();
  EXPECT_EQ(send_patiently(client(), {.url = server.url("/busy")}, policy)->status(), 500);
  EXPECT_EQ(waits.all.size(), 5U);
  EXPECT_EQ(server.requests().size(), 6U);
  waits.all.clear();
  EXPECT_EQ(send_patiently(client(), {.url = server.url("/later")}, policy)->status(), 429);
  EXPECT_TRUE(waits.all.empty()) << "a wait beyond the limit is not begun";
}

TEST(Retry, TriesAgainAfterAReset) {
  std::atomic<int> asked = 0;
  LoopbackServer server([&](const Request&, Connection& wire) {
    if (++asked < 3) wire.reset();
    else wire.answer(200, "ok");
  });
  Waits waits;
  const RetryPolicy policy = waits.policy();
  auto response = send_patiently(client(), {.url = server.url("/")}, policy);
  ASSERT_TRUE(response.ok()) << response.error().message();
  EXPECT_EQ(response->read_all(10).value(), "ok");
}

TEST(Retry, SaysHowOftenItTried) {
  LoopbackServer server([](const Request&, Connection& wire) { wire.reset(); });
  Waits waits;
  const RetryPolicy policy = waits.policy();
  const auto response = send_patiently(client(), {.url = server.url("/")}, policy);
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().message().substr(0, 14), "after 6 tries:");
}

TEST(Retry, LeavesFinalAnswersAlone) {
  LoopbackServer server([](const Request&, Connection& wire) { wire.answer(401, ""); });
  Waits waits;
  const RetryPolicy policy = waits.policy();
  EXPECT_EQ(send_patiently(client(), {.url = server.url("/")}, policy)->status(), 401);
  EXPECT_FALSE(send_patiently(client(), {.url = "http://registry.example/"}, policy).ok());
  EXPECT_TRUE(waits.all.empty());
  EXPECT_EQ(server.requests().size(), 1U);
}

}  // namespace
}  // namespace doorman::net
