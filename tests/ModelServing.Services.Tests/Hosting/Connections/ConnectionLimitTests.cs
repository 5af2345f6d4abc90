using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Hosting.Connections;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting.Connections;

public class ConnectionLimitTests
{
    private const string Request = "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n";

    [Theory]
    [InlineData(1024L, null, 320)]
    [InlineData(null, 1024L * 1024 * 1024, 2048)]
    [InlineData(1_048_576L, 512L * 1024 * 1024, 1024)]
    [InlineData(100L, 1L, 32)]
    public void The_limit_leaves_handles_and_memory_for_the_host_itself(long? handles, long? memory, long most) =>
        Assert.Equal(most, new ConnectionCount(null, handles, memory).Most);

    [Theory]
    [InlineData(10, 1024L, 10)]
    [InlineData(100_000, 1024L, 320)]
    [InlineData(100_000, null, 100_000)]
    public void A_setting_takes_the_place_of_the_limit_by_memory_and_not_of_that_by_handles(long given, long? handles, long most) =>
        Assert.Equal(most, new ConnectionCount(given, handles, 1024).Most);

    [Fact]
    public async Task A_client_over_the_limit_that_is_still_sending_sees_the_answer_and_no_reset()
    {
        await using var host = await StartAsync(1);
        using var first = await ConnectAsync(host);
        await HelloAsync(first);
        for (var i = 0; i < 20; i++)
        {
            using var refused = await ConnectAsync(host);
            await refused.SendAsync("POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
            // The answer may be sent before the body, or in the middle of it.
            for (var sent = 0; sent < 100_000; sent += 10_000)
            {
                await refused.SendAsync(new string('x', 10_000));
                await Task.Yield();
            }

            Assert.Equal(503, (await refused.ReadMessageAsync())!.Status);
        }
    }

    [Fact]
    public async Task A_connection_over_the_limit_is_answered_with_503_and_closed_and_counted()
    {
        await using var host = await StartAsync(2);
        using var first = await ConnectAsync(host);
        using var second = await ConnectAsync(host);
        await HelloAsync(first);
        await HelloAsync(second);
        using var third = await ConnectAsync(host);
        await third.SendAsync(Request);
        var refusal = (await third.ReadMessageAsync())!;
        Assert.Equal((503, "1", "close"), (refusal.Status, refusal["Retry-After"], refusal["Connection"]));
        Assert.Contains("urn:modelserving:problem:too-many-connections", refusal.Text, StringComparison.Ordinal);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await third.ReadMessageAsync());
        Assert.Equal(1, LimitOf(host).Refused);
        // The others go on, and a place that becomes free is given away.
        await HelloAsync(first);
        second.Dispose();
        await UntilAsync(async () =>
        {
            using var next = await ConnectAsync(host);
            await next.SendAsync(Request);
            return (await next.ReadMessageAsync())!.Status == 200;
        });
        await first.SendAsync("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
        var metrics = (await first.ReadMessageAsync())!.Text;
        foreach (var reason in (string[])["too-many-connections", "idle-connection", "over-budget", "answer-unread"])
            Assert.Matches($$"""modelserving_host_refusals_total\{[^}]*reason="{{reason}}"[^}]*\} \d""", metrics);
        Assert.Matches("""modelserving_host_connections\{[^}]*\} \d""", metrics);
    }

    [Fact]
    public async Task A_new_connection_takes_the_place_of_one_that_never_had_a_request()
    {
        await using var host = await StartAsync(2);
        using var used = await ConnectAsync(host);
        await HelloAsync(used);
        using var unused = await ConnectAsync(host);
        await UntilAsync(() => Task.FromResult(LimitOf(host).Count == 2));
        host.Time.Advance(ConnectionLimit.Unused);
        using var next = await ConnectAsync(host);
        await HelloAsync(next);
        Assert.Empty(await unused.ReadToEndAsync());
        await HelloAsync(used);
    }

    [Fact]
    public async Task A_connection_that_was_used_keeps_its_place_for_longer()
    {
        await using var host = await StartAsync(1);
        using var used = await ConnectAsync(host);
        await HelloAsync(used);
        host.Time.Advance(ConnectionLimit.Used - TimeSpan.FromSeconds(1));
        using (var early = await ConnectAsync(host))
        {
            await early.SendAsync(Request);
            Assert.Equal(503, (await early.ReadMessageAsync())!.Status);
        }

        // A request ends a moment after its client has the answer, perhaps after the clock was moved.
        await UntilAsync(async () =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            using var next = await ConnectAsync(host);
            await next.SendAsync(Request);
            return (await next.ReadMessageAsync())!.Text == "hello";
        });
        Assert.Empty(await used.ReadToEndAsync());
    }

