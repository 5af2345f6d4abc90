using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace ModelServing.Hosting.Logging;

/// <summary>
/// Bounds how many lines of one kind are written: a caller that sends bad requests without end must not fill the log. The first of them are
/// all written, and later ones at a steady rate. A line of its own says how many were left out.
/// </summary>
internal sealed class SampledSink : ILogEventSink, IDisposable
{
    /// <summary>How many lines of a kind are written at once.</summary>
    internal const int Burst = 100;

    /// <summary>Each of these times, one more line of a kind is written.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>After this time, a line reports how many were left out.</summary>
    internal static readonly TimeSpan ReportAfter = TimeSpan.FromSeconds(10);

    // A kind is a message of the code, so there are not more. If a library makes messages of values, these are one kind.
    private const int MostKinds = 2000;

    private static readonly MessageTemplate Report = new MessageTemplateParser().Parse("{Count} lines like this were left out: {Line}");

    private readonly ConcurrentDictionary<string, Kind> kinds = new(StringComparer.Ordinal);
    private readonly ILogEventSink inner;
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private int isReporting;

    internal SampledSink(ILogEventSink inner, TimeProvider time)
    {
        this.inner = inner;
        this.time = time;
        timer = time.CreateTimer(_ => ReportLeftOut(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Emit(LogEvent logEvent)
    {
        ArgumentNullException.ThrowIfNull(logEvent);
        if (logEvent.Level == LogEventLevel.Fatal || KindOf(logEvent.MessageTemplate.Text).Admits(logEvent, time))
            inner.Emit(logEvent);
        else if (Interlocked.Exchange(ref isReporting, 1) == 0)
            timer.Change(ReportAfter, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        timer.Dispose();
        ReportLeftOut();
        (inner as IDisposable)?.Dispose();
    }

    private Kind KindOf(string message)
    {
        if (kinds.TryGetValue(message, out var known))
            return known;
        return kinds.GetOrAdd(kinds.Count < MostKinds ? message : "", static _ => new Kind());
    }

    private void ReportLeftOut()
    {
        Volatile.Write(ref isReporting, 0);
        foreach (var kind in kinds.Values)
        {
            if (kind.TakeLeftOut() is not ({ } last, > 0 and var count))
                continue;
            inner.Emit(new LogEvent(
                time.GetLocalNow(),
                last.Level,
                exception: null,
                Report,
                [
                    new LogEventProperty("Count", new ScalarValue(count)),
                    new LogEventProperty("Line", new ScalarValue(last.MessageTemplate.Text)),
                    .. last.Properties.Where(static property => property.Key is Constants.SourceContextPropertyName or "service")
                        .Select(static property => new LogEventProperty(property.Key, property.Value)),
                ]));
        }
    }

    /// <summary>The lines of one message.</summary>
    private sealed class Kind
    {
        private readonly Lock gate = new();
        private double room = Burst;
        private long filled;
        private long leftOut;
        private LogEvent? last;

        internal bool Admits(LogEvent line, TimeProvider time)
        {
            var now = time.GetTimestamp();
            lock (gate)
            {
                room = filled == 0 ? Burst : Math.Min(Burst, room + (time.GetElapsedTime(filled, now) / Pause));
                filled = now;
                if (room >= 1)
                {
                    room--;
                    return true;
                }

                leftOut++;
                last = line;
                return false;
            }
        }

        internal (LogEvent? Last, long Count) TakeLeftOut()
        {
            lock (gate)
            {
                var taken = (last, leftOut);
                (last, leftOut) = (null, 0);
                return taken;
            }
        }
    }
}
