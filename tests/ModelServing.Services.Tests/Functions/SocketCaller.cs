using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts.Functions;
using ModelServing.TestKit;
using ModelServing.TestKit.Functions;

namespace ModelServing.Services.Tests.Functions;

/// <summary>Calls by the Fn contract, over a socket.</summary>
internal sealed class SocketCaller : FunctionCaller
{
    private readonly TemporaryFolder folder = new();
    private FnAgent? agent;

    internal FnAgent Agent => agent ??= new FnAgent(folder.Combine("lsnr.sock"));

    internal override FunctionsHostSettings Listening(FunctionsHostSettings settings) =>
        settings with { Listener = new FnListener { Path = Agent.Path, LogFrameName = "fn_call", LogFrameHeader = "Fn-Call-Id" } };

    internal override Task ReadyAsync(WebApplication app) => Agent.ListeningAsync(Token);

    internal override async Task<CallAnswer> CallAsync(
        ReadOnlyMemory<byte> body, string contentType, IReadOnlyDictionary<string, string>? headers, TimeSpan? timeout, string? id)
    {
        var sent = (headers ?? new Dictionary<string, string>())
            .ToDictionary(static header => "Fn-Http-H-" + header.Key, static header => header.Value);
        var call = new FnCall(body) { Intent = "httprequest", ContentType = contentType, Headers = sent };
        if (timeout is { } waits)
            call = call with { Deadline = TimeProvider.System.GetUtcNow() + waits };
        if (id is not null)
            call = call with { CallId = id };
        var answer = await Agent.CallAsync(call, Token);
        Assert.False(Agent.HasKilled, $"{answer.Status} kills the container");
        var own = answer.Headers.Where(static header => header.Key.StartsWith("Fn-Http-H-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(
                static header => header.Key["Fn-Http-H-".Length..],
                static header => header.Value,
                StringComparer.OrdinalIgnoreCase);
        if (answer.Headers.TryGetValue("Content-Type", out var type))
            own["Content-Type"] = type;
        return new CallAnswer(answer.HttpStatus ?? answer.Status, answer.Body, own);
    }

    internal override void DropIdle() => Agent.DropIdle();

    public override ValueTask DisposeAsync()
    {
        agent?.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
