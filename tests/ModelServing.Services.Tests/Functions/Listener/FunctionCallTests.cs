using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Functions.Listener;

namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>The rules for every call of a function, in both ways of calling it.</summary>
public abstract class FunctionCallTests : IAsyncLifetime
{
    private readonly FunctionCaller caller;
    private readonly SomeHandler handler = new();
    private readonly RecordedLog log = new();
    private WebApplication? app;

    private protected FunctionCallTests(Func<FunctionCaller> make) => caller = make();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => app = await SomeHandler.StartAsync(caller, handler, log);

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        await caller.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Bytes_come_and_go_as_they_are()
    {
        byte[] bytes = [.. Enumerable.Range(0, 1024).Select(static i => (byte)i)];
        handler.Answer = static (call, _) => Task.FromResult(new FunctionAnswer(200, call.Body, "application/octet-stream"));

        var answer = await caller.CallAsync(bytes);

        Assert.Equal((200, "application/octet-stream"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Equal(bytes, answer.Body);
    }

    [Fact]
    public async Task A_call_without_a_payload_has_an_empty_one()
    {
        Assert.Equal(200, (await caller.CallAsync(default)).Status);
        Assert.Equal(0, Assert.Single(handler.Calls).Body.Length);
    }

    [Fact]
    public async Task The_largest_payload_is_accepted_and_one_byte_more_is_refused()
    {
        Assert.Equal(200, (await caller.CallAsync(new byte[FunctionCall.MaxBodyBytes])).Status);
        var refused = await caller.CallAsync(new byte[FunctionCall.MaxBodyBytes + 1]);
        Assert.Equal(413, refused.Status);
        Assert.Contains("6291456 bytes", refused.Text, StringComparison.Ordinal);
        Assert.Equal(FunctionCall.MaxBodyBytes, Assert.Single(handler.Calls).Body.Length);
        Assert.Equal(200, (await caller.CallAsync("{}"u8.ToArray())).Status);
    }

    [Fact]
    public async Task Headers_reach_the_handler_and_come_back_from_it()
    {
        handler.Answer = static (
            call,
            _) => Task.FromResult(new FunctionAnswer(
                418,
                "tea"u8.ToArray(),
                "text/plain")
            { Headers = new Dictionary<string, string> { ["X-Got"] = call.Headers["x-some"] } });

        var answer = await caller.CallAsync("{}"u8.ToArray(), headers: new Dictionary<string, string> { ["X-Some"] = "value" });

        Assert.Equal((418, "tea", "value"), (answer.Status, answer.Text, answer.Headers["X-Got"]));
        Assert.DoesNotContain(
            Assert.Single(handler.Calls).Headers.Keys,
            static name => name.StartsWith("Fn-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_handler_gets_the_calls_identifier_and_every_line_of_its_log_has_it()
    {
        handler.Answer = (_, _) =>
        {
            handler.Logger!.LogInformation("a line of the handler");
            return Task.FromResult(SomeHandler.Fine);
        };

        await caller.CallAsync("{}"u8.ToArray(), id: "call-17");

        Assert.Equal("call-17", Assert.Single(handler.Calls).Id);
        Assert.Equal(
            ["call-17"],
            log.Lines.Where(static line => line.Message == "a line of the handler").Select(static line => line.CallId));
        Assert.Contains(
            log.Lines,
            static line => line is { CallId: "call-17", Message: var message } && message.StartsWith(
                "Rollback answered 200 after ",
                StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deadline_cancels_the_handler_and_is_answered_504()
    {
        handler.Answer = static async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return SomeHandler.Fine;
        };

        var answer = await caller.CallAsync("{}"u8.ToArray(), timeout: TimeSpan.FromMilliseconds(200));

        Assert.Equal(504, answer.Status);
        Assert.Equal("urn:modelserving:problem:deadline", JsonDocument.Parse(answer.Body).RootElement.GetProperty("type").GetString());
        handler.Answer = null;
        Assert.Equal(200, (await caller.CallAsync("{}"u8.ToArray())).Status);
    }

    [Fact]
    public async Task An_exception_of_a_handler_is_answered_500_and_logged()
    {
        handler.Answer = static (_, _) => throw new InvalidOperationException("something broke");

        var answer = await caller.CallAsync("{}"u8.ToArray(), id: "call-18");

        Assert.Equal(500, answer.Status);
        Assert.DoesNotContain("something broke", answer.Text, StringComparison.Ordinal);
        Assert.Contains(log.Lines, static line => line is { CallId: "call-18", Exception.Message: "something broke" });
    }

    [Fact]
    public async Task A_function_has_one_call_at_a_time()
    {
        var inside = 0;
        handler.Answer = async (_, _) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            return SomeHandler.Fine;
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => caller.CallAsync("{}"u8.ToArray())));

        Assert.All(answers, static answer => Assert.Equal(200, answer.Status));
    }

    [Fact]
    public async Task A_caller_that_dropped_its_connection_can_call_again()
    {
        Assert.Equal(200, (await caller.CallAsync("{}"u8.ToArray())).Status);
        caller.DropIdle();
        Assert.Equal(200, (await caller.CallAsync("{}"u8.ToArray())).Status);
    }

    [Fact]
    public async Task A_program_that_is_restarted_at_the_same_place_can_be_called_again()
    {
        Assert.Equal(200, (await caller.CallAsync(Encoding.UTF8.GetBytes("before"))).Status);
        await app!.StopAsync(Token);
        await app.DisposeAsync();
        caller.DropIdle();
        app = await SomeHandler.StartAsync(caller, handler, log);
        Assert.Equal(200, (await caller.CallAsync(Encoding.UTF8.GetBytes("after"))).Status);
    }
}
