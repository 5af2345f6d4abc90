using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Monitoring;

/// <summary>
/// Monitoring on a loopback port: the REST calls that <c>services/Oci</c> makes, with the statuses, error bodies and limits of the service.
/// It does not evaluate metrics: a test sets the states of the alarms.
/// </summary>
public sealed class MonitoringEmulator : ServiceEmulator<MonitoringOperation, MonitoringRequest>
{
    /// <summary>The compartment of the metrics and alarms.</summary>
    public const string Compartment = "ocid1.compartment.oc1..examplecompartment";

    private readonly TimeProvider time;
    private readonly ConcurrentQueue<JsonObject> accepted = new();
    private readonly ConcurrentDictionary<string, EmulatedAlarm> alarms = new();

    // The SDK dates requests by the machine's clock, whatever clock the metrics use.
    private MonitoringEmulator(TimeProvider time)
        : base(TimeProvider.System) => this.time = time;

    /// <summary>The upper bound of a page of alarms or of their streams.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Rejects streams in addition to the service's own rules: returns the reason, or null to accept the stream.</summary>
    public Func<JsonObject, string?> Refuse { get; set; } = static _ => null;

    /// <summary>The accepted streams, as they were posted.</summary>
    public IReadOnlyList<JsonObject> Accepted => [.. accepted];

    /// <summary>Starts an emulator on a free port.</summary>
    /// <param name="time">The clock against which datapoints are checked; null means the machine's.</param>
    public static async Task<MonitoringEmulator> StartAsync(TimeProvider? time = null)
    {
        var emulator = new MonitoringEmulator(time ?? TimeProvider.System);
        await emulator.ListenAsync();
        return emulator;
    }

    /// <summary>Sets an alarm's state.</summary>
    /// <param name="name">The alarm's display name.</param>
    /// <param name="status"><c>FIRING</c>, <c>OK</c> or <c>SUSPENDED</c>.</param>
    /// <param name="streams">The dimensions of the alarm's streams, each with its own state.</param>
    public void Set(string name, string status, params (IReadOnlyDictionary<string, string> Dimensions, string Status)[] streams) =>
        alarms[name] = new EmulatedAlarm($"ocid1.alarm.oc1..{name}", name, status, streams);

    private protected override MonitoringRequest Record(HttpContext context, string target)
    {
        var host = context.Request.Headers.Host.ToString();
        return (context.Request.Method, target.Split('?')[0].Split('/').Select(Uri.UnescapeDataString).ToArray()) switch
        {
            ("POST", ["", "20180401", "metrics"]) => new(target, MonitoringOperation.PostMetricData, host, ""),
            ("GET", ["", "20180401", "alarms", "status"]) => new(target, MonitoringOperation.ListAlarmsStatus, host, ""),
            ("POST", ["", "20180401", "alarms", { Length: > 0 } alarm, "actions", "retrieveDimensionStates"]) =>
                new(target, MonitoringOperation.RetrieveDimensionStates, host, alarm),
            _ => new(target, null, host, ""),
        };
    }

    private protected override Task AnswerAsync(HttpContext context, MonitoringRequest request, byte[]? signedBody)
    {
        var operation = request.Operation ?? throw EmulatorError.NotFound();
        return RunAsync(context, operation, "", () => Task.FromResult(operation switch
        {
            MonitoringOperation.PostMetricData => Post(EmulatorError.ReadDetails(signedBody!)),
            MonitoringOperation.ListAlarmsStatus => List(context),
            _ => States(context, request.Alarm, EmulatorError.ReadDetails(signedBody!)),
        }));
    }

    private EmulatorAnswer Post(JsonObject details)
    {
        if (details["metricData"] is not JsonArray streams || streams.Count == 0)
            throw EmulatorError.InvalidParameter("metricData is empty");
        if (streams.Count > MetricRules.MaxStreams)
            throw EmulatorError.InvalidParameter($"metricData has {streams.Count} streams; at most {MetricRules.MaxStreams} are accepted");
        var failed = new JsonArray();
        foreach (var stream in streams.OfType<JsonObject>())
        {
            var fault = MetricRules.FaultOf(stream, Compartment, time.GetUtcNow()) ?? Refuse(stream);
            if (fault is null)
                accepted.Enqueue(stream.DeepClone().AsObject());
            else
                failed.Add(new JsonObject { ["message"] = fault, ["metricData"] = stream.DeepClone() });
        }

        return EmulatorAnswer.Json(new JsonObject { ["failedMetricsCount"] = failed.Count, ["failedMetrics"] = failed });
    }

    private EmulatorAnswer List(HttpContext context)
    {
        if (context.Request.Query["compartmentId"] != Compartment)
            throw EmulatorError.NotFound();
        var status = context.Request.Query["status"].ToString();
        var selected = alarms.Values
            .Where(alarm => status.Length == 0 || alarm.Status == status)
            .OrderBy(static alarm => alarm.Name, StringComparer.Ordinal);
        var (items, next) = Page(context, selected.Select(alarm => new JsonObject
        {
            ["id"] = alarm.Id,
            ["displayName"] = alarm.Name,
            ["severity"] = "CRITICAL",
            ["ruleName"] = "BASE",
            ["timestampTriggered"] = Now(),
            ["alarmSummary"] = "",
            ["status"] = alarm.Status,
        }));
        return Answer(items, next);
    }

    private EmulatorAnswer States(HttpContext context, string id, JsonObject details)
    {
        var alarm = alarms.Values.FirstOrDefault(alarm => alarm.Id == id) ?? throw EmulatorError.NotFound();
        var status = details["status"]?.GetValue<string>();
        var selected = alarm.Streams.Where(stream => status is null || stream.Status == status);
        var (items, next) = Page(context, selected.Select(stream => new JsonObject
        {
            ["alarmSummary"] = "",
            ["dimensions"] = new JsonObject(stream.Dimensions.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
            ["status"] = stream.Status,
            ["ruleName"] = "BASE",
            ["timestamp"] = Now(),
        }));
        var answer = new JsonObject
        {
            ["alarmId"] = id,
            ["isEnabled"] = true,
            ["isNotificationsPerMetricDimensionEnabled"] = true,
            ["items"] = items,
        };
        return Answer(answer, next);
    }

    private static EmulatorAnswer Answer(JsonNode body, string? nextPage)
    {
        var answer = EmulatorAnswer.Json(body);
        if (nextPage is not null)
            answer.Headers["opc-next-page"] = nextPage;
        return answer;
    }

    private (JsonArray Items, string? NextPage) Page(HttpContext context, IEnumerable<JsonObject> all)
    {
        JsonObject[] items = [.. all];
        var first = int.TryParse(context.Request.Query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? page : 0;
        var next = first + PageSize < items.Length ? (first + PageSize).ToString(CultureInfo.InvariantCulture) : null;
        return (new JsonArray([.. items.Skip(first).Take(PageSize)]), next);
    }

    private string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
