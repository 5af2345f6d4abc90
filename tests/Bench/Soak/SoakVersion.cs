using System.Diagnostics;
using System.Net;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak;

/// <summary>One version's endpoint, perhaps of several models. It can start to fail for one of them, and records when its requests
/// arrived.</summary>
internal sealed class SoakVersion : IAsyncDisposable
{
    private static readonly string OfModel = InferencePaths.Model(SoakRouters.Model) + "/";

    private readonly RawServer server;
    private volatile bool fails;
    private long firstFailure;
    private long lastRequest;
    private int failures;

    internal SoakVersion() => server = RawServer.Answering(request =>
    {
        if (!request.StartLine.StartsWith("POST " + OfModel, StringComparison.Ordinal))
            return RawServer.Ok("{}");
        var now = Stopwatch.GetTimestamp();
        Volatile.Write(ref lastRequest, now);
        if (!fails)
            return RawServer.Ok("{}");
        Interlocked.CompareExchange(ref firstFailure, now, 0);
        Interlocked.Increment(ref failures);
        return "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}";
    });

    internal IPEndPoint Address => server.Address;

    /// <summary>The number of failed inferences.</summary>
    internal int Failures => Volatile.Read(ref failures);

    /// <summary>The time from its first failure to the last inference that reached it.</summary>
    internal TimeSpan FirstFailureToLastRequest =>
        Volatile.Read(ref firstFailure) is not 0 and var first
            ? Stopwatch.GetElapsedTime(first, Volatile.Read(ref lastRequest))
            : TimeSpan.Zero;

    internal void Fail() => fails = true;

    internal void Recover()
    {
        fails = false;
        Volatile.Write(ref firstFailure, 0);
        Volatile.Write(ref failures, 0);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
