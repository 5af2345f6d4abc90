using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using ModelServing.Hosting;
using ModelServing.Hosting.Memory;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Router.Forwarding;

/// <summary>A client that reads an answer. If it has not read all of it in time (<see cref="ReadingTime"/>), its connection is cut off.
/// This uses up the client's own time, not the version's.</summary>
/// <param name="context">The client's side.</param>
/// <param name="call">The version's side, whose deadline is still that of the attempt.</param>
/// <param name="time">The clock.</param>
/// <param name="pause">The longest pause of the version.</param>
internal sealed class ClientReading(HttpContext context, UpstreamCall call, TimeProvider time, TimeSpan pause)
{
    // Kestrel takes an answer of this size without waiting for the client.
    private const int Buffered = 64 * 1024;

    private readonly long until = Until(call, time);
    private readonly IConnectionLifetimeFeature? client = context.Features.Get<IConnectionLifetimeFeature>();

    /// <summary>Limits the time for an answer that was written completely. Kestrel sends it after the request, with its own
    /// clock.</summary>
    internal static void Limit(HttpContext context, long length, UpstreamCall call, TimeProvider time)
    {
        if (length <= Buffered || context.Features.Get<IHttpMinResponseDataRateFeature>() is not { } rate)
            return;
        var seconds = time.GetElapsedTime(time.GetTimestamp(), Until(call, time)).TotalSeconds;
        rate.MinDataRate = new MinDataRate(length / seconds, ReadingTime.Least);
    }

    /// <summary>Sends what was written, and waits until the client has read most of it.</summary>
    internal async ValueTask FlushAsync()
    {
        var began = time.GetTimestamp();
        call.AwaitClient(until, client);
        await context.Response.BodyWriter.FlushAsync();
        var ended = time.GetTimestamp();
        call.ClientTime += ended - began;
        call.AwaitVersion(ended + TicksOf(pause, time));
        if (!call.WasAbandoned || time.GetTimestamp() < until)
            return;
        context.Features.Get<ByteBudget>()?.CountCutOff();
        throw new ConnectionEndedException();
    }

    private static long Until(UpstreamCall call, TimeProvider time) =>
        Math.Max(call.Deadline, time.GetTimestamp() + TicksOf(ReadingTime.Least, time));

    private static long TicksOf(TimeSpan span, TimeProvider time) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
