using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Hosting.Memory;

namespace ModelServing.Hosting.Connections;

/// <summary>
/// Bounds the connections of clients, so that they leave file handles and memory for the host's own work. At the limit, a new connection
/// takes the place of one that is idle, rather of one that never had a request. If none is idle, it is answered with 503 and closed.
/// </summary>
internal sealed class ConnectionLimit
{
    /// <summary>A connection that never had a request is idle after this time.</summary>
    internal static readonly TimeSpan Unused = TimeSpan.FromSeconds(1);

    /// <summary>A connection that had a request is idle after this time without another. Its client may be about to use it again.</summary>
    internal static readonly TimeSpan Used = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan BetweenLogs = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<LimitedConnection, bool> open = new();
    private readonly TimeProvider time;
    private readonly ILogger<ConnectionLimit> logger;
    private readonly RefusedRequests refusedRequests;
    private readonly ByteBudget? budget;
    private readonly ConnectionRefusal refusal;
    private readonly Func<object, Task> end;
    private long lastLog = -1;
    private int count;
    private long refused;
    private long closed;

    public ConnectionLimit(
        ConnectionCount most,
        TimeProvider time,
        ILogger<ConnectionLimit> logger,
        RefusedRequests refusedRequests,
        ByteBudget? budget = null)
    {
        this.time = time;
        this.logger = logger;
        this.budget = budget;
        refusal = new(time);
        end = EndAsync;
        this.refusedRequests = refusedRequests;
        Most = most.Most;
    }

    /// <summary>How many connections may be open.</summary>
    internal long Most { get; }

    internal int Count => Volatile.Read(ref count);

    /// <summary>How many connections were refused.</summary>
    internal long Refused => Volatile.Read(ref refused);

    /// <summary>How many idle connections were closed for new ones.</summary>
    internal long Closed => Volatile.Read(ref closed);

    /// <summary>Adds a connection until it is closed; false if it must be refused.</summary>
    internal bool TryAdd(ConnectionContext connection)
    {
        if (Interlocked.Increment(ref count) > Most && !CloseIdle())
        {
            Interlocked.Decrement(ref count);
            return false;
        }

        var limited = new LimitedConnection(connection, time.GetTimestamp());
        connection.Features.Set(limited);
        // For requests that keep bytes, and for those that are refused.
        connection.Features.Set(budget);
        connection.Features.Set(refusedRequests);
        open[limited] = true;
        connection.ConnectionClosed.UnsafeRegister(_ => Remove(limited), null);
        return true;
    }

    /// <summary>Refuses a connection. It is closed when the result is complete, or soon after that if it gets an answer.</summary>
    internal ValueTask RefuseAsync(ConnectionContext connection)
    {
        Interlocked.Increment(ref refused);
        Log();
        return refusal.AnswerAsync(connection);
    }

    /// <summary>Notes that a request is in progress on its connection.</summary>
    internal RequestDelegate Track(RequestDelegate next) => context =>
    {
        if (context.Features.Get<LimitedConnection>() is { } connection)
        {
            connection.Begin();
            context.Response.OnCompleted(end, connection);
        }

        return next(context);
    };

    private Task EndAsync(object connection)
    {
        ((LimitedConnection)connection).End(time.GetTimestamp());
        return Task.CompletedTask;
    }

    private bool CloseIdle()
    {
        var now = time.GetTimestamp();
        while (true)
        {
            if (FindIdle(now) is not { } longest)
                return false;
            if (!Remove(longest))
                continue;
            longest.Close();
            Interlocked.Increment(ref closed);
            return true;
        }
    }

    private LimitedConnection? FindIdle(long now)
    {
        (LimitedConnection? Connection, long Since) unused = (null, long.MaxValue);
        (LimitedConnection? Connection, long Since) used = (null, long.MaxValue);
        foreach (var (connection, _) in open)
        {
            if (connection.IdleSince is not { } since)
                continue;
            if (connection.WasUsed && since < used.Since)
                used = (connection, since);
            else if (!connection.WasUsed && since < unused.Since)
                unused = (connection, since);
        }

        return unused.Connection is not null && time.GetElapsedTime(unused.Since, now) >= Unused ? unused.Connection
            : used.Connection is not null && time.GetElapsedTime(used.Since, now) >= Used ? used.Connection
            : null;
    }

    private bool Remove(LimitedConnection connection)
    {
        if (!open.TryRemove(connection, out _))
            return false;
        Interlocked.Decrement(ref count);
        return true;
    }

    private void Log()
    {
        var now = time.GetTimestamp();
        var last = Volatile.Read(ref lastLog);
        if ((last < 0 || time.GetElapsedTime(last, now) >= BetweenLogs) && Interlocked.CompareExchange(ref lastLog, now, last) == last)
            ConnectionLog.Refused(logger, Most);
    }
}

internal static partial class ConnectionLog
{
    [LoggerMessage(5, LogLevel.Warning, "Connections are refused, because {Most} are open and none of them is idle")]
    internal static partial void Refused(ILogger logger, long most);
}
