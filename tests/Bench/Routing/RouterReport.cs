using System.Globalization;
using Spectre.Console;

namespace ModelServing.Bench.Routing;

/// <summary>The figures of all servers.</summary>
/// <param name="Rounds">How many times each server was measured.</param>
/// <param name="Seconds">How long each time.</param>
/// <param name="Connections">How many connections wrk kept open.</param>
/// <param name="Processors">How many processors the machine has. The load generator, the proxies and the backends share them.</param>
/// <param name="Servers">The figures of each server.</param>
/// <param name="Against">The server with which the router is compared.</param>
/// <param name="Ratio">The router's requests per second, divided by the other server's in the same round.</param>
/// <param name="ProcessorRatios">the processor time of the router and of its parts, compared with other servers.</param>
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
    // The complete router against everything, then its forwarding against the library's alone.
    private static readonly (string Ours, string Theirs)[] Compared =
    [
        (RouterBench.Router, "nginx"),
        (RouterBench.Router, RouterBench.Other),
        (RouterBench.Router, RouterBench.Bare),
        (RouterBench.Router, MinimalProxy.Yarp),
        (RouterBench.Router, MinimalProxy.Sockets),
        (RouterBench.Bare, MinimalProxy.Sockets),
    ];

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
            [
                .. Compared.Where(pair => all.ContainsKey(pair.Ours) && all.ContainsKey(pair.Theirs))
                    .Select(pair => Processor(pair.Ours, pair.Theirs)),
            ]);

        ProcessorRatio Processor(string ours, string theirs) =>
            new(ours, theirs, Ratio(ours, theirs, static result => result.ProcessorTime.TotalMicroseconds));

        // Round by round, because other work on the machine affects both servers of a round alike.
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
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"requests/s, router / {Against}: [bold]{Ratio.Median:0.00}[/] ({Ratio.Lowest:0.00} to {Ratio.Highest:0.00})");
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{Rounds} rounds of {Seconds} s");
        foreach (var (server, against, ratio) in ProcessorRatios)
        {
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"CPU/request, {server} / {against}: [bold]{ratio.Median:0.00}[/] ({ratio.Lowest:0.00} to {ratio.Highest:0.00})");
        }

        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"{Connections} connections; wrk, the proxy and the backends share {Processors} processors; no request failed.");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
