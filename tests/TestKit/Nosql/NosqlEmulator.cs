using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.TestKit.Nosql;

/// <summary>
/// NoSQL on a loopback port: the REST calls that <c>services/Oci</c> makes, with the statuses, headers and error bodies of the service.
/// Every request's signature is verified over what was really sent. A test may delay, throttle, fail and cut, and have empty pages.
/// </summary>
/// <remarks>
/// <code>
/// 1 record    the request, whatever becomes of it
/// 2 verify    its signature (401 NotAuthenticated)
/// 3 fail      as a test has asked for with <see cref="Faults"/>
/// 4 do        the operation, on the rows in memory
/// </code>
/// A read that does not ask for absolute consistency sees nothing of the row that was written last.
/// </remarks>
public sealed class NosqlEmulator : IAsyncDisposable
{
    /// <summary>The compartment of its tables.</summary>
    public const string Compartment = "ocid1.compartment.oc1..examplecompartment";

    private const string Version = "/20190828";
    private const int MaxRecorded = 100_000;

    private readonly WebApplication app;
    private readonly SignatureCheck signature;
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentDictionary<string, EmulatedTable> tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<NosqlRequest> requests = new();
    private long lastRequest;

    private NosqlEmulator(TimeProvider time)
    {
        Identity = EmulatorIdentity.WriteTo(folder.FullPath);
        signature = new SignatureCheck(Identity, time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A busy machine is no slow caller.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        app = builder.Build();
        app.Run(HandleAsync);
    }

    /// <summary>Where it listens: the endpoint to give to a client.</summary>
    public Uri Endpoint => new(app.Urls.First());

    /// <summary>Who may call it.</summary>
    public EmulatorIdentity Identity { get; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan<NosqlOperation> Faults { get; } = new();

    /// <summary>The requests so far, in the order in which they came; refused ones too.</summary>
    public IReadOnlyList<NosqlRequest> Requests => [.. requests];

    /// <summary>How many callers left while they waited for an answer.</summary>
    public int Abandoned => requests.Count(static request => request.IsAbandoned);

    /// <summary>Starts it, on a port of its own.</summary>
    /// <param name="time">The clock that requests' dates are held against; null is the machine's.</param>
    public static async Task<NosqlEmulator> StartAsync(TimeProvider? time = null)
    {
        var emulator = new NosqlEmulator(time ?? TimeProvider.System);
        await emulator.app.StartAsync();
        return emulator;
    }

    /// <summary>Makes a table, as <c>pulumi up</c> would.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="columns">Its columns and key in parentheses, as they stand in CREATE TABLE.</param>
    public EmulatedTable CreateTable(string name, string columns) => tables.GetOrAdd(name, EmulatedTable.Parse(name, columns));

    /// <summary>How many requests came for an operation so far.</summary>
    public int Count(NosqlOperation operation) => requests.Count(request => request.Operation == operation);

    public async ValueTask DisposeAsync()
    {
        Faults.LetGo();
        await app.DisposeAsync();
        folder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var (operation, tableInPath) = Parse(context.Request.Method, raw.Split('?')[0]);
        // 1
        var request = new NosqlRequest(raw, operation);
        requests.Enqueue(request);
        while (requests.Count > MaxRecorded)
            requests.TryDequeue(out _);
        context.Response.Headers["opc-request-id"] = request.RequestId = $"emulator-{Interlocked.Increment(ref lastRequest)}";
        try
        {
            await AnswerAsync(context, raw, operation, tableInPath, request);
        }
        catch (StorageError e)
        {
            await e.WriteAsync(context);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            request.IsAbandoned = true;
        }
    }

    private static (NosqlOperation? Operation, string Table) Parse(string method, string path) => (method, path.Split('/').Select(Uri.UnescapeDataString).ToArray()) switch
    {
        ("PUT", ["", "20190828", "tables", { Length: > 0 } table, "rows"]) => (NosqlOperation.UpdateRow, table),
        ("POST", ["", "20190828", "query"]) => (NosqlOperation.Query, ""),
        _ => (null, ""),
    };

    private async Task AnswerAsync(HttpContext context, string raw, NosqlOperation? operation, string tableInPath, NosqlRequest request)
    {
        // 2
        var body = await signature.VerifyAsync(context, raw, hasSignedBody: context.Request.Method is "POST" or "PUT");

        // 3
        if (operation is not { } known || body is null)
            throw new StorageError(StatusCodes.Status404NotFound, "NotAuthorizedOrNotFound", $"{context.Request.Method} {raw} is nothing that is emulated under {Version}");
        var details = ReadDetails(body);
        request.Details = details;
        var statement = known == NosqlOperation.Query ? SimpleQuery.Parse(details) : null;
        var fault = Faults.Take(known, statement?.Table ?? tableInPath);
        if (fault is not null && await fault.BeforeAsync(context))
            return;

        // 4
        if (details["compartmentId"]?.GetValue<string>() != Compartment)
            throw new StorageError(StatusCodes.Status404NotFound, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found");
        if (!tables.TryGetValue(statement?.Table ?? tableInPath, out var table))
            throw new StorageError(StatusCodes.Status404NotFound, "TableNotFound", $"Table not found: {statement?.Table ?? tableInPath}");
        var answer = statement is null ? table.Update(details) : table.Query(statement, context.Request.Query["limit"], context.Request.Query["page"]);
        await (fault is null ? answer.WriteAsync(context) : fault.AfterAsync(context, answer));
    }

    private static JsonObject ReadDetails(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject ?? throw new JsonException("it is no object");
        }
        catch (JsonException e)
        {
            throw new StorageError(StatusCodes.Status400BadRequest, "CannotParseRequest", $"Invalid payload: {e.Message}");
        }
    }
}
