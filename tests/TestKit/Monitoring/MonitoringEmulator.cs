using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.TestKit.Monitoring;

/// <summary>
/// Monitoring on a loopback port: the REST calls that <c>services/Oci</c> makes, with the statuses, error bodies and limits of the service.
/// Every request's signature is verified over what was really sent. Alarms fire when a test says so: nothing is evaluated here.
/// </summary>
/// <remarks>
/// <code>
/// 1 record    the request, whatever becomes of it
/// 2 verify    its signature (401 NotAuthenticated)
/// 3 fail      as a test has asked for with <see cref="Faults"/>
/// 4 do        the operation
/// </code>
/// </remarks>
public sealed class MonitoringEmulator : IAsyncDisposable
{
    /// <summary>The compartment of its metrics and alarms.</summary>
    public const string Compartment = "ocid1.compartment.oc1..examplecompartment";

    private readonly WebApplication app;
    private readonly SignatureCheck signature;
    private readonly TimeProvider time;
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentQueue<MonitoringRequest> requests = new();
    private readonly ConcurrentQueue<JsonObject> taken = new();
    private readonly ConcurrentDictionary<string, EmulatedAlarm> alarms = new();

    private MonitoringEmulator(TimeProvider time)
    {
        this.time = time;
        Identity = EmulatorIdentity.WriteTo(folder.FullPath);
        // The SDK dates requests by the machine's clock, whatever the metrics' is.
        signature = new SignatureCheck(Identity, TimeProvider.System);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        app = builder.Build();
        app.Run(HandleAsync);
    }

    /// <summary>Where it listens: the endpoint to give to a client.</summary>
    public Uri Endpoint => new(app.Urls.First());

