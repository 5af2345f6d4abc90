using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ModelServing.Hosting;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting;

public class HeadRequestsTests
{
    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/metrics")]
    [InlineData("/length")]
    [InlineData("/stream")]
    [InlineData("/empty")]
    [InlineData("/nothing")]
    [InlineData("/post")]
    public async Task The_answer_to_HEAD_has_the_head_of_the_answer_to_GET_and_no_body(string path)
    {
        await using var host = await SomeHost.StartAsync(new SomeSettings { Urls = "http://127.0.0.1:0" }, Map);
        var get = await AskAsync(host, "GET", path);
        var head = await AskAsync(host, "HEAD", path);
        Assert.Equal(get.Status, head.Status);
        // A streamed answer to GET does not say how long it will be. The metrics change from one request to the next.
        var lengths = (get["Content-Length"], head["Content-Length"]);
        Assert.Equal(path == "/metrics" ? lengths.Item2 : path == "/stream" ? "11" : lengths.Item1, lengths.Item2);
        Assert.NotNull(path == "/stream" ? "" : lengths.Item1);
        Assert.Equal(NamesOf(get), NamesOf(head));
    }

    [Fact]
    public async Task A_path_that_takes_GET_allows_HEAD_too_and_its_handler_sees_GET()
    {
        await using var host = await SomeHost.StartAsync(new SomeSettings { Urls = "http://127.0.0.1:0" }, Map);
        Assert.Equal("GET, HEAD", (await AskAsync(host, "POST", "/length"))["Allow"]);
        Assert.Equal("POST", (await AskAsync(host, "HEAD", "/post"))["Allow"]);
        Assert.Equal("GET", (await AskAsync(host, "HEAD", "/method"))["X-Method"]);
    }

    [Fact]
    public async Task The_connection_is_in_step_after_any_number_of_answers_to_HEAD()
    {
        await using var host = await SomeHost.StartAsync(new SomeSettings { Urls = "http://127.0.0.1:0" }, Map);
        using var connection = await RawConnection.ConnectAsync(EndPointOf(host));
        foreach (var path in (string[])["/length", "/stream", "/nothing", "/post"])
        {
            await connection.SendAsync($"HEAD {path} HTTP/1.1\r\nHost: h\r\n\r\n");
            Assert.NotNull(await connection.ReadMessageAsync(toHead: true));
        }

        await connection.SendAsync("GET /length HTTP/1.1\r\nHost: h\r\n\r\n");
        Assert.Equal("hello", (await connection.ReadMessageAsync())!.Text);
    }

    [Fact]
    public async Task A_handler_that_fails_fails_for_HEAD_too()
    {
        await using var host = await SomeHost.StartAsync(new SomeSettings { Urls = "http://127.0.0.1:0" }, Map);
        Assert.Equal(500, (await AskAsync(host, "HEAD", "/fails")).Status);
    }

    [Theory]
    [InlineData("head", "/length")]
    [InlineData("Head", "/v2")]
    [InlineData("hEAD", "/nothing")]
    public async Task A_method_that_only_looks_like_HEAD_is_another_one_and_its_answer_has_a_body(string method, string path)
    {
        await using var host = await SomeHost.StartAsync(new SomeSettings { Urls = "http://127.0.0.1:0" }, Map);
        var (answer, post) = (await AskAsync(host, method, path), await AskAsync(host, "PUT", path));
        Assert.Equal((post.Status, post.Text.Length > 0), (answer.Status, answer.Text.Length > 0));
        Assert.InRange(answer.Status, 400, 499);
    }

    // The access log has the caller's method.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_the_answer_the_method_is_HEAD_again(bool fails)
    {
        var context = new DefaultHttpContext { Request = { Method = "HEAD" } };
        var seen = "";
        var answer = HeadRequests.AsGet(context =>
        {
            seen = context.Request.Method;
            return fails ? Task.FromException(new InvalidOperationException("it fails")) : Task.CompletedTask;
        });
        Assert.Equal(fails, await Record.ExceptionAsync(() => answer(context)) is InvalidOperationException);
        Assert.Equal(("GET", "HEAD"), (seen, context.Request.Method));
    }

    private static void Map(WebApplication app)
    {
        ServerPaths.Map(app, "some", []);
        app.Map("/length", AllowedMethods.Only(
            static context =>
            {
                context.Response.ContentLength = 5;
                return context.Response.WriteAsync("hello");
            },
            HttpMethods.Get));
        app.Map("/stream", AllowedMethods.Only(
            static async context =>
            {
                await context.Response.WriteAsync("hello ");
                await context.Response.Body.FlushAsync();
                await context.Response.BodyWriter.WriteAsync("world"u8.ToArray());
            },
            HttpMethods.Get));
        app.Map("/empty", AllowedMethods.Only(static _ => Task.CompletedTask, HttpMethods.Get));
        app.Map("/post", AllowedMethods.Only(static _ => Task.CompletedTask, HttpMethods.Post));
        app.Map("/fails", static _ => throw new InvalidOperationException("it fails"));
        app.Map("/method", static context =>
        {
            context.Response.Headers["X-Method"] = context.Request.Method;
            return Task.CompletedTask;
        });
    }

    private static async Task<RawMessage> AskAsync(SomeHost host, string method, string path)
    {
        using var connection = await RawConnection.ConnectAsync(EndPointOf(host));
        await connection.SendAsync($"{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        var answer = (await connection.ReadMessageAsync(toHead: method == "HEAD"))!;
        // Nothing follows the head.
        Assert.Null(await connection.ReadMessageAsync());
        return answer;
    }

    private static IPEndPoint EndPointOf(SomeHost host) => IPEndPoint.Parse(new Uri(host.App.Urls.First()).Authority);

    private static IEnumerable<string> NamesOf(RawMessage answer) => answer.Headers.Select(static header => header.Name)
        .Where(static name => name is not ("Transfer-Encoding" or "Content-Length" or "Date")).Order(StringComparer.Ordinal);
}