    [Fact]
    public async Task A_connection_with_a_request_in_progress_keeps_its_place()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var host = await StartAsync(1, () =>
        {
            started.SetResult();
            return release.Task;
        });
        using var busy = await ConnectAsync(host);
        await busy.SendAsync("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
        await started.Task.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
        host.Time.Advance(ConnectionLimit.Used * 2);
        using (var next = await ConnectAsync(host))
        {
            await next.SendAsync(Request);
            Assert.Equal(503, (await next.ReadMessageAsync())!.Status);
        }

        release.SetResult();
        Assert.Equal("done", (await busy.ReadMessageAsync())!.Text);
    }

    [Fact]
    public async Task A_client_that_sends_its_request_gets_its_refusal_although_many_others_send_nothing()
    {
        await using var host = await StartAsync(2);
        using var first = await ConnectAsync(host);
        using var second = await ConnectAsync(host);
        await HelloAsync(first);
        await HelloAsync(second);
        var silent = new List<RawConnection>();
        for (var i = 0; i < 200; i++)
            silent.Add(await ConnectAsync(host));
        // The clock does not move, so none of them has waited for long.
        using var good = await ConnectAsync(host);
        await good.SendAsync(Request);
        Assert.Equal(503, (await good.ReadMessageAsync())!.Status);
        Assert.Equal(201, LimitOf(host).Refused);
        // Those that have waited the longest made room, so not all of them hold a file handle.
        Assert.Empty(await silent[0].ReadToEndAsync());
        silent.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task Many_connections_that_send_nothing_are_closed()
    {
        await using var host = await StartAsync(4);
        var clients = new List<RawConnection>();
        for (var i = 0; i < 300; i++)
        {
            try
            {
                clients.Add(await ConnectAsync(host));
            }
            catch (SocketException)
            {
                // It was closed at once.
            }
        }

        await UntilAsync(() =>
        {
            // Those that wait for an answer get none, because they send nothing.
            host.Time.Advance(TimeSpan.FromMilliseconds(100));
            var limit = LimitOf(host);
            return Task.FromResult(limit.Count <= 4 && limit.Count + limit.Refused + limit.Closed >= clients.Count);
        });
        // A connection that has waited makes room for a new one, which may be refused while the first is still being closed.
        await UntilAsync(async () =>
        {
            host.Time.Advance(ConnectionLimit.Used);
            using var good = await ConnectAsync(host);
            await good.SendAsync(Request);
            return (await good.ReadMessageAsync())?.Text == "hello";
        });
        clients.ForEach(static client => client.Dispose());
    }

    private static ConnectionLimit LimitOf(SomeHost host) => host.App.Services.GetRequiredService<ConnectionLimit>();

    private static Task<SomeHost> StartAsync(long most, Func<Task>? slow = null) => SomeHost.StartAsync(
        SomeSettings.OnFreePort with { MaxConnections = most },
        app =>
        {
            app.MapGet("/hello", static () => "hello");
            app.MapGet("/slow", async () =>
            {
                await slow!();
                return "done";
            });
        });

    private static Task<RawConnection> ConnectAsync(SomeHost host) =>
        RawConnection.ConnectAsync(IPEndPoint.Parse(host.Client.BaseAddress!.Authority));

    private static async Task HelloAsync(RawConnection connection)
    {
        await connection.SendAsync(Request);
        Assert.Equal("hello", (await connection.ReadMessageAsync())!.Text);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(RawConnection.Patience);
        while (!await condition())
        {
            Assert.False(timeout.IsCancellationRequested, "it never happened");
            await Task.Delay(5);
        }
    }
}