    /// <summary>Who may call it.</summary>
    public EmulatorIdentity Identity { get; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan<MonitoringOperation> Faults { get; } = new();

    /// <summary>The most entries of a page of alarms or of their streams.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Why a stream is not taken, beside the service's own reasons; null where it is. It gets the stream's JSON.</summary>
    public Func<JsonObject, string?> Refuse { get; set; } = static _ => null;

    /// <summary>The requests so far, in the order in which they came; refused ones too.</summary>
    public IReadOnlyList<MonitoringRequest> Requests => [.. requests];

    /// <summary>The streams that were taken, as they were posted.</summary>
    public IReadOnlyList<JsonObject> Taken => [.. taken];

    /// <summary>Starts it, on a port of its own.</summary>
    /// <param name="time">The clock that datapoints are held against; null is the machine's.</param>
    public static async Task<MonitoringEmulator> StartAsync(TimeProvider? time = null)
    {
        var emulator = new MonitoringEmulator(time ?? TimeProvider.System);
        await emulator.app.StartAsync();
        return emulator;
    }

    /// <summary>Lets an alarm be in a state.</summary>
    /// <param name="name">Its display name.</param>
    /// <param name="status"><c>FIRING</c>, <c>OK</c> or <c>SUSPENDED</c>.</param>
    /// <param name="streams">The dimensions of its streams, each with its own state.</param>
    public void Set(string name, string status, params (IReadOnlyDictionary<string, string> Dimensions, string Status)[] streams) =>
        alarms[name] = new EmulatedAlarm($"ocid1.alarm.oc1..{name}", name, status, streams);

    /// <summary>How many requests came for an operation so far.</summary>
    public int Count(MonitoringOperation operation) => requests.Count(request => request.Operation == operation);

    public async ValueTask DisposeAsync()
    {
        Faults.LetGo();
        await app.DisposeAsync();
        folder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var (operation, alarm) = Parse(context.Request.Method, raw.Split('?')[0]);
        // 1
        requests.Enqueue(new MonitoringRequest(raw, operation, context.Request.Headers.Host.ToString()));
        context.Response.Headers["opc-request-id"] = $"emulator-{requests.Count}";
        try
        {
            await AnswerAsync(context, raw, operation, alarm);
        }
        catch (StorageError e)
        {
            await e.WriteAsync(context);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller left.
        }
    }

    private static (MonitoringOperation? Operation, string Alarm) Parse(string method, string path) => (method, path.Split('/').Select(Uri.UnescapeDataString).ToArray()) switch
    {
        ("POST", ["", "20180401", "metrics"]) => (MonitoringOperation.PostMetricData, ""),
        ("GET", ["", "20180401", "alarms", "status"]) => (MonitoringOperation.ListAlarmsStatus, ""),
        ("POST", ["", "20180401", "alarms", { Length: > 0 } alarm, "actions", "retrieveDimensionStates"]) => (MonitoringOperation.RetrieveDimensionStates, alarm),
        _ => (null, ""),
    };

    private async Task AnswerAsync(HttpContext context, string raw, MonitoringOperation? operation, string alarm)
    {
        // 2
        var body = await signature.VerifyAsync(context, raw, hasSignedBody: context.Request.Method == "POST");
        // 3
        if (operation is not { } known)
            throw NotFound();
        var fault = Faults.Take(known, "");
        if (fault is not null && await fault.BeforeAsync(context))
            return;
        // 4
        var answer = known switch
        {
            MonitoringOperation.PostMetricData => Take(Details(body!)),
            MonitoringOperation.ListAlarmsStatus => List(context),
            _ => States(context, alarm, Details(body!)),
        };
        var json = answer.Answer.ToJsonString();
        var utf8 = System.Text.Encoding.UTF8.GetBytes(json);
        if (answer.NextPage is { } next)
            context.Response.Headers["opc-next-page"] = next;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = utf8.Length;
        if (fault is not null)
        {
            // Done, and nobody learns of it.
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(utf8, context.RequestAborted);
    }

    private (JsonNode Answer, string? NextPage) Take(JsonObject details)
    {
        if (details["metricData"] is not JsonArray streams || streams.Count == 0)
            throw Invalid("metricData is empty");
        if (streams.Count > MetricRules.MaxStreams)
            throw Invalid($"metricData has {streams.Count} streams; at most {MetricRules.MaxStreams} are taken");
        var failed = new JsonArray();
        foreach (var stream in streams.OfType<JsonObject>())
        {
            var fault = MetricRules.FaultOf(stream, Compartment, time.GetUtcNow()) ?? Refuse(stream);
            if (fault is null)
                taken.Enqueue(stream.DeepClone().AsObject());
            else
                failed.Add(new JsonObject { ["message"] = fault, ["metricData"] = stream.DeepClone() });
        }

        return (new JsonObject { ["failedMetricsCount"] = failed.Count, ["failedMetrics"] = failed }, null);
    }

    private (JsonNode Answer, string? NextPage) List(HttpContext context)
    {
        if (context.Request.Query["compartmentId"] != Compartment)
            throw NotFound();
        var status = context.Request.Query["status"].ToString();
        return Page(context, alarms.Values.OrderBy(static alarm => alarm.Name, StringComparer.Ordinal).Where(alarm => status.Length == 0 || alarm.Status == status).Select(alarm => (JsonNode)new JsonObject
        {
            ["id"] = alarm.Id,
            ["displayName"] = alarm.Name,
            ["severity"] = "CRITICAL",
            ["ruleName"] = "BASE",
            ["timestampTriggered"] = Now(),
            ["alarmSummary"] = "",
            ["status"] = alarm.Status,
        }));
    }

    private (JsonNode Answer, string? NextPage) States(HttpContext context, string id, JsonObject details)
    {
        var alarm = alarms.Values.FirstOrDefault(alarm => alarm.Id == id) ?? throw NotFound();
        var status = details["status"]?.GetValue<string>();
        var (items, next) = Page(context, alarm.Streams.Where(stream => status is null || stream.Status == status).Select(stream => (JsonNode)new JsonObject
        {
            ["alarmSummary"] = "",
            ["dimensions"] = new JsonObject(stream.Dimensions.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
            ["status"] = stream.Status,
            ["ruleName"] = "BASE",
            ["timestamp"] = Now(),
        }));
        return (new JsonObject { ["alarmId"] = id, ["isEnabled"] = true, ["isNotificationsPerMetricDimensionEnabled"] = true, ["items"] = items }, next);
    }

    private (JsonArray Items, string? NextPage) Page(HttpContext context, IEnumerable<JsonNode> all)
    {
        JsonNode[] items = [.. all];
        var first = int.TryParse(context.Request.Query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? page : 0;
        return (new JsonArray([.. items.Skip(first).Take(PageSize)]), first + PageSize < items.Length ? $"{first + PageSize}" : null);
    }

    private string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Details(byte[] body)
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

    private static StorageError Invalid(string message) => new(StatusCodes.Status400BadRequest, "InvalidParameter", message);

    private static StorageError NotFound() => new(StatusCodes.Status404NotFound, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.");

    private sealed record EmulatedAlarm(string Id, string Name, string Status, IReadOnlyList<(IReadOnlyDictionary<string, string> Dimensions, string Status)> Streams);
}
