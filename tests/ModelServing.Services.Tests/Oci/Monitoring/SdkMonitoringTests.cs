using Oci.Common.Auth;
using Oci.Common.Model;
using Oci.MonitoringService;
using Oci.MonitoringService.Models;
using Oci.MonitoringService.Requests;

namespace ModelServing.Services.Tests.Oci.Monitoring;

/// <summary>The SDK's client of Monitoring: requests, signatures and responses. The tests apply to the official package and to the double
/// alike.</summary>
public sealed class SdkMonitoringTests : IDisposable
{
    private const string HeadersWithBody = "date (request-target) host content-length content-type x-content-sha256";

    private readonly SomeUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public async Task Metrics_are_posted_with_times_in_utc_and_signed_with_the_body()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json("""{"failedMetricsCount":1,"failedMetrics":[{"message":"no","metricData":{"name":"m"}}]}""", "opc-request-id: r"));
        using var client = Client(service);

        var answer = await client.PostMetricData(new PostMetricDataRequest
        {
            PostMetricDataDetails = new PostMetricDataDetails
            {
                MetricData =
                [
                    new MetricDataDetails
                    {
                        Namespace = "n",
                        CompartmentId = "c",
                        Name = "m",
                        Dimensions = new() { ["d"] = "v" },
                        Datapoints = [new Datapoint { Timestamp = new DateTime(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc), Value = 0, Count = 7 }, new Datapoint { Timestamp = new DateTime(2026, 5, 4, 3, 2, 1, 20, DateTimeKind.Utc), Value = 1.5 }],
                    },
                ],
            },
        });

        var request = Assert.Single(service.Requests);
        Assert.Equal("POST /20180401/metrics HTTP/1.1", request.StartLine.Replace("?", "", StringComparison.Ordinal));
        Assert.Equal(
            """{"metricData":[{"namespace":"n","compartmentId":"c","name":"m","dimensions":{"d":"v"},"datapoints":[{"timestamp":"2026-05-04T03:02:01.000Z","value":0.0,"count":7},{"timestamp":"2026-05-04T03:02:01.020Z","value":1.5}]}]}""",
            request.Text);
        Assert.Equal(HeadersWithBody, SomeUser.VerifySignature(request));
        Assert.Equal((1, "no", "m", "r"), (answer.PostMetricDataResponseDetails.FailedMetricsCount, answer.PostMetricDataResponseDetails.FailedMetrics[0].Message, answer.PostMetricDataResponseDetails.FailedMetrics[0].MetricData.Name, answer.OpcRequestId));
    }

    [Fact]
    public async Task Alarms_states_are_read_as_a_list_that_may_have_unknown_states()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(
            """[{"id":"a","displayName":"b","severity":"CRITICAL","ruleName":"BASE","timestampTriggered":"2026-05-04T03:02:01.5Z","status":"FIRING"},{"id":"c","status":"NEW"}]""", "opc-next-page: next"));
        using var client = Client(service);

        var answer = await client.ListAlarmsStatus(new ListAlarmsStatusRequest { CompartmentId = "c/c", Status = ListAlarmsStatusRequest.StatusEnum.Firing, Limit = 5, Page = "p" });

        var request = Assert.Single(service.Requests);
        Assert.Equal("GET /20180401/alarms/status HTTP/1.1", $"{request.StartLine.Split('?')[0]} HTTP/1.1");
        Assert.Equal(
            ["compartmentId=c%2Fc", "limit=5", "page=p", "status=FIRING"],
            request.StartLine.Split(' ')[1].Split('?')[1].Split('&').Order(StringComparer.Ordinal));
        Assert.Equal("next", answer.OpcNextPage);
        Assert.Equal(
            [AlarmStatusSummary.StatusEnum.Firing, AlarmStatusSummary.StatusEnum.UnknownEnumValue],
            answer.Items.Select(static alarm => alarm.Status!.Value));
        Assert.Equal(new DateTime(2026, 5, 4, 3, 2, 1, 500, DateTimeKind.Utc), answer.Items[0].TimestampTriggered);
        Assert.Equal(("a", "b"), (answer.Items[0].Id, answer.Items[0].DisplayName));
    }

    [Fact]
    public async Task The_streams_of_an_alarm_are_queried_with_a_body()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(
            """{"alarmId":"a","isEnabled":true,"isNotificationsPerMetricDimensionEnabled":true,"items":[{"dimensions":{"model":"m"},"status":"FIRING","ruleName":"BASE","timestamp":"2026-05-04T03:02:01Z"}]}"""));
        using var client = Client(service);

        var answer = await client.RetrieveDimensionStates(new RetrieveDimensionStatesRequest
        {
            AlarmId = "a/b",
            RetrieveDimensionStatesDetails = new RetrieveDimensionStatesDetails { Status = AlarmDimensionStatesEntry.StatusEnum.Firing },
        });

        var request = Assert.Single(service.Requests);
        Assert.Equal(
            "POST /20180401/alarms/a%2Fb/actions/retrieveDimensionStates HTTP/1.1",
            request.StartLine.Replace("?", "", StringComparison.Ordinal));
        Assert.Equal("""{"status":"FIRING"}""", request.Text);
        Assert.Equal(HeadersWithBody, SomeUser.VerifySignature(request));
        var stream = Assert.Single(answer.AlarmDimensionStatesCollection.Items);
        Assert.Equal((AlarmDimensionStatesEntry.StatusEnum.Firing, "m"), (stream.Status!.Value, stream.Dimensions["model"]));
    }

    [Fact]
    public async Task An_error_names_the_service()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Error(404, "NotAuthorizedOrNotFound", "no"));
        using var client = Client(service);
        var e = await Assert.ThrowsAsync<OciException>(
            () => client.PostMetricData(new PostMetricDataRequest { PostMetricDataDetails = new PostMetricDataDetails() }));
        Assert.Equal(
            ("NotAuthorizedOrNotFound", "Monitoring", "PostMetricData"),
            (e.ServiceCode, e.ApiDetails.ServiceName, e.ApiDetails.OperationName));
    }

    [Fact]
    public void The_region_determines_the_host_for_queries_and_not_the_one_for_metrics()
    {
        using var client = new MonitoringClient(new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT"));
        Assert.Equal("https://telemetry.eu-frankfurt-1.oraclecloud.com/", client.GetEndpoint().ToString());
    }

    private MonitoringClient Client(ServiceStandIn service) =>
        new(new ConfigFileAuthenticationDetailsProvider(user.ConfigFile, "DEFAULT"), null, service.Endpoint);
}
