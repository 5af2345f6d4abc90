using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts;
using ModelServing.TestKit;
using ModelServing.TestKit.Functions;

namespace ModelServing.Services.Tests.Functions;

/// <summary>A function's answer, however it was called.</summary>
internal sealed record CallAnswer(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    internal string Text => System.Text.Encoding.UTF8.GetString(Body);
}

/// <summary>One of the ways to call a function of a host in this process.</summary>
internal abstract class FunctionCaller : IAsyncDisposable
{
    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The host's settings with the address that it is called at.</summary>
    internal abstract T Listening<T>(T settings)
        where T : HostSettings;

    /// <summary>Waits until the host can be called.</summary>
    internal abstract Task ReadyAsync(WebApplication app);

    /// <summary>Calls as a gateway does: the answer's own status comes back.</summary>
    internal abstract Task<CallAnswer> CallAsync(ReadOnlyMemory<byte> body, string contentType = "application/json", IReadOnlyDictionary<string, string>? headers = null, TimeSpan? patience = null, string? id = null);

    /// <summary>Lets go of the connection.</summary>
    internal abstract void DropIdle();

    public abstract ValueTask DisposeAsync();

    public override string ToString() => GetType().Name;
}

/// <summary>By the Fn contract, over a socket.</summary>
internal sealed class SocketCaller : FunctionCaller
{
    private readonly TemporaryFolder folder = new();
    private FnAgent? agent;

    internal FnAgent Agent => agent ??= new FnAgent(folder.Combine("lsnr.sock"));

    internal override T Listening<T>(T settings) =>
        settings with { Listener = new FnListener { Path = Agent.Path, LogFrameName = "fn_call", LogFrameHeader = "Fn-Call-Id" } };

    internal override Task ReadyAsync(WebApplication app) => Agent.ListeningAsync(Token);

    internal override async Task<CallAnswer> CallAsync(ReadOnlyMemory<byte> body, string contentType, IReadOnlyDictionary<string, string>? headers, TimeSpan? patience, string? id)
    {
        var call = new FnCall(body) { Intent = "httprequest", ContentType = contentType, Headers = (headers ?? new Dictionary<string, string>()).ToDictionary(static header => "Fn-Http-H-" + header.Key, static header => header.Value) };
        if (patience is { } waits)
            call = call with { Deadline = TimeProvider.System.GetUtcNow() + waits };
        if (id is not null)
            call = call with { CallId = id };
        var answer = await Agent.CallAsync(call, Token);
        Assert.False(Agent.HasKilled, $"{answer.Status} kills the container");
        var own = answer.Headers.Where(static header => header.Key.StartsWith("Fn-Http-H-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(static header => header.Key["Fn-Http-H-".Length..], static header => header.Value, StringComparer.OrdinalIgnoreCase);
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

/// <summary>By plain HTTP.</summary>
internal sealed class PlainCaller(FunctionName function) : FunctionCaller
{
    private HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private Uri? address;

    internal override T Listening<T>(T settings) => settings with { Urls = "http://127.0.0.1:0" };

    internal override Task ReadyAsync(WebApplication app)
    {
        address = new Uri(app.Urls.First() + FunctionPaths.Of(function));
        return Task.CompletedTask;
    }

    internal override async Task<CallAnswer> CallAsync(ReadOnlyMemory<byte> body, string contentType, IReadOnlyDictionary<string, string>? headers, TimeSpan? patience, string? id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
            request.Headers.TryAddWithoutValidation(name, value);
        if (patience is { } waits)
            request.Headers.Add(HeaderNames.RequestTimeout, ((long)waits.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        if (id is not null)
            request.Headers.Add(HeaderNames.RequestId, id);
        using var answer = await client.SendAsync(request, Token);
        return new CallAnswer(
            (int)answer.StatusCode,
            await answer.Content.ReadAsByteArrayAsync(Token),
            answer.Headers.Concat(answer.Content.Headers).ToDictionary(static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    internal override void DropIdle()
    {
        client.Dispose();
        client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
    }

    public override ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
