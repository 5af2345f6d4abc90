using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Hosting.Access;

namespace ModelServing.Cli.Requests;

/// <summary>The parts of an attempt as text for people.</summary>
internal static class AttemptText
{
    /// <summary>The version and its variant, as in <c>v2 canary</c>; a dash if none was found. Of another host, what it did, as in
    /// <c>features read</c>.</summary>
    internal static string Version(AttemptLine line) =>
        line.Record.Operation is { } operation ? $"{Host(line.Record.Source)} {VisibleText.From(operation)}"
        : line.Record.Version == 0 ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"v{line.Record.Version} {VisibleText.From(line.Record.Variant ?? "")}");

    /// <summary>The host, by the name that its lines have in the output of <c>ms up</c>.</summary>
    internal static string Host(AccessSource source) => source switch
    {
        AccessSource.FeatureServer => "features",
        AccessSource.Functions => "functions",
        AccessSource.Router => "router",
        _ => "version",
    };

    /// <summary>How the attempt ended, as in <c>200</c> or <c>500 model-failed</c>.</summary>
    internal static string Ending(AttemptLine line)
    {
        var status = line.Record.Status == 0 ? "none" : line.Record.Status.ToString(CultureInfo.InvariantCulture);
        return line.Reasons is [var reason, ..] ? $"{status} {VisibleText.From(reason)}" : status;
    }

    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>A time in milliseconds; a dash if it is unknown.</summary>
    internal static string Milliseconds(TimeSpan? time) =>
        time is { } known ? known.TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture) : "-";

    internal static string? Trace(UInt128 trace) =>
        trace == UInt128.Zero ? null : trace.ToString("x32", CultureInfo.InvariantCulture);
}
