using System.Net;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>One version's endpoint: it counts the inferences that reach it, and fails when it is told to.</summary>
internal sealed class SomeVersion : IAsyncDisposable
{
    private readonly RawServer server;
    private volatile string? failure;
    private int seen;

    internal SomeVersion(int version) => server = RawServer.Answering(request =>
    {
        if (!request.StartLine.StartsWith("POST", StringComparison.Ordinal))
            return RawServer.Ok("{}");
        Interlocked.Increment(ref seen);
        return failure ?? RawServer.Ok($"v{version}");
    });

    internal IPEndPoint Address => server.Address;

    /// <summary>How many inferences it had.</summary>
    internal int Seen => Volatile.Read(ref seen);

    internal void Fail(string answer = "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops") => failure = answer;

    internal void Recover() => failure = null;

    internal void Kill() => server.Kill();

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
