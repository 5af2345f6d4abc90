using System.CommandLine;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Predictions;

/// <summary>The options for the time in which predictions began.</summary>
/// <param name="first">The default of the first time.</param>
internal sealed class TimeRangeOptions(string first = "10m")
{
    private readonly Option<string> since = new("--since")
    {
        Description = $"The first time: {PointInTime.Form}. Default: {first}.",
        DefaultValueFactory = _ => first,
    };

    private readonly Option<string?> until = new("--until") { Description = "The end, in the same form. Default: now." };

    internal void AddTo(Command command)
    {
        command.Options.Add(since);
        command.Options.Add(until);
    }

    /// <exception cref="CommandException">A time is wrong, or the end is not after the beginning.</exception>
    internal (DateTimeOffset Since, DateTimeOffset Until) Read(ParseResult arguments, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var first = PointInTime.Parse("--since", arguments.GetValue(since)!, now);
        var end = arguments.GetValue(until) is { } text ? PointInTime.Parse("--until", text, now) : now;
        return first < end
            ? (first, end)
            : throw new CommandException(
                ExitCode.WrongInput, $"--since: {IsoTime.Write(first)} is not before the end, {IsoTime.Write(end)}");
    }
}
