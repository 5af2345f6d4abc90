using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Routing;

/// <summary>What was measured.</summary>
/// <param name="Rounds">How often each server was measured.</param>
/// <param name="Seconds">How long each time.</param>
/// <param name="Connections">How many connections wrk kept open.</param>
/// <param name="Processors">How many processors the machine has; load, proxies and backends share them.</param>
/// <param name="Servers">A line for each server.</param>
/// <param name="Against">What the router is compared with.</param>
/// <param name="Ratio">Requests per second of the router, divided by those of the same round of what it is compared with.</param>
/// <param name="ProcessorRatios">The processor time of the router, whole and bare, beside each other server that was measured.</param>
internal sealed record RouterReport(
    int Rounds,
    int Seconds,
    int Connections,
    int Processors,
    IReadOnlyList<ServerFigures> Servers,
    string Against,
    Spread Ratio,
    IReadOnlyList<ProcessorRatio> ProcessorRatios)
{
    private static readonly string[] Routers = [RouterBench.Router, RouterBench.Bare];
    private static readonly string[] Compared = ["nginx", RouterBench.Bare, RouterBench.BareOnSockets, LibraryProxy.Yarp, LibraryProxy.Sockets];

    internal static RouterReport Create(OrderedDictionary<string, List<Measurement>> all, string against, int rounds, int seconds)
    {
        return new(
            rounds,
            seconds,
            RouterBench.Connections,
            Environment.ProcessorCount,
            [.. all.Select(static server => ServerFigures.From(server.Key, server.Value))],
            against,
            Ratio(RouterBench.Router, against, static result => result.Load.RequestsPerSecond),
            [.. Compared.Where(all.ContainsKey).SelectMany(other => Routers.Where(ours => ours != other).Select(ours => OfProcessor(ours, other)))]);

        ProcessorRatio OfProcessor(string ours, string theirs) => new(ours, theirs, Ratio(ours, theirs, static result => result.ProcessorTime.TotalMicroseconds));

        // Round by round, because whatever else the machine did in one met both alike.
        Spread Ratio(string ours, string theirs, Func<Measurement, double> figure) =>
            Spread.From(all[ours].Zip(all[theirs], (one, other) => figure(one) / figure(other)));
    }

    internal void Print(IAnsiConsole console)
    {
        var table = new Table().AddColumn("server");
        foreach (var column in (string[])["requests/s (median)", "lowest", "highest", "p50 ms", "p99 ms", "CPU µs/request"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var server in Servers)
        {
            table.AddRow(
                server.Name,
                Text($"{server.RequestsPerSecond.Median:N0}"),
                Text($"{server.RequestsPerSecond.Lowest:N0}"),
                Text($"{server.RequestsPerSecond.Highest:N0}"),
                Text($"{server.P50Milliseconds.Median:0.00}"),
                Text($"{server.P99Milliseconds.Median:0.00}"),
                Text($"{server.ProcessorMicroseconds.Median:0.0}"));
        }

        console.Write(table);
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"router / {Against}: [bold]{Ratio.Median:0.00}[/] ({Ratio.Lowest:0.00} to {Ratio.Highest:0.00} in {Rounds} rounds of {Seconds} s)");
        foreach (var (server, against, ratio) in ProcessorRatios)
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"CPU/request, {server} / {against}: [bold]{ratio.Median:0.00}[/] ({ratio.Lowest:0.00} to {ratio.Highest:0.00})");
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{Connections} connections, {Processors} processors that wrk, proxy and backends share; every answer was checked to be good.");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
