using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;

namespace ModelServing.Hosting.Connections;

/// <summary>
/// Bounds the connections of clients, so that they leave file handles and memory for the host's own work. At the limit, a new connection
/// takes the place of the one that was idle for longest. If none is idle, it is answered with 503 and closed.
/// </summary>
internal sealed class ConnectionLimit(HostSettings settings, TimeProvider time, ILogger<ConnectionLimit> logger, ByteBudget? budget = null)
{
    /// <summary>A connection is idle after this time without a request.</summary>
    internal static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    // The handles of the host's own files, and of its connections to the journal, the cache and OCI.
    private const int OwnHandles = 128;

    // Kestrel's two buffers of 64 KiB each.
    private const long BytesOfOne = 128 * 1024;
    private const int Least = 32;

    private static readonly TimeSpan BetweenLogs = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<LimitedConnection, bool> open = new();
    private readonly ConnectionRefusal refusal = new(time);
    private long lastLog = -1;
    private int count;
    private long refused;
    private long closed;

    /// <summary>How many connections may be open.</summary>
    internal long Most { get; } = settings.MaxConnections ?? Derive(FileHandles.Limit(), ProcessMemory.Limit);

    internal int Count => Volatile.Read(ref count);

    /// <summary>How many connections were refused.</summary>
    internal long Refused => Volatile.Read(ref refused);

    /// <summary>How many idle connections were closed for new ones.</summary>
    internal long Closed => Volatile.Read(ref closed);

    /// <summary>The limit that a process's file handles and memory allow. A request of a router has a connection to a version too, so
    /// half of the handles are for clients; and a quarter of the memory.</summary>
    /// <param name="handles">The limit of file handles; null if there is none.</param>
    /// <param name="memory">The limit of memory; null if there is none.</param>
    internal static long Derive(long? handles, long? memory) => Math.Max(
        Least,
        Math.Min((handles - OwnHandles) / 2 ?? long.MaxValue, memory / 4 / BytesOfOne ?? int.MaxValue));

    /// <summary>Limits the connections of an endpoint.</summary>
    internal ConnectionDelegate Limit(ConnectionDelegate next) => connection => AcceptAsync(connection, next);

    /// <summary>Notes that a request is in progress on its connection.</summary>
    internal RequestDelegate Track(RequestDelegate next) => context =>
    {
        if (context.Features.Get<LimitedConnection>() is { } connection)
        {
            connection.Begin();
            context.Response.OnCompleted(EndAsync, connection);
        }

        return next(context);
    };

    private Task EndAsync(object connection)
    {
        ((LimitedConnection)connection).End(time.GetTimestamp());
        return Task.CompletedTask;
    }

    private async Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (Interlocked.Increment(ref count) > Most && !CloseIdle())
        {
            Interlocked.Decrement(ref count);
            Interlocked.Increment(ref refused);
            Log();
            await refusal.AnswerAsync(connection);
            return;
        }

        var limited = new LimitedConnection(connection, time.GetTimestamp());
        connection.Features.Set(limited);
        // For requests that keep bytes.
        connection.Features.Set(budget);
        open[limited] = true;
        try
        {
            await next(connection);
        }
        finally
        {
            Remove(limited);
        }
    }

    private bool CloseIdle()
    {
        var now = time.GetTimestamp();
        while (true)
        {
            LimitedConnection? longest = null;
            var since = long.MaxValue;
            foreach (var (connection, _) in open)
            {
                if (connection.IdleSince is { } idle && idle < since)
                    (longest, since) = (connection, idle);
            }

            if (longest is null || time.GetElapsedTime(since, now) < Idle)
                return false;
            if (!Remove(longest))
                continue;
            longest.Close();
            Interlocked.Increment(ref closed);
            return true;
        }
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
