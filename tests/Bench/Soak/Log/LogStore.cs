using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.TestKit.Nosql;
using ModelServing.TestKit;

namespace ModelServing.Bench.Soak.Log;

/// <summary>The store of the soak: NoSQL's emulator in a process of its own, whose rows survive that it is killed.</summary>
internal sealed class LogStore(string folder) : IAsyncDisposable
{
    /// <summary>The table of the records.</summary>
    internal const string Table = "soak_predictions";

    private const string ThrottleFile = "throttle";

    private readonly int port = FreePort.Find();
    private readonly StringBuilder tail = new();
    private ServerProcess? process;
    private long read;

    /// <summary>The records by request. A record that was put again must be the same.</summary>
    internal Dictionary<string, PredictionRecord> Records { get; } = [];

    /// <summary>The puts, of which some may be of the same record.</summary>
    internal int Puts { get; private set; }

    /// <summary>The identity's file, for clients.</summary>
    internal string ConfigFile => Path.Combine(folder, "config");

    internal string Endpoint => $"http://127.0.0.1:{port}";

    /// <summary>The command that is the process: <c>log-store FOLDER PORT</c>.</summary>
    internal static Command CreateCommand()
    {
        var folder = new Argument<string>("folder");
        var port = new Argument<int>("port");
        var command = new Command("log-store", "The store of soak log.") { folder, port };
        command.Hidden = true;
        command.SetAction((arguments, cancellation) => RunAsync(arguments.GetValue(folder)!, arguments.GetValue(port), cancellation));
        return command;
    }

    internal async Task StartAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ModelServing.Bench"), ["log-store", folder, $"{port}"]);
        process = await ServerProcess.StartAsync("the store", start, port, static one => Task.Run(one.Kill), cancellation);
    }

    internal async Task KillAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        process = null;
    }

    /// <summary>Answers every put with 429, or no longer.</summary>
    internal void Throttle(bool isOn)
    {
        var file = Path.Combine(folder, ThrottleFile);
        if (isOn)
            File.WriteAllText(file, "");
        else
            File.Delete(file);
    }

    /// <summary>Reads the records that have arrived since the last call.</summary>
    /// <exception cref="BenchException">A record was put again with other content.</exception>
    internal async Task ReadAsync(CancellationToken cancellation)
    {
        var path = NosqlEmulator.RowsIn(folder, Table);
        if (!File.Exists(path))
            return;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(read, SeekOrigin.Begin);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(cancellation);
        read += Encoding.UTF8.GetByteCount(text);
        tail.Append(text);
        var lines = tail.ToString().Split('\n');
        tail.Clear().Append(lines[^1]);
        foreach (var line in lines[..^1])
            Add(PredictionRecord.Parser.ParseFrom(
                Convert.FromBase64String(JsonNode.Parse(line)![PredictionTables.Record]!.GetValue<string>())));
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private void Add(PredictionRecord record)
    {
        Puts++;
        if (!Records.TryAdd(record.RequestId, record) && !Records[record.RequestId].Equals(record))
            throw new BenchException($"the record of {record.RequestId} was put twice, with different content");
    }

    private static async Task<int> RunAsync(string folder, int port, CancellationToken cancellation)
    {
        await using var emulator = await NosqlEmulator.StartAsync(folder: folder, port: port);
        var table = emulator.CreateTable(Table, PredictionTables.Columns);
        emulator.CreateTable(PredictionTables.OutcomesOf(Table), PredictionTables.OutcomeColumns);
        while (!cancellation.IsCancellationRequested)
        {
            table.WriteUnits = File.Exists(Path.Combine(folder, ThrottleFile)) ? 0 : int.MaxValue;
            await Task.Delay(20, CancellationToken.None);
        }

        return ExitCode.Done;
    }
}
