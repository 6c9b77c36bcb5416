/* SPDX-License-Identifier: Apache-2.0 */
/* How the guest's web server reads requests: firmware/apps/httpd/request.h. */
#include <gtest/gtest.h>

#include <string>

extern "C" {
#include "firmware/apps/httpd/request.h"
}

namespace
{

request read(const std::string &bytes)
{
    request r;
    request_begin(&r);
    request_read(&r, bytes.data(), static_cast<unsigned>(bytes.size()));
    return r;
}

/* Of a request with this further line. */
request read_with(const std::string &field)
{
    return read("POST /echo HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n");
}

TEST(HttpRequest, HasMethodTargetAndBody)
{
    const request r = read("POST /echo?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n");
    EXPECT_TRUE(r.is_complete);
    EXPECT_EQ(r.error, 0u);
    EXPECT_EQ(r.method, REQUEST_POST);
    EXPECT_STREQ(r.target, "/echo?x=1");
    EXPECT_TRUE(r.has_length);
    EXPECT_EQ(r.length, 12u);
    EXPECT_TRUE(r.keeps_alive);
}

TEST(HttpRequest, MayComeInAnyPieces)
{
    const std::string bytes = "\r\nGET / HTTP/1.1\nHost: a\r\n\r\nGET /next";
    request r;
    request_begin(&r);
    unsigned taken = 0;
    for (char byte : bytes)
        taken += request_read(&r, &byte, 1);
    EXPECT_TRUE(r.is_complete);
    EXPECT_EQ(bytes.substr(taken), "GET /next") << "what follows is left alone";
}

TEST(HttpRequest, SaysWhetherTheConnectionStays)
{
    EXPECT_FALSE(read_with("Connection: close").keeps_alive);
    EXPECT_FALSE(read_with("connection: Upgrade, Close").keeps_alive);
    EXPECT_TRUE(read_with("Connection: closed").keeps_alive);
    EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").keeps_alive);
    EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keeps_alive);
}

TEST(HttpRequest, ForAPathWithOrWithoutAQuery)
{
    const char *query = nullptr;
    const request r = read("GET /large?size=5 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(request_is_for(&r, "/large", &query));
    EXPECT_STREQ(query, "size=5");
    EXPECT_FALSE(request_is_for(&r, "/lar", &query));
    EXPECT_FALSE(request_is_for(&r, "/larger", &query));
}

TEST(HttpRequest, OfOtherKindsGetsAStatus)
{
    EXPECT_EQ(read("GET / HTTP/2.0\r\n").error, 505u);
    EXPECT_EQ(read("hello\r\n").error, 400u);
    EXPECT_EQ(read("GET http://a/ HTTP/1.1\r\n").error, 400u);
    EXPECT_EQ(read("GET / HTTP/1.1\r\n\r\n").error, 400u) << "no Host";
    EXPECT_EQ(read_with("Host: b").error, 400u) << "two of them";
    EXPECT_EQ(read_with("Transfer-Encoding: chunked").error, 501u);
    EXPECT_EQ(read("GET /" + std::string(200, 'x') + " HTTP/1.1\r\n").error, 414u);
    EXPECT_EQ(read("GET /" + std::string(400, 'x')).error, 414u);
    EXPECT_EQ(read_with("X: " + std::string(400, 'x')).error, 431u);
    std::string many;
    for (int i = 0; i < 500; i++)
        many += "X-" + std::to_string(i) + ": y\r\n";
    EXPECT_EQ(read_with(many + "Y: z").error, 431u);
}

/* Where two readers may see different requests is where attacks begin: RFC 9112, 11.2. */
TEST(HttpRequest, ThatIsAmbiguousIsRefused)
{
    EXPECT_EQ(read_with("Content-Length: 5\r\nContent-Length: 6").error, 400u);
    EXPECT_EQ(read_with("Content-Length: 5\r\nContent-Length: 5").error, 0u);
    EXPECT_EQ(read_with("Content-Length: -1").error, 400u);
    EXPECT_EQ(read_with("Content-Length: 5 6").error, 400u);
    EXPECT_EQ(read_with("Content-Length:").error, 400u);
    EXPECT_EQ(read_with("Content-Length: 99999999999").error, 400u);
    EXPECT_EQ(read_with("Content-Length : 5").error, 400u);
    EXPECT_EQ(read_with("X: a\r\n folded").error, 400u);
    EXPECT_EQ(read_with("no colon").error, 400u);
    EXPECT_EQ(read_with(std::string("X: a\0b", 6)).error, 400u);
}

} // namespace
