using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts.Functions;
using ModelServing.Functions.Listener;
using ModelServing.Hosting;
using ModelServing.Services.Tests.Hosting;
using ModelServing.TestKit;
using ModelServing.TestKit.Functions;

namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>The Fn contract's requirements for a function's socket and for its answers.</summary>
[Collection(nameof(OwnProcess))]
public sealed class FnSocketTests : IAsyncLifetime
{
    private readonly SocketCaller caller = new();
    private readonly SomeHandler handler = new();
    private readonly RecordedLog log = new();
    private WebApplication? app;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FnAgent Agent => caller.Agent;

    public async ValueTask InitializeAsync() => app = await SomeHandler.StartAsync(caller, handler, log);

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        await caller.DisposeAsync();
    }

    [Fact]
    public async Task The_awaited_name_is_a_link_to_a_bare_name_that_all_users_may_write_to()
    {
        // The agent checks that itself.
        await Agent.ListeningAsync(Token);
        Assert.Equal("lsnr.soc_", new FileInfo(Agent.Path).LinkTarget);
    }

    [Fact]
    public async Task Calls_come_over_one_connection_and_a_dropped_one_is_made_again()
    {
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await Agent.CallAsync(new FnCall("{}"u8.ToArray()), Token)).Status);
        Assert.Equal(1, Agent.Connections);
        Agent.DropIdle();
        Assert.Equal(200, (await Agent.CallAsync(new FnCall("{}"u8.ToArray()), Token)).Status);
        Assert.Equal(2, Agent.Connections);
    }

    [Theory]
    [InlineData(200, null, 200)]
    [InlineData(204, null, 200)]
    [InlineData(301, null, 200)]
    [InlineData(400, null, 200)]
    [InlineData(404, null, 200)]
    [InlineData(429, null, 200)]
    [InlineData(500, null, 502)]
    [InlineData(503, null, 502)]
    [InlineData(504, null, 504)]
    [InlineData(400, "httprequest", 200)]
    [InlineData(500, "httprequest", 200)]
    [InlineData(503, "httprequest", 200)]
    [InlineData(504, "httprequest", 200)]
    public async Task Only_200_502_and_504_leave_the_socket_whatever_the_handlers_status(int own, string? intent, int expected)
    {
        handler.Answer = (_, _) => Task.FromResult(new FunctionAnswer(own, "{}"u8.ToArray()));

        var answer = await Agent.CallAsync(new FnCall("{}"u8.ToArray()) { Intent = intent }, Token);

        Assert.Equal((expected, own, false), (answer.Status, answer.HttpStatus, Agent.HasKilled));
    }

    [Fact]
    public async Task An_exception_of_a_handler_fails_the_function_but_keeps_its_container()
    {
        handler.Answer = static (_, _) => throw new InvalidOperationException("something broke");
        Assert.Equal(502, (await Agent.CallAsync(new FnCall("{}"u8.ToArray()) { Intent = "httprequest" }, Token)).Status);
        handler.Answer = null;
        Assert.Equal((200, false), ((await Agent.CallAsync(new FnCall("{}"u8.ToArray()), Token)).Status, Agent.HasKilled));
    }

    [Theory]
    [InlineData("GET /call HTTP/1.1")]
    [InlineData("POST /other HTTP/1.1")]
    public async Task A_request_that_is_not_a_call_is_answered_as_a_failed_function(string line)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Agent.Path), Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{line}\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"), Token);
        var answer = new byte[4096];
        var read = await socket.ReceiveAsync(answer, Token);
        Assert.StartsWith("HTTP/1.1 502 ", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_may_take_long_over_a_call_and_between_two_calls()
    {
        // Longer than the period in which Kestrel checks its time limits. A frozen container exceeds them.
        var pause = TimeSpan.FromSeconds(2.5);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Agent.Path), Token);
        for (var i = 0; i < 2; i++)
        {
            await Task.Delay(pause, Token);
            foreach (var part in (string[])["POST /call HTTP/1.1\r\nHost: local", "host\r\nContent-Length: 2\r\n\r\n{", "}"])
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes(part), Token);
                await Task.Delay(part == "}" ? TimeSpan.Zero : pause, Token);
            }

            var answer = new byte[4096];
            Assert.StartsWith(
                "HTTP/1.1 200 ",
                Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer, Token)),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_answer_names_the_implementation_of_the_contract()
    {
        var answer = await Agent.CallAsync(new FnCall("{}"u8.ToArray()), Token);
        Assert.StartsWith("modelserving/", answer.Headers["Fn-Fdk-Version"], StringComparison.Ordinal);
        Assert.StartsWith("dotnet/10.", answer.Headers["Fn-Fdk-Runtime"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_on_both_logs_names_the_call_of_the_next_lines()
    {
        var (output, error) = (Console.Out, Console.Error);
        using var written = new StringWriter();
        using var complained = new StringWriter();
        Console.SetOut(TextWriter.Synchronized(written));
        Console.SetError(TextWriter.Synchronized(complained));
        try
        {
            await Agent.CallAsync(new FnCall("{}"u8.ToArray()) { CallId = "01CALL" }, Token);
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }

        Assert.Contains("\nfn_call=01CALL\n", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("\nfn_call=01CALL\n", complained.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_that_a_gateway_sends_in_both_forms_is_the_callers()
    {
        await Agent.CallAsync(
            new FnCall("{}"u8.ToArray())
            {
                Intent = "httprequest",
                Headers = new Dictionary<string, string>
                {
                    ["User-Agent"] = "gateway",
                    ["Fn-Http-H-User-Agent"] = "client",
                    ["Fn-Http-Request-Url"] = "/v1/x?a=b",
                    ["Fn-Http-Method"] = "POST",
                },
            },
            Token);
        var headers = Assert.Single(handler.Calls).Headers;
        Assert.Equal("client", headers["user-agent"]);
        Assert.DoesNotContain(headers.Keys, static name => name.StartsWith("Fn-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_handler_gets_the_deadline()
    {
        var deadline = new DateTimeOffset(2100, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234567);
        await Agent.CallAsync(new FnCall("{}"u8.ToArray()) { Deadline = deadline }, Token);
        Assert.Equal(deadline, Assert.Single(handler.Calls).Deadline);
    }

    [Fact]
    public async Task A_deadline_that_is_not_a_time_is_ignored_and_logged()
    {
        // The call's own header comes first, and both are sent.
        await Agent.CallAsync(
            new FnCall("{}"u8.ToArray()) { Headers = new Dictionary<string, string> { ["Fn-Deadline"] = "soon" } },
            Token);
        Assert.Null(Assert.Single(handler.Calls).Deadline);
    }

    [Fact]
    public async Task A_stopping_program_removes_the_name_first()
    {
        await app!.StopAsync(Token);
        Assert.False(File.Exists(Agent.Path));
        Assert.Null(new FileInfo(Agent.Path).LinkTarget);
    }

    [Fact]
    public async Task Names_that_a_killed_program_left_behind_are_cleared()
    {
        using var folder = new TemporaryFolder();
        var listener = new FnListener { Path = folder.Combine("lsnr.sock") };
        File.WriteAllText(FnSocket.BoundPath(listener), "");
        File.CreateSymbolicLink(listener.Path, Path.GetFileName(FnSocket.BoundPath(listener)));
        using var agent = new FnAgent(listener.Path);
        await using var host = ServiceHost.Build(
            "some-function",
            SomeHandler.Settings,
            static (_, _) => { },
            static (_, _) => { },
            new FnSocketListener(listener));
        await host.StartAsync(Token);
        await agent.ListeningAsync(Token);
    }
}
