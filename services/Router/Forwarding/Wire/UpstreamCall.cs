using System.Buffers;
using Microsoft.AspNetCore.Connections.Features;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>One request to an endpoint and its answer. The object, with its message and its token, is used for one request after
/// another.</summary>
/// <remarks>
/// Two sides write <see cref="state"/>: the request (begin, extend, end) and the sweep. The sweep cancels <see cref="Cut"/>, which makes
/// the HTTP client close the connection; a request that ends in time takes the state away from it.
/// </remarks>
#pragma warning disable CA1001 // They hold nothing that must be released: no timer, no handle, and no bytes between two requests.
internal sealed class UpstreamCall
#pragma warning restore CA1001
{
    /// <summary>A deadline that never passes.</summary>
    internal const long NoDeadline = long.MaxValue;

    private const long Idle = 0;
    private const long Expired = -1;
    private const long Abandoned = -2;

    private readonly CancellationTokenSource source = new();
    private readonly HttpRequestMessage message = new();
    private readonly JoinedContent joined;
    private long state;
    private CancellationToken left;
    private IConnectionLifetimeFeature? reader;

    internal UpstreamCall() => joined = new JoinedContent(this);

    /// <summary>The request. It may be sent to another endpoint if none of it was sent.</summary>
    internal HttpRequestMessage Message => message;

    /// <summary>The path of the request within its version's path, with the query.</summary>
    internal string Suffix { get; set; } = "";

    /// <summary>Cancelled when the deadline has passed or the client has left.</summary>
    internal CancellationToken Cut => source.Token;

    /// <summary>Whether the endpoint may have seen something of the request.</summary>
    internal bool IsSent { get; set; }

    /// <summary>Why the client's body could not be read; null if it could.</summary>
    internal Exception? BodyFailure { get; set; }

    /// <summary>When the request's last byte was available to send, as the clock's timestamp; for a streamed body, when it was
    /// sent.</summary>
    internal long RequestEnd { get; set; }

    /// <summary>How long the request has waited for its client to read the answer, in the clock's ticks.</summary>
    internal long ClientTime { get; set; }

    /// <summary>When the request must end, as the clock's timestamp.</summary>
    internal long Deadline => Volatile.Read(ref state);

    internal bool HasExpired => Volatile.Read(ref state) == Expired;

    internal bool WasAbandoned => Volatile.Read(ref state) == Abandoned;

    internal void Begin(long deadline, CancellationToken clientLeft)
    {
        // Not registered: a registration for each request costs more than a look at each sweep.
        left = clientLeft;
        Volatile.Write(ref state, deadline);
    }

    /// <summary>The content for a body that is sent at once. The bytes must stay valid until then.</summary>
    internal JoinedContent JoinedTo(in ReadOnlySequence<byte> body)
    {
        joined.Set(body);
        return joined;
    }

    /// <summary>Moves the deadline of a request that was not cut off.</summary>
    internal void Extend(long deadline)
    {
        var now = Volatile.Read(ref state);
        if (now > Idle)
            Interlocked.CompareExchange(ref state, deadline, now);
    }

    /// <summary>The request waits for its client, which must have read by <paramref name="until"/>. Otherwise the client is cut off, and
    /// the request ends as if it had left.</summary>
    internal void AwaitClient(long until, IConnectionLifetimeFeature? client)
    {
        // In this order, so that a client that is late is never taken for a version that is.
        Volatile.Write(ref reader, client);
        Extend(until);
    }

    /// <summary>The request waits for the version again.</summary>
    internal void AwaitVersion(long deadline)
    {
        // In this order: between the two, the version has the new deadline.
        Extend(deadline);
        Volatile.Write(ref reader, null);
    }

    /// <summary>Ends the request; false if the object cannot be used again.</summary>
    internal bool End()
    {
        reader = null;
        if (Interlocked.Exchange(ref state, Idle) <= Idle || BodyFailure is not null || !source.TryReset())
            return false;
        // What a chunked body has set would stay set.
        if (message.Content is not null && message.Content != joined)
            return false;
        message.Headers.Clear();
        message.Content = null;
        joined.Clear();
        IsSent = false;
        ClientTime = 0;
        return true;
    }

    /// <summary>Cuts the request off if its client has left or its deadline has passed.</summary>
    internal void CutOffIfDue(long now)
    {
        // Read first: if the next request has begun since, its deadline differs and nothing is cut off.
        var deadline = Volatile.Read(ref state);
        if (deadline <= Idle)
            return;
        var hasLeft = left.IsCancellationRequested;
        if (!hasLeft && now < deadline)
            return;
        var late = Volatile.Read(ref reader);
        if (Interlocked.CompareExchange(ref state, hasLeft || late is not null ? Abandoned : Expired, deadline) != deadline)
            return;
        source.Cancel();
        late?.Abort();
    }
}
