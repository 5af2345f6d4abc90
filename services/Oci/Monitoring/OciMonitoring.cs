using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.Oci.Calls;
using Oci.Common.Retry;
using Oci.MonitoringService;
using Oci.MonitoringService.Models;
using Oci.MonitoringService.Requests;
using MetricData = ModelServing.Contracts.Monitoring.MetricData;

namespace ModelServing.Oci.Monitoring;

/// <summary>OCI Monitoring: metrics and alarms of one compartment.</summary>
/// <param name="ingestion">The client of the host that accepts metrics.</param>
/// <param name="queries">The client of the host that answers queries.</param>
/// <param name="compartment">The compartment's OCID.</param>
/// <param name="limits">The limits of each call.</param>
/// <param name="time">The clock; null means the system's.</param>
internal sealed class OciMonitoring(
    SignedClient<MonitoringClient> ingestion,
    SignedClient<MonitoringClient> queries,
    string compartment,
    CallLimits limits,
    TimeProvider? time = null) : IMonitoring, IDisposable
{
    // Ten pages of alarms, or of streams of one alarm, are more than a rollback needs: the first stream already causes one.
    private const int MaxPages = 10;
    private const int PageSize = 1000;

    private readonly ServiceCalls<MonitoringClient> ingestionCalls = new(
        ingestion, OciService.Monitoring, limits, time ?? TimeProvider.System);
    private readonly ServiceCalls<MonitoringClient> queryCalls = new(queries, OciService.Monitoring, limits, time ?? TimeProvider.System);

    /// <inheritdoc/>
    public string Location => HostSources.Monitoring(compartment);

    /// <inheritdoc/>
    public async Task<MetricPostAnswer> PostAsync(MetricPost post, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(post);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(post.MetricData.Count, MetricPost.MaxStreams, nameof(post));
        var details = new PostMetricDataDetails { MetricData = [.. post.MetricData.Select(Details)] };
        var answer = await CallAsync(
            ingestionCalls,
            "metrics can't be posted",
            (client, once, token) => client.PostMetricData(new PostMetricDataRequest { PostMetricDataDetails = details }, once, token),
            static answer => answer.PostMetricDataResponseDetails,
            cancellationToken);
        var failed = answer.PostMetricDataResponseDetails;
        return new MetricPostAnswer(
            failed.FailedMetricsCount ?? 0,
            [.. (failed.FailedMetrics ?? []).Select(static one => new FailedMetric(one.Message ?? "", Read(one.MetricData)))]);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FiringAlarm>> FiringAsync(IReadOnlyCollection<string> alarms, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(alarms);
        var firing = new List<FiringAlarm>();
        foreach (var alarm in await FiringAlarmsAsync(alarms, cancellationToken))
            await AddStreamsAsync(alarm, firing, cancellationToken);
        return firing;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ingestion.Dispose();
        queries.Dispose();
    }

    private async Task<List<AlarmStatusSummary>> FiringAlarmsAsync(IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        var found = new List<AlarmStatusSummary>();
        string? next = null;
        for (var page = 0; page < MaxPages && (page == 0 || next is not null); page++)
        {
            var answer = await CallAsync(
                queryCalls,
                "alarms' states can't be read",
                (client, once, token) => client.ListAlarmsStatus(
                    new ListAlarmsStatusRequest
                    {
                        CompartmentId = compartment,
                        Status = ListAlarmsStatusRequest.StatusEnum.Firing,
                        Limit = PageSize,
                        Page = next,
                    },
                    once,
                    token),
                static answer => answer.Items,
                cancellation);
            found.AddRange(answer.Items
                .Where(alarm => alarm.Status == AlarmStatusSummary.StatusEnum.Firing && names.Contains(alarm.DisplayName)));
            next = string.IsNullOrEmpty(answer.OpcNextPage) ? null : answer.OpcNextPage;
        }

        return found;
    }

    // One after another: the service accepts ten of these requests a second, and there are fewer alarms.
    private async Task AddStreamsAsync(AlarmStatusSummary alarm, List<FiringAlarm> firing, CancellationToken cancellation)
    {
        string? next = null;
        for (var page = 0; page < MaxPages && (page == 0 || next is not null); page++)
        {
            var answer = await CallAsync(
                queryCalls,
                $"the streams for which the alarm {alarm.DisplayName} fires can't be read",
                (client, once, token) => client.RetrieveDimensionStates(
                    new RetrieveDimensionStatesRequest
                    {
                        AlarmId = alarm.Id,
                        Limit = PageSize,
                        Page = next,
                        RetrieveDimensionStatesDetails = new RetrieveDimensionStatesDetails
                        {
                            Status = AlarmDimensionStatesEntry.StatusEnum.Firing,
                        },
                    },
                    once,
                    token),
                static answer => answer.AlarmDimensionStatesCollection?.Items,
                cancellation);
            firing.AddRange(answer.AlarmDimensionStatesCollection.Items
                .Where(static stream => stream.Status == AlarmDimensionStatesEntry.StatusEnum.Firing)
                .Select(stream => new FiringAlarm(
                    alarm.DisplayName, stream.Dimensions ?? [], ToOffset(stream.Timestamp ?? alarm.TimestampTriggered))));
            next = string.IsNullOrEmpty(answer.OpcNextPage) ? null : answer.OpcNextPage;
        }
    }

    private async Task<T> CallAsync<T>(
        ServiceCalls<MonitoringClient> calls,
        string problem,
        Func<MonitoringClient, RetryConfiguration, CancellationToken, Task<T>> call,
        Func<T, object?> part,
        CancellationToken cancellation)
    {
        try
        {
            return await calls.CallAsync(call, cancellation, part: part);
        }
        catch (ServiceFailure e)
        {
            throw new MonitoringException(e.ToText($"{problem} at {Location}"), e);
        }
    }

    private MetricDataDetails Details(MetricData stream) => new()
    {
        CompartmentId = compartment,
        Namespace = stream.Namespace,
        Name = stream.Name,
        Dimensions = new Dictionary<string, string>(stream.Dimensions),
        Datapoints = [.. stream.Datapoints.Select(ToDatapoint)],
    };

    private static MetricData Read(MetricDataDetails? stream) => new()
    {
        Namespace = stream?.Namespace ?? "",
        Name = stream?.Name ?? "",
        Dimensions = stream?.Dimensions ?? [],
        Datapoints = [.. (stream?.Datapoints ?? [])
            .Select(static point => new MetricDatapoint(ToOffset(point.Timestamp), point.Value, point.Count ?? 1))],
    };

    private static Datapoint ToDatapoint(MetricDatapoint point) =>
        new() { Timestamp = point.Timestamp.UtcDateTime, Value = point.Value, Count = point.Count };

    private static DateTimeOffset ToOffset(DateTime? time) =>
        time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : DateTimeOffset.UnixEpoch;
}
