using System.Runtime.CompilerServices;
using Oci.Common;
using Oci.Common.Auth;
using Oci.Common.Retry;
using Oci.MonitoringService.Requests;
using Oci.MonitoringService.Responses;

namespace Oci.MonitoringService;

/// <summary>Monitoring. As in the official package, no method is virtual, and a call without a retry configuration can't be cancelled.
/// Metrics go to the same endpoint as queries, where the service rejects them: callers that post metrics must set another
/// endpoint.</summary>
public class MonitoringClient : RegionalClientBase
{
    private const string Version = "/20180401";

    private static readonly Addresses Known = new("https://telemetry.{region}.{secondLevelDomain}");

    public MonitoringClient(
        IBasicAuthenticationDetailsProvider authenticationDetailsProvider,
        ClientConfiguration clientConfiguration = null,
        string endpoint = null)
        : base(authenticationDetailsProvider, clientConfiguration, "Monitoring", Known)
    {
        if (authenticationDetailsProvider is IRegionProvider regional)
            SetRegion(regional.Region);
        if (endpoint is not null)
            SetEndpoint(endpoint);
    }

    public async Task<ListAlarmsStatusResponse> ListAlarmsStatus(
        ListAlarmsStatusRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<ListAlarmsStatusRequest, ListAlarmsStatusResponse>(
            HttpMethod.Get, "/alarms/status", request, new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<PostMetricDataResponse> PostMetricData(
        PostMetricDataRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<PostMetricDataRequest, PostMetricDataResponse>(
            HttpMethod.Post, "/metrics", request, new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<RetrieveDimensionStatesResponse> RetrieveDimensionStates(
        RetrieveDimensionStatesRequest request, RetryConfiguration retryConfiguration = null, CancellationToken cancellationToken = default,
        HttpCompletionOption completionOption = HttpCompletionOption.ResponseContentRead)
    {
        return await Send<RetrieveDimensionStatesRequest, RetrieveDimensionStatesResponse>(
            HttpMethod.Post, "/alarms/{alarmId}/actions/retrieveDimensionStates", request,
            new(retryConfiguration, completionOption, cancellationToken)).ConfigureAwait(false);
    }

    private Task<TResponse> Send<TRequest, TResponse>(
        HttpMethod method, string path, TRequest request, Call call, [CallerMemberName] string name = null)
        where TRequest : IOciRequest
        where TResponse : IOciResponse, new() =>
        SendAsync<TRequest, TResponse>(new Operation(name, method, Version + path), request, null, call);
}
