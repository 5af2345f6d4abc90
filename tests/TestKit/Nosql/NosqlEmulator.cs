using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Nosql;

/// <summary>
/// NoSQL on a loopback port: the REST calls that <c>services/Oci</c> makes, with the statuses, headers and error bodies of the service.
/// A read without absolute consistency does not see the row that was written last.
/// </summary>
public sealed class NosqlEmulator : ServiceEmulator<NosqlOperation, NosqlRequest>
{
    /// <summary>The compartment of the tables.</summary>
    public const string Compartment = "ocid1.compartment.oc1..examplecompartment";

    private readonly ConcurrentDictionary<string, EmulatedTable> tables = new(StringComparer.OrdinalIgnoreCase);

    private readonly TimeProvider time;
    private readonly string? folder;

    private NosqlEmulator(TimeProvider time, string? folder, int port)
        : base(time, kept: folder, port: port)
    {
        this.time = time;
        this.folder = folder;
    }

    /// <summary>Starts an emulator on a free port.</summary>
    /// <param name="time">The clock against which requests' dates are checked; null means the machine's.</param>
    /// <param name="folder">A folder in which the rows survive the end of the process, even by SIGKILL; null for none.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    public static async Task<NosqlEmulator> StartAsync(TimeProvider? time = null, string? folder = null, int port = 0)
    {
        var emulator = new NosqlEmulator(time ?? TimeProvider.System, folder, port);
        await emulator.ListenAsync();
        return emulator;
    }

    /// <summary>Creates a table, as <c>pulumi up</c> would.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="columns">The columns and the key in parentheses, and a time to live, as in CREATE TABLE. Rows do not expire
    /// here.</param>
    public EmulatedTable CreateTable(string name, string columns) => tables.GetOrAdd(
        name, new EmulatedTable(name, columns, time, folder is null ? null : RowsIn(folder, name)));

    /// <summary>The file with the rows of a table: each put is a line of JSON.</summary>
    public static string RowsIn(string folder, string table) => Path.Combine(folder, table + ".rows");

    private protected override NosqlRequest Record(HttpContext context, string target) =>
        (context.Request.Method, target.Split('?')[0].Split('/').Select(Uri.UnescapeDataString).ToArray()) switch
        {
            ("PUT", ["", "20190828", "tables", { Length: > 0 } table, "rows"]) => new(target, NosqlOperation.UpdateRow, table),
            ("GET", ["", "20190828", "tables", { Length: > 0 } table, "rows"]) => new(target, NosqlOperation.GetRow, table),
            ("POST", ["", "20190828", "query"]) => new(target, NosqlOperation.Query, ""),
            _ => new(target, null, ""),
        };

    private protected override Task AnswerAsync(HttpContext context, NosqlRequest request, byte[]? signedBody)
    {
        if (request.Operation == NosqlOperation.GetRow)
        {
            var asked = context.Request.Query;
            return RunAsync(context, NosqlOperation.GetRow, request.Table, () =>
                Task.FromResult(FindTable(asked["compartmentId"], request.Table).Get(asked["key"], asked["consistency"])));
        }

        if (request.Operation is not { } operation || signedBody is null)
        {
            throw new EmulatorError(
                StatusCodes.Status404NotFound, "NotAuthorizedOrNotFound", $"{context.Request.Method} {request.Target} is not emulated");
        }

        var details = request.Details = EmulatorError.ReadDetails(signedBody);
        var query = operation == NosqlOperation.Query ? SimpleQuery.Parse(details) : null;
        var name = query?.Table ?? request.Table;
        return RunAsync(context, operation, name, () =>
        {
            var table = FindTable(details["compartmentId"]?.GetValue<string>(), name);
            var limit = context.Request.Query["limit"];
            var page = context.Request.Query["page"];
            return Task.FromResult(query is null ? table.Update(details) : table.Query(query, limit, page));
        });
    }

    private EmulatedTable FindTable(string? compartment, string name)
    {
        if (compartment != Compartment)
            throw EmulatorError.NotFound();
        return tables.TryGetValue(name, out var table)
            ? table
            : throw new EmulatorError(StatusCodes.Status404NotFound, "TableNotFound", $"Table not found: {name}");
    }
}
