using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Features.Events;
using ModelServing.FeatureServer.Views;
using ModelServing.Hosting;
using ModelServing.Spool;

namespace ModelServing.FeatureServer.Events;

/// <summary>Takes events into the event log. A post is answered once all of its events are there. An event that is posted again is logged
/// again, and changes no state.</summary>
/// <remarks>
/// <code>
/// 1 a place      of a few posts in flight: 429
/// 2 body         bounded in bytes and time
/// 3 events       all of them are right, for each view that uses them, or nothing is logged
/// 4 append       the log is full, or the disk fails: 503
/// 5 disk         in the mode 'disk'
/// </code>
/// </remarks>
internal sealed class EventsApi(
    OpenLog open, ServedViewTable views, FeatureMetrics metrics, TimeProvider time, ILogger<EventsApi> logger)
{
    private const int MostInFlight = 16;

    // The reason names files of the server, which are in /health/ready and in the log.
    private const string Unwritten = "the event log can't be written";

    private static readonly TimeSpan LaterAgain = TimeSpan.FromSeconds(5);

    private readonly RequestBody bodies = new(MostInFlight, EventPost.MostBytes, Problems.TooManyPosts, time, logger);

    internal async Task PostAsync(HttpContext context)
    {
        // 1, 2
        var refusal = await bodies.TakeAsync(context, body => TakeAsync(context, body));
        if (refusal is not null)
            metrics.Refused(refusal.Problem);
    }

    private async Task<Refusal?> TakeAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        if (open.Current is not { } log)
            return new Refusal(Problems.NoLog, "The event log is not open yet", LaterAgain);
        // 3
        var events = EventPost.Read(body.Span, time.GetUtcNow());
        var encoded = Encode(events);
        // 4
        var last = 0L;
        foreach (var bytes in encoded)
        {
            var appended = log.Append(bytes.Span, out last);
            if (appended == Appended.Full)
                return NotLogged(Problems.LogFull, "the event log has no room");
            if (appended == Appended.Failed)
                return NotLogged(Problems.LogFails, log.Failure is null ? "the server stops" : Unwritten);
        }

        // 5
        try
        {
            await log.OnDiskAsync();
        }
        catch (IOException)
        {
            return NotLogged(Problems.LogFails, Unwritten);
        }

        metrics.Accepted(events.Count);
        await JsonAnswer.WriteAsync(context, new AcceptedEvents(events.Count, last).ToUtf8());
        return null;
    }

    private static Refusal NotLogged(Problem problem, string why) => new(
        problem, $"{why}; post all of the events again later, which does no harm", LaterAgain);

    private List<ReadOnlyMemory<byte>> Encode(List<FeatureEvent> events)
    {
        var engines = views.Engines;
        var encoded = new List<ReadOnlyMemory<byte>>(events.Count);
        var buffer = new byte[EventFormat.MostBytes];
        for (var i = 0; i < events.Count; i++)
        {
            foreach (var engine in engines)
            {
                if (engine.FindFault(events[i]) is { } fault)
                    throw new ContractException($"events[{i}]: {fault} (view {engine.Definition.Id})");
            }

            try
            {
                encoded.Add(buffer.AsSpan(0, EventFormat.Write(events[i], buffer)).ToArray());
            }
            catch (ArgumentException e)
            {
                throw new ContractException($"events[{i}]: {e.Message}", e);
            }
        }

        return encoded;
    }
}
