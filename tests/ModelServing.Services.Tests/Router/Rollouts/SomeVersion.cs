using System.Net;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>One version's endpoint. It counts the inferences that reach it, and fails on request.</summary>
internal sealed class SomeVersion : IAsyncDisposable
{
    private readonly RawServer server;
    private volatile string? failure;
    private volatile string? good;
    private volatile bool cuts;
    private volatile bool saysUnready;
    private long delayTicks;
    private int seen;
    private int failed;

    internal SomeVersion(int version) => server = new RawServer(async connection =>
    {
        while (await connection.ReadMessageAsync() is { } request)
        {
            var isInference = request.StartLine.StartsWith("POST", StringComparison.Ordinal);
            if (isInference)
                Interlocked.Increment(ref seen);
            if (isInference && Cuts)
                return;
            if (isInference && Delay > TimeSpan.Zero)
                await Task.Delay(Delay);
            if (isInference && failure is not null)
                Interlocked.Increment(ref failed);
            await connection.SendAsync(
                isInference && failure is { } answer ? answer
                : !isInference && SaysUnready ? "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"
                : isInference && good is { } other ? other
                : RawServer.Ok(isInference ? $"v{version}" : "{}"));
        }
    });

    internal IPEndPoint Address => server.Address;

    /// <summary>The number of inferences that reached it.</summary>
    internal int Seen => Volatile.Read(ref seen);

    /// <summary>The number of inferences that failed.</summary>
    internal int Failed => Volatile.Read(ref failed);

    /// <summary>Whether it closes the connection instead of answering.</summary>
    internal bool Cuts
    {
        get => cuts;
        set => cuts = value;
    }

    /// <summary>Whether it says that it is not ready. It answers inferences all the same.</summary>
    internal bool SaysUnready
    {
        get => saysUnready;
        set => saysUnready = value;
    }

    /// <summary>The time before it answers an inference; zero by default.</summary>
    internal TimeSpan Delay
    {
        get => new(Interlocked.Read(ref delayTicks));
        set => Interlocked.Exchange(ref delayTicks, value.Ticks);
    }

    internal void Fail(string answer = "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\noops") => failure = answer;

    internal void Recover() => failure = null;

    /// <summary>Answers inferences with another answer than its version's number.</summary>
    internal void Say(string answer) => good = answer;

    internal void Kill() => server.Kill();

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
